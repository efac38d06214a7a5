import type { Clock } from "../../functions/model/clock.ts";
import { type Scope, WHOLE } from "../../functions/model/collection.ts";
import { type Connection, defineSource, type Page } from "../../functions/model/source.ts";
import type { Store, SyncRecord } from "../../functions/store/port.ts";
import { DEFAULT_GUARD } from "../../functions/sync/guard.ts";
import type { SyncHost, SyncJob } from "../../functions/sync/job.ts";
import { DEFAULT_LEASE_MS } from "../../functions/sync/lease.ts";
import { syncScope } from "../../functions/sync/sync.ts";

export const COLLECTION = "test.things/123456789012/eu-west-1";

export interface Thing {
  readonly Id?: string;
  readonly Value?: unknown;
  readonly Noise?: number;
}

export const SOURCE = defineSource<object, Thing>({
  id: "test.things",
  operation: "Test ListThings",
  grants: [],
  regions: ["eu-west-1"],
  everyMinutes: 60,
  volatile: ["Noise"],
  identity: ({ Id }) => [Id],
  connect: () => ({}),
  disconnect: () => undefined,
  list: () => {
    throw new Error("tests bring their own listing");
  },
});

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /** Goes on, waking who sleeps at the time each is to wake, and letting it run until it sleeps again. */
  advance(ms: number): Promise<void>;
  /** Goes on without anybody waking meanwhile: the process stood still. */
  jump(ms: number): void;
}

/** Everything that can go on without waiting for time goes on before this resolves. */
export const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

export function newTestClock(start = Date.UTC(2026, 2, 1)): TestClock {
  let time = 0;
  const sleepers = new Set<{ readonly due: number; readonly wake: () => void }>();
  return {
    now: () => start + time,
    monotonic: () => time,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const aborted = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener("abort", aborted);
          resolve();
        };
        const sleeper = { due: time + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", aborted, { once: true });
      }),
    async advance(ms) {
      const end = time + ms;
      await drained();
      for (;;) {
        const [next] = [...sleepers].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due);
        if (!next) break;
        time = Math.max(time, next.due);
        sleepers.delete(next);
        next.wake();
        await drained();
      }
      time = end;
      await drained();
    },
    jump(ms) {
      time += ms;
    },
  };
}

export function thing(Id: string, Value: unknown = 1): Thing {
  return { Id, Value };
}

export const page = (...documents: unknown[]): Page => ({ documents, retries: 0 });

/** A listing that answers these pages, and then fails if there is something to fail with. */
export function listing(pages: readonly Page[], failure?: Error): Pick<Connection, "list"> {
  return {
    async *list() {
      yield* pages;
      if (failure) throw failure;
    },
  };
}

let holders = 0;

/** Runs one sync, a second after the last, over the whole collection unless told otherwise. */
export async function runSync(
  store: Store,
  clock: TestClock,
  connection: Pick<Connection, "list"> | readonly unknown[],
  options: Partial<Omit<SyncJob, "connection"> & SyncHost> = {},
): Promise<SyncRecord | undefined> {
  clock.jump(1_000);
  holders += 1;
  const holder = `holder ${holders}`;
  const host: SyncHost = {
    store,
    clock,
    holder: () => holder,
    leaseMs: DEFAULT_LEASE_MS,
    guard: DEFAULT_GUARD,
    signal: new AbortController().signal,
    ...options,
  };
  return syncScope(host, {
    source: SOURCE,
    collection: COLLECTION,
    scope: WHOLE as Scope,
    connection: "list" in connection ? connection : listing([page(...connection)]),
    ...options,
  });
}

/** What is stored as present: key to value. */
export async function present(store: Store): Promise<Record<string, unknown>> {
  const { items } = await store.itemPage(COLLECTION, {}, { limit: 10_000 });
  const there = items.filter(({ state }) => state === "present");
  return Object.fromEntries(there.map(({ key, document }) => [key, (JSON.parse(document) as Thing).Value]));
}

/** The log, as text: `added a 1`. */
export async function log(store: Store): Promise<string[]> {
  const { changes } = await store.changePage(COLLECTION, {}, 10_000);
  return changes.map(({ kind, key, version }) => `${kind} ${key} ${version}`);
}
