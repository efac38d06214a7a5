import { expect, test } from "vitest";
import type { Source } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { DEFAULT_LIMITS } from "../../functions/sync/job.ts";
import { scrubLog, scrubScope } from "../../functions/sync/scrub.ts";
import { tick } from "./damage.ts";
import {
  COLLECTION,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
  page,
  present,
  replaced,
  runSync,
  SOURCE,
  stateOf,
  type Thing,
  thing,
} from "./engine.ts";

/** What scrubbing deletes, and what it leaves. test/sync/verify-concurrent.test.ts runs it while everything else goes on. */

const RETENTION_DAYS = 30;
const DAY_MS = 86_400_000;
const source: Source = {
  ...SOURCE,
  edges: (document) => [{ from: (document as Thing).Id ?? "", to: `value ${(document as Thing).Value}` }],
};

function world() {
  const clock = createTestClock();
  const store = createTestStore(clock);
  const untidy = replaced(store, { delete: async () => undefined });
  return {
    clock,
    store,
    sync: (...listed: Thing[]) => runSync(untidy, clock, listed, { source, approveRemovals: true }),
    fail: (...listed: Thing[]) =>
      runSync(untidy, clock, listing([page(...listed)], new Error("down")), {
        source,
        limits: { ...DEFAULT_LIMITS, bufferedCharacters: 0, batchChanges: 1 },
      }),
    async scrub() {
      const host = createTestHost(store, clock);
      await scrubScope(host, await stateOf(store), RETENTION_DAYS);
      await scrubLog(host, COLLECTION, RETENTION_DAYS);
      await store.prune?.();
    },
    async later(days: number) {
      clock.jump(days * DAY_MS);
      await tick(store);
    },
  };
}

async function versionsOf(store: Store): Promise<string[]> {
  const { items } = await store.items(COLLECTION, {}, { limit: 100 });
  return items.flat().map(({ key, version, state }) => `${key} ${version} ${state}`);
}

async function candidatesOf(store: Store, node: string): Promise<string[]> {
  const found: string[] = [];
  for await (const refs of store.edgeCandidates("to", node)) found.push(...refs.map(({ key }) => key));
  return found;
}

test("versions that were superseded go, once their successors are committed", async () => {
  const { store, sync, scrub } = world();
  await sync(thing("a", 1), thing("b", 1));
  await sync(thing("a", 2), thing("b", 1));
  await sync(thing("a", 3));
  expect(await versionsOf(store)).toEqual([
    ...["a 1 present", "a 2 present", "a 3 present", "b 1 present", "b 2 removed"],
  ]);
  await scrub();
  expect(await versionsOf(store)).toEqual(["a 3 present", "b 2 removed"]);
  expect(await present(store)).toEqual({ a: 3 });
});

test("what was given up goes, its log records and edges too", async () => {
  const { store, sync, fail, scrub } = world();
  await sync(thing("a", 1));
  const { changes } = await store.changes(COLLECTION, {}, 10);
  await fail(thing("a", 7), thing("z", 7));
  expect(await versionsOf(store)).toHaveLength(3);
  expect(await candidatesOf(store, "value 7")).toEqual(expect.arrayContaining(["a", "z"]));
  await scrub();
  expect(await versionsOf(store)).toEqual(["a 1 present"]);
  expect(await candidatesOf(store, "value 7")).toEqual([]);
  expect((await store.changes(COLLECTION, {}, 10)).changes).toEqual(changes);
});

test("a tombstone and its edges stay for retention, and go when no other version is left", async () => {
  const { store, sync, scrub, later } = world();
  await sync(thing("a", 1), thing("b", 1));
  await sync(thing("a", 1));
  await later(RETENTION_DAYS - 1);
  await scrub();
  expect(await versionsOf(store)).toEqual(["a 1 present", "b 2 removed"]);
  expect(await candidatesOf(store, "value 1")).toEqual(expect.arrayContaining(["a", "b"]));
  await later(2);
  await scrub();
  expect(await versionsOf(store)).toEqual(["a 1 present"]);
  expect(await candidatesOf(store, "value 1")).toEqual(["a"]);
  expect(await sync(thing("a", 1), thing("b", 2))).toMatchObject({ outcome: "complete", added: 1 });
});

test("a tombstone stays while an older version lies about", async () => {
  const { store, sync, scrub, later } = world();
  await sync(thing("b", 1));
  await sync();
  await later(RETENTION_DAYS + 2);
  await scrub();
  expect(await versionsOf(store)).toEqual(["b 2 removed"]);
  await scrub();
  expect(await versionsOf(store)).toEqual([]);
});

test("edges that a change ended stay for retention", async () => {
  const { store, sync, scrub, later } = world();
  await sync(thing("a", 1));
  await sync(thing("a", 2));
  await later(RETENTION_DAYS - 1);
  await scrub();
  expect(await candidatesOf(store, "value 1")).toEqual(["a"]);
  await later(2);
  await scrub();
  expect(await candidatesOf(store, "value 1")).toEqual([]);
  expect(await candidatesOf(store, "value 2")).toEqual(["a"]);
  expect((await store.changes(COLLECTION, {}, 10)).changes).toEqual([]);
});

test("nothing is superseded by what may yet be given up", async () => {
  const { store, clock, sync, scrub } = world();
  await sync(thing("a", 1));
  const seen = await stateOf(store);
  const writing = runSync(store, clock, [thing("a", 2)], {
    source,
    store: replaced(store, {
      async putScopeState(state) {
        // Holds the commit back.
        if (state.committedAt !== seen.committedAt) await scrub();
        return store.putScopeState(state);
      },
    }),
  });
  expect(await writing).toMatchObject({ outcome: "complete", modified: 1 });
  expect(await present(store)).toEqual({ a: 2 });
});
