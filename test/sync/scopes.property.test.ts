import fc from "fast-check";
import { expect, test } from "vitest";
import { inRange, type Scope } from "../../functions/model/collection.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { Store } from "../../functions/store/port.ts";
import type { SyncKind, SyncResult } from "../../functions/sync/job.ts";
import { creationScopes } from "../../functions/sync/plan.ts";
import { reconcileScope } from "../../functions/sync/reconcile.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  log,
  present,
  type Thing,
  thing,
} from "./engine.ts";
import { keyOfId, listedByCreation } from "./upstream.ts";

/*
 * Scopes by creation time on the real engine: full and incremental syncs at once, listings that are not of one moment, items that become
 * visible late, deletions. Ranges always meet, no item is in two scopes or in none, nothing is removed that was not deleted, and one quiet
 * full sync finds everything.
 */

const { SCOPES_RUNS = "25" } = process.env;
const SOURCE = { ...CREATION_SOURCE, listedByCreation: { incrementalMinutes: 5, overlapMs: 5_000 } };
const LIMITS = { bufferedCharacters: 200, batchChanges: 2, scopeItems: 6 };
/** Nothing is kept pending: the guard has tests of its own. */
const GUARD = { items: 1_000_000, share: 1 };

type Event =
  | { readonly event: "create"; readonly visibleAfter: number }
  | { readonly event: "delete"; readonly which: number }
  | { readonly event: "wait"; readonly ms: number }
  | { readonly event: "sync"; readonly kinds: readonly SyncKind[] };

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ event: fc.constant("create" as const), visibleAfter: fc.constantFrom(0, 0, 0, 1, 4) }),
  },
  { weight: 1, arbitrary: fc.record({ event: fc.constant("delete" as const), which: fc.nat(100) }) },
  { weight: 2, arbitrary: fc.record({ event: fc.constant("wait" as const), ms: fc.nat(4_000) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      event: fc.constant("sync" as const),
      kinds: fc.array(fc.constantFrom<SyncKind>("full", "incremental", "incremental"), { minLength: 1, maxLength: 3 }),
    }),
  },
);

async function expectConsistency(store: Store): Promise<Scope[]> {
  const states = await store.scopeStates(COLLECTION);
  const scopes = creationScopes(states);
  expect(scopes.slice(1).map(({ range }) => range.from)).toEqual(scopes.slice(0, -1).map(({ range }) => range.until));
  expect(states.length).toBeLessThanOrEqual(scopes.length);
  const keys = Object.keys(await present(store));
  for (const { range, count, scope } of states) {
    expect([scope, keys.filter((key) => inRange(range, key)).length]).toEqual([scope, count]);
  }
  expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(keys.length);
  return scopes;
}

async function play(events: readonly Event[]): Promise<number> {
  const clock = createTestClock();
  const store = createTestStore(clock);
  const visible = new Map<string, Thing>();
  let late: { readonly id: string; readonly at: number }[] = [];
  const deleted = new Set<string>();
  let born = 0;
  const appear = () => {
    for (const { id, at } of late) if (at <= clock.now()) visible.set(id, thing(id));
    late = late.filter(({ at }) => at > clock.now());
  };
  const apply = (event: Exclude<Event, { event: "sync" }>) => {
    if (event.event === "wait") clock.jump(event.ms);
    else if (event.event === "delete") {
      const id = [...visible.keys()][event.which];
      if (id !== undefined && visible.delete(id)) deleted.add(keyOfId(id));
    } else {
      clock.jump(250);
      born += 1;
      late.push({ id: `${instantOf(clock.now())}#${born}`, at: clock.now() + event.visibleAfter * 1_000 });
    }
    appear();
  };
  const queue = [...events];
  /** What happens while pages are listed: the next events, as far as they are no syncs. */
  const between = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    const [next] = queue;
    if (!next || next.event === "sync" || visible.size % 3 > 0) return;
    queue.shift();
    apply(next);
  };
  const connection = connected(listedByCreation(visible, between));
  const reconcile = (scope: Scope, kind: SyncKind): Promise<SyncResult> =>
    reconcileScope(createTestHost(store, clock, { limits: LIMITS, guard: GUARD }), {
      ...{ source: SOURCE, collection: COLLECTION, scope, kind, connection },
    });
  const sync = async (kind: SyncKind) => {
    const scopes = creationScopes(await store.scopeStates(COLLECTION));
    for (const scope of kind === "full" ? scopes : scopes.slice(-1)) {
      const result = await reconcile(scope, kind);
      if (result.status === "ended") expect(result.record.error).toBeUndefined();
    }
  };

  /** A sync that waits for another's lease waits on the clock. */
  const all = async (syncs: readonly Promise<void>[]) => {
    let done = false;
    const ending = Promise.all(syncs).finally(() => {
      done = true;
    });
    while (!done) await clock.advance(20);
    await ending;
  };

  for (let event = queue.shift(); event; event = queue.shift()) {
    if (event.event === "sync") await all(event.kinds.map(sync));
    else apply(event);
    await expectConsistency(store);
  }
  clock.jump(60_000);
  appear();
  for (let scopes = await expectConsistency(store); scopes.length > 0; ) {
    const [scope, ...rest] = scopes;
    if (!scope) break;
    const result = await reconcile(scope, "full");
    if (result.status === "skipped") throw new Error(result.reason);
    expect(result.record.outcome).toBe("complete");
    scopes = result.next ? [result.next, ...rest] : rest;
  }
  expect(Object.keys(await present(store)).sort()).toEqual([...visible.keys()].map(keyOfId).sort());
  for (const entry of await log(store)) {
    const [kind, key = ""] = entry.split(" ");
    if (kind === "removed") expect(deleted).toContain(key);
  }
  return (await expectConsistency(store)).length;
}

test("scopes by creation time always meet, and every item is in one of them", { timeout: 3_600_000 }, async () => {
  let scopes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { minLength: 20, maxLength: 120, size: "max" }), async (events) => {
      scopes += await play(events);
    }),
    { numRuns: Number(SCOPES_RUNS) },
  );
  expect(scopes).toBeGreaterThan(Number(SCOPES_RUNS));
});
