import { readChanges } from "../../functions/inventory/changes.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Clock } from "../../functions/model/clock.ts";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { ScopeState } from "../../functions/model/scope-state.ts";
import { type Connection, defineSource, type Page, type Source } from "../../functions/model/source.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import {
  DEFAULT_LEASE_MS,
  DEFAULT_LIMITS,
  type SyncHost,
  type SyncJob,
  type SyncResult,
} from "../../functions/sync/job.ts";
import { reconcileScope } from "../../functions/sync/reconcile.ts";

export const COLLECTION = "test.things/123456789012/eu-west-1";

export interface Thing {
  readonly Id?: string;
  readonly Value?: unknown;
  readonly Noise?: number;
}

export const SOURCE = defineSource<object, Thing>({
  id: "test.things",
  operation: "Test ListThings",
  grants: [{ action: "test:ListThings", resources: () => ["*"] }],
  regions: ["eu-west-1"],
  intervalMinutes: 60,
  ignoredPaths: ["Noise"],
  identity: ({ Id }) => [Id],
  connect: () => ({}),
  disconnect: () => undefined,
  list: () => {
    throw new Error("tests bring their own listing");
  },
});

export const OVERLAP_MS = 3_600_000;

/** A source listed by creation: an item's id is the instant of its creation, with a name after `#` at will. */
export const CREATION_SOURCE: Source = {
  ...SOURCE,
  listedByCreation: { incrementalMinutes: 5, overlapMs: OVERLAP_MS },
  key: (document) => {
    const { Id } = document as Thing;
    return Id === undefined ? undefined : `${Id}${Id.includes("#") ? "" : "#x"}`;
  },
};

/** A clock that stands still until it is advanced. */
export interface TestClock extends Clock {
  now(): number;
  /** Goes on, waking each sleeper at its time, and letting it run until it sleeps again. */
  advance(ms: number): Promise<void>;
  /** Goes on while nobody wakes: the process stood still. */
  jump(ms: number): void;
}

/** Resolves once everything that does not wait for time has gone on. */
export async function drained(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

export function createTestClock(start = Date.UTC(2026, 2, 1)): TestClock {
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

/** An empty store in memory, whose time is the clock's. */
export function createTestStore(clock: Pick<TestClock, "now">): Store {
  return createSqliteStore(":memory:", { now: clock.now, retentionDays: 30 });
}

/** The store with some of its operations replaced. */
export function replaced(store: Store, operations: Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name: keyof Store) => operations[name] ?? target[name],
  });
}

/** The store, and the names of its operations in the order in which they are called. */
export function traced(store: Store): { readonly store: Store; readonly calls: (keyof Store)[] } {
  const calls: (keyof Store)[] = [];
  const passive: (keyof Store)[] = ["now", "clockOffset"];
  const proxy = new Proxy(store, {
    get(target, name: keyof Store) {
      const operation = target[name] as (...values: unknown[]) => unknown;
      if (passive.includes(name)) return operation;
      return (...values: unknown[]) => {
        calls.push(name);
        return operation(...values);
      };
    },
  });
  return { store: proxy, calls };
}

export function thing(Id: string, Value: unknown = 1): Thing {
  return { Id, Value };
}

/** So many things: t0000, t0001 and so on. */
export function manyThings(count: number, from = 0): Thing[] {
  return Array.from({ length: count }, (_, n) => thing(`t${String(from + n).padStart(4, "0")}`));
}

export const page = (...documents: unknown[]): Page => ({ documents, retries: 0 });

/** A listing of these pages that then fails, if there is something to fail with. */
export function listing(pages: readonly Page[], failure?: Error): Pick<Connection, "list"> {
  return {
    async *list() {
      yield* pages;
      if (failure) throw failure;
    },
  };
}

/** A connection that can do this, and nothing else. */
export function connected(parts: Partial<Connection>): Connection {
  return {
    list: () => {
      throw new Error("nothing is to be listed here");
    },
    plan: () => {
      throw new Error("nothing is to be planned here");
    },
    clockOffset: () => undefined,
    close: () => undefined,
    ...parts,
  };
}

/** A promise, and what keeps it. */
export function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((kept) => {
    resolve = kept;
  });
  return { promise, resolve };
}

let holders = 0;

/** A host with a holder of its own. */
export function createTestHost(store: Store, clock: TestClock, options: Partial<SyncHost> = {}): SyncHost {
  holders += 1;
  const holder = `holder ${holders}`;
  return {
    store,
    clock,
    holder: () => holder,
    leaseMs: DEFAULT_LEASE_MS,
    guard: DEFAULT_GUARD,
    limits: DEFAULT_LIMITS,
    signal: new AbortController().signal,
    ...options,
  };
}

export type SyncOptions = Partial<Omit<SyncJob, "connection"> & SyncHost>;

/** What a test lists: one page of documents, or a connection. */
type Listed = Partial<Connection> | readonly unknown[];

/** Reconciles the whole collection, unless the options say otherwise, a second after whatever was last. */
export function reconcile(
  store: Store,
  clock: TestClock,
  listed: Listed,
  options: SyncOptions = {},
): Promise<SyncResult> {
  clock.jump(1_000);
  return reconcileScope(createTestHost(store, clock, options), {
    source: SOURCE,
    collection: COLLECTION,
    scope: ENTIRE_COLLECTION,
    kind: "full",
    connection: connected(isDocuments(listed) ? listing([page(...listed)]) : listed),
    ...options,
  });
}

/** Reconciles, and answers the record of the sync. Fails when it was skipped. */
export async function runSync(
  store: Store,
  clock: TestClock,
  listed: Listed,
  options: SyncOptions = {},
): Promise<SyncRecord> {
  const result = await reconcile(store, clock, listed, options);
  if (result.status === "skipped") throw new Error(`skipped: ${result.reason}`);
  return result.record;
}

function isDocuments(listed: Listed): listed is readonly unknown[] {
  return Array.isArray(listed);
}

/** What a reader sees as present, now or at an instant: key to value. */
export async function present(store: Store, at?: Instant): Promise<Record<string, unknown>> {
  const snapshot = await openRead(store, at);
  const { rows: items } = await readItems(snapshot, COLLECTION, {}, { limit: 100_000 });
  const there = items.filter(({ state }) => state === "present");
  return Object.fromEntries(there.map(({ key, document }) => [key, (JSON.parse(document) as Thing).Value]));
}

/** What a follower of the log sees, as text: `added a 1`. */
export async function log(store: Store): Promise<string[]> {
  const { rows: changes } = await readChanges(await openRead(store), COLLECTION, { limit: 100_000 });
  return changes.map(({ kind, after }) => `${kind} ${after.key} ${after.version}`);
}

/** The state of the scope that the tests sync. */
export async function stateOf(store: Store, scope = ENTIRE_COLLECTION.id): Promise<ScopeState> {
  const state = await store.scopeState(COLLECTION, scope);
  if (!state) throw new Error(`scope ${scope} has no state`);
  return state;
}

/** The records of syncs, newest first. */
export async function syncRecords(store: Store): Promise<readonly SyncRecord[]> {
  return (await store.syncs(COLLECTION, {}, 100)).syncs;
}
