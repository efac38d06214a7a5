import type { Deadline } from "../../functions/lambda/deadline.ts";
import type { Message } from "../../functions/lambda/messages.ts";
import type { Observer } from "../../functions/lambda/observer.ts";
import type { Worker } from "../../functions/lambda/worker.ts";
import type { Clock } from "../../functions/model/clock.ts";
import {
  collectionOf,
  ENTIRE_COLLECTION,
  inRange,
  type KeyRange,
  type Scope,
} from "../../functions/model/collection.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { defineSource, type Source } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";

export const TARGET = { account: "111122223333", region: "eu-west-1" };
export const COLLECTION = collectionOf("test.things", TARGET);

/** The work of one source's function on a store in memory, with everything that it sends and reports. */
export interface Bench extends Worker {
  /** What the next requests to the service fail with. */
  fails?: Error;
  /** The scopes that the service's plan names. */
  planned: Scope[];
  readonly sent: Message[];
  readonly reported: string[];
  readonly listed: KeyRange[];
}

/** `plain` lists everything as one scope; `planned` plans the scopes a and b; `creation` lists these instants, ten a page. */
export type Kind = "plain" | "planned" | { readonly creation: readonly string[] };

export function createBench(kind: Kind): Bench {
  const clock = impatientClock();
  const bench: Bench = {
    source: sourceOf(kind, () => bench),
    intervals: { fullMs: 3_600_000, ...(typeof kind === "object" && { incrementalMs: 300_000 }) },
    store: createSqliteStore(":memory:", { now: clock.now, retentionDays: 30 }),
    retentionDays: 30,
    clock,
    guard: DEFAULT_GUARD,
    queue: { send: async (messages) => void bench.sent.push(...messages) },
    connect: () => bench.source.connect({ region: TARGET.region }),
    observer: noting((line) => bench.reported.push(line)),
    planned: ["a", "b"].map((id) => ({ id, range: { from: `${id}#`, until: `${id}$` } })),
    sent: [],
    reported: [],
    listed: [],
  };
  return bench;
}

/** The store with some of its operations replaced. */
export function replaced(store: Store, operations: Partial<Store>): Store {
  return new Proxy(store, { get: (target, name: keyof Store) => operations[name] ?? target[name] });
}

/** The store, and the operations that are called on it. */
export function traced(store: Store): { readonly store: Store; readonly calls: string[] } {
  const calls: string[] = [];
  const get = (target: Store, name: keyof Store) => {
    if (name !== "now" && name !== "clockOffset") calls.push(name);
    return target[name];
  };
  return { store: new Proxy(store, { get }), calls };
}

/** A deadline that is far away by default. */
export function deadline({
  closeAt = Number.POSITIVE_INFINITY,
  signal = new AbortController().signal,
}: Partial<Deadline> = {}): Deadline {
  return { closeAt, signal, cancel: () => undefined };
}

function sourceOf(kind: Kind, bench: () => Bench): Source {
  const request = () => {
    const { fails } = bench();
    if (fails) throw fails;
  };
  return defineSource<object, { id: string }>({
    id: "test.things",
    operation: "Test ListThings",
    grants: [{ action: "test:ListThings", resources: () => ["*"] }],
    regions: [TARGET.region],
    intervalMinutes: 60,
    identity: ({ id }) => [id, "thing"],
    connect: () => ({}),
    disconnect: () => undefined,
    async *list(_client, { id, range }) {
      request();
      bench().listed.push(range);
      const ids = typeof kind === "object" ? kind.creation : [id === ENTIRE_COLLECTION.id ? "a" : id];
      const within = ids.filter((each) => inRange(range, `${each}#thing`));
      for (let from = 0; from < within.length; from += 10) {
        yield { documents: within.slice(from, from + 10).map((each) => ({ id: each })), retries: 0 };
      }
    },
    ...(typeof kind === "object" && { listedByCreation: { incrementalMinutes: 5, overlapMs: 3_600_000 } }),
    ...(kind === "planned" && {
      async *plan() {
        request();
        yield* bench().planned;
      },
    }),
  });
}

/** Time passes only while somebody sleeps, and then at once. */
function impatientClock(): Clock & { now(): number } {
  let now = Date.parse("2026-03-01T12:00:00.000Z");
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

function noting(note: (line: string) => void): Observer {
  return {
    onInvoke: () => undefined,
    onDispatched: (targets) => note(`dispatched ${targets}`),
    onSettleFailed: () => note("settling failed"),
    onPlanned: (_collection, scopes) => note(`planned ${scopes}`),
    onPlanFailed: () => note("plan failed"),
    onSynced: ({ scope, outcome }, isFresh) =>
      note(`${scope} ${outcome}${isFresh || outcome === "failed" ? "" : " in part"}`),
    onSkipped: (_collection, scope) => note(`${scope} skipped`),
    onVerified: ({ scope, outcome }) => note(`${scope} ${outcome}`),
    onVerifyEnded: (scopes, isWhole) => note(`verified ${scopes}${isWhole ? "" : " in part"}`),
    onRetry: () => note("returned"),
    trace: (_name, _collection, run) => run(),
    publish: () => undefined,
  };
}
