import type { Clock } from "../../functions/model/clock.ts";
import { type Scope, serviceOf, type Target } from "../../functions/model/collection.ts";
import type { Connection, Page, Source } from "../../functions/model/source.ts";
import { SERVICES } from "../../functions/sources/services.ts";
import { START } from "../../test/sync/harness/simulation.ts";
import type { Upstream } from "./upstream.ts";

/** How long a page takes, ms; and before the first of a client the role and the connection. */
export const PAGE_MS = 50;
export const CONNECT_MS = 150;
/** As the functions' clients: of one process, to one service in one account and region. */
export const CALLS_PER_SECOND = 10;

const SECOND_MS = 1_000;

/** All calls to services, of every process. */
export interface CallCounter {
  count: number;
  /** The most in any second to one service in one account and region. */
  most: number;
  note(key: string, at: number): void;
}

export function countCalls(): CallCounter {
  const recent = new Map<string, number[]>();
  const counter: CallCounter = {
    count: 0,
    most: 0,
    note(key, at) {
      const times = (recent.get(key) ?? []).filter((each) => each > at - SECOND_MS);
      times.push(at);
      recent.set(key, times);
      counter.count += 1;
      counter.most = Math.max(counter.most, times.length);
    },
  };
  return counter;
}

export interface ConnectOptions {
  readonly source: Source;
  readonly target: Target;
  /** What is listed; undefined of a collection that is empty, or is listed for each parent. */
  readonly upstream: Upstream | undefined;
  /** Of the process; without it, nothing takes time or is counted. */
  readonly pace?: Pace;
  /** Virtual time. */
  readonly time: () => number;
}

/** What one process's calls go by. */
export interface Pace {
  readonly clock: Clock;
  readonly calls: CallCounter;
  /** The times of the last calls, by service, account and region. */
  readonly turns: Map<string, number[]>;
}

/** A client in virtual time, which lists what an upstream has at that moment in pages of the service's size. */
export function connect({ source, target, upstream, pace, time }: ConnectOptions): Connection {
  const service = serviceOf(source.id);
  const key = `${target.account}/${target.region}/${service}`;
  const pageSize = SERVICES[service]?.maxPageSize ?? 100;
  let isConnected = false;

  const turn = async (signal: AbortSignal) => {
    if (!pace) return;
    if (!isConnected) await pace.clock.sleep(CONNECT_MS, signal);
    isConnected = true;
    const turns = pace.turns.get(key) ?? [];
    pace.turns.set(key, turns);
    const earliest = (turns.at(-CALLS_PER_SECOND) ?? -SECOND_MS) + SECOND_MS;
    const at = Math.max(time(), earliest);
    turns.push(at);
    if (turns.length > CALLS_PER_SECOND) turns.shift();
    if (at > time()) await pace.clock.sleep(at - time(), signal);
    pace.calls.note(key, time());
    await pace.clock.sleep(PAGE_MS, signal);
  };

  return {
    async *list(scope, signal) {
      await turn(signal);
      const documents = source.planned ? applicationsOf(scope) : listed(upstream, scope, time());
      for (let from = 0; from === 0 || from < documents.length; from += pageSize) {
        if (from > 0) await turn(signal);
        yield { documents: documents.slice(from, from + pageSize), retries: 0 } satisfies Page;
      }
      // Shared images are asked for separately.
      if (source.id === "workspaces.images") {
        await turn(signal);
        yield { documents: [], retries: 0 };
      }
    },
    // biome-ignore lint/correctness/useYield: whatever is listed for each parent has its parents stored, or none
    async *plan(signal) {
      await turn(signal);
    },
    clockOffset: () => undefined,
    close: () => undefined,
  };
}

/** What is there now, from the scope's beginning on where the source lists by creation. */
function listed(upstream: Upstream | undefined, { range }: Scope, now: number): object[] {
  const { items = [], source } = upstream ?? {};
  const from = source?.listedByCreation && range.from !== undefined ? Date.parse(range.from) - START : -Infinity;
  return items
    .filter(({ at, removedAt = Infinity }) => at >= from && at <= now && removedAt > now)
    .map(({ document }) => document);
}

function applicationsOf({ id }: Scope): object[] {
  return [1, 2].map((n) => ({
    ImageId: id,
    AssociatedResourceId: `wsa-${n}`,
    AssociatedResourceType: "APPLICATION",
    State: "COMPLETED",
  }));
}
