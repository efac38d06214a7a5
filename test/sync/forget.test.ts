import { beforeEach, expect, test } from "vitest";
import { createSqliteStore, type SqliteStore } from "../../functions/store/sqlite/store.ts";
import { forgetCollection } from "../../functions/sync/retire.ts";
import { addTarget, reconcileTargets, retireTarget } from "../../functions/sync/targets.ts";
import {
  COLLECTION,
  createTestClock,
  createTestHost,
  deferred,
  log,
  present,
  reconcile,
  replaced,
  runSync,
  SOURCE,
  stateOf,
  syncRecords,
  type TestClock,
  thing,
} from "./engine.ts";

const TARGET = { account: "123456789012", region: "eu-west-1" };
const { signal } = new AbortController();

let store: SqliteStore;
let clock: TestClock;
beforeEach(async () => {
  clock = createTestClock();
  store = createSqliteStore(":memory:", { retentionDays: 400, now: () => clock.now() });
  await bringBack();
});

const agree = () => reconcileTargets(createTestHost(store, clock), [SOURCE]);
const forget = () => forgetCollection({ store, signal }, COLLECTION);

async function bringBack() {
  await addTarget(store, { ...TARGET, origin: "person" });
  return agree();
}

async function retire() {
  clock.jump(1_000);
  await retireTarget(store, TARGET, "person");
  return agree();
}

const nameOf = ({ key }: { readonly key: string }) => key;

/** Everything that the store has of the collection, but what keeps late writers out. */
async function stored() {
  const nodes: unknown[] = [];
  for (const end of ["from", "to", "self"] as const) {
    for (const node of ["a", "b", "c"]) for await (const found of store.edgeCandidates(end, node)) nodes.push(...found);
  }
  const search = { collections: [COLLECTION], words: ["value"], where: "text", order: "asc", nameOf } as const;
  return {
    versions: (await store.items(COLLECTION, {}, { limit: 100 })).items.length,
    changes: (await store.changes(COLLECTION, {}, 100)).changes.length,
    syncs: (await syncRecords(store)).length,
    found: (await store.searchCandidates(search, { limit: 100 })).items.length,
    nodes: nodes.length,
  };
}

const NOTHING = { versions: 0, changes: 0, syncs: 0, found: 0, nodes: 0 };

test("a retired target is forgotten: nothing of it is left, at any instant", async () => {
  const { at = "" } = await runSync(store, clock, [thing("a", "value 1"), thing("b", "value 2")]);
  await runSync(store, clock, [thing("a", "value 3"), thing("c", "value 4")]);
  await store.indexForSearch(nameOf);
  await retire();
  expect(await stored()).toMatchObject({ versions: 3, changes: 7, syncs: 3, found: 3 });
  expect(await forget()).toBe(true);
  expect(await stored()).toEqual(NOTHING);
  expect([await present(store), await present(store, at), await log(store)]).toEqual([{}, {}, []]);
  expect(await store.collectionRecord(COLLECTION)).toMatchObject({ status: "retired" });
  expect(await forget()).toBe(true);
});

test("an active target, or one that a sync still holds, is not", async () => {
  await runSync(store, clock, [thing("a")]);
  expect(await forget()).toBe(false);
  const resumed = deferred();
  const slow = replaced(store, {
    async write(...request) {
      await resumed.promise;
      return store.write(...request);
    },
  });
  const syncing = reconcile(slow, clock, [thing("a"), thing("b")]);
  await clock.advance(0);
  expect(await retire()).toMatchObject({ waiting: 1 });
  expect(await forget()).toBe(false);
  expect(await present(store)).toEqual({ a: 1 });
  resumed.resolve();
  await syncing;
  await agree();
  expect(await forget()).toBe(true);
  expect(await stored()).toEqual(NOTHING);
});

test("a sync that was taken for dead, and goes on afterwards, brings nothing back", async () => {
  await runSync(store, clock, [thing("a")]);
  const resumed = deferred();
  const late = replaced(store, {
    async write(...request) {
      await resumed.promise;
      return store.write(...request);
    },
  });
  const syncing = reconcile(late, clock, [thing("a"), thing("b")]).catch(() => undefined);
  await clock.advance(0);
  clock.jump(3_600_000);
  await retire();
  expect(await agree()).toMatchObject({ waiting: 0 });
  expect(await forget()).toBe(true);
  resumed.resolve();
  await syncing;
  expect([await present(store), await log(store)]).toEqual([{}, []]);
  await forget();
  expect(await stored()).toMatchObject({ versions: 0, changes: 0, found: 0 });
});

test("a target that comes back begins again, and what is forgotten is said to be lost", async () => {
  const { at = "" } = await runSync(store, clock, [thing("a")]);
  await retire();
  await forget();
  await bringBack();
  expect(await runSync(store, clock, [thing("a")])).toMatchObject({ added: 1 });
  expect([await present(store), await present(store, at), await log(store)]).toEqual([{ a: 1 }, {}, ["added a 1"]]);
  expect(await stateOf(store)).toMatchObject({ logLostUntil: expect.any(String) });
});
