import { SyncError } from "../../../functions/model/errors.ts";
import type { NetworkConditions, Watch } from "./network.ts";
import type { Process } from "./simulation.ts";
import type { World } from "./world.ts";

/** How one process of the harness goes. */
export interface Circumstances {
  readonly name: string;
  readonly skewMs: number;
  readonly network: NetworkConditions;
  /** The request at which it dies, or stands still: before it is sent, or after it arrived. */
  readonly dies?: Moment;
  readonly stalls?: Moment & { readonly ms: number; readonly suspended: boolean };
  readonly interruptedAfterMs?: number;
}

export interface Moment {
  /** Its number among all requests of the process, or among its writes. */
  readonly request: number;
  readonly of: "requests" | "writes";
  readonly when: "before" | "after";
}

export interface Running<T> {
  readonly process: Process;
  /** Resolves when it ends; not at all when it dies. */
  readonly ended: Promise<T>;
}

/** What the process does between its requests, as its circumstances say. */
export function fateOf(process: Process, { dies, stalls }: Circumstances): Pick<Watch, "sending" | "arrived"> {
  const counts = { before: { requests: 0, writes: 0 }, after: { requests: 0, writes: 0 } };
  const reach = (when: Moment["when"], isWrite: boolean) => {
    counts[when].requests += 1;
    if (isWrite) counts[when].writes += 1;
    const isNow = (moment: Moment | undefined) =>
      moment?.when === when && (moment.of === "requests" || isWrite) && moment.request === counts[when][moment.of];
    if (stalls && isNow(stalls)) process.stall(stalls.ms, stalls.suspended);
    if (isNow(dies)) process.kill();
  };
  return {
    sending: (_what, isWrite) => reach("before", isWrite),
    arrived: (isWrite) => reach("after", isWrite),
  };
}

/** The store could not be reached at a step that nothing can be done without. */
export async function unlessUnavailable<T>(
  { simulation }: World,
  name: string,
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    simulation.note(`${name} threw ${String(error)}`);
    const isExpected = error instanceof SyncError && ["unavailable", "interrupted"].includes(error.code);
    if (!isExpected) simulation.violated(`${name} threw ${error instanceof Error ? error.stack : String(error)}`);
    return undefined;
  }
}
