import { beforeEach, describe, expect, test } from "vitest";
import { inRange, type Scope, scopeFrom } from "../../functions/model/collection.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { Connection } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { DEFAULT_LIMITS } from "../../functions/sync/job.ts";
import { creationScopes, planScopes } from "../../functions/sync/plan.ts";
import { readLayout } from "../../functions/sync/scope-layout.ts";
import {
  COLLECTION,
  CREATION_SOURCE,
  createTestClock,
  createTestHost,
  createTestStore,
  deferred,
  listing,
  OVERLAP_MS,
  page,
  present,
  reconcile,
  replaced,
  type SyncOptions,
  stateOf,
  syncRecords,
  type TestClock,
  type Thing,
  thing,
} from "./engine.ts";
import { created, keyOfId, listedByCreation, thingsById } from "./upstream.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const SMALL = { ...DEFAULT_LIMITS, scopeItems: 2 };
const hours = (from: number, until: number) => Array.from({ length: until - from }, (_, n) => created(from + n));
const sync = async (
  listed: Pick<Connection, "list"> | readonly string[],
  options: SyncOptions = {},
  through: Store = store,
) => {
  const connection = "list" in listed ? listed : listedByCreation(thingsById(...listed));
  const result = await reconcile(through, clock, connection, { source: CREATION_SOURCE, limits: SMALL, ...options });
  if (result.status === "skipped") throw new Error(`skipped: ${result.reason}`);
  return result;
};
const presentIds = async () => Object.keys(await present(store));
const scopes = async (): Promise<Scope[]> => creationScopes(await store.scopeStates(COLLECTION));
/** Syncs every scope, and those that a closing opens. */
const syncAll = async (listed: readonly string[]) => {
  for (let todo = await scopes(); todo.length > 0; ) {
    const [scope, ...rest] = todo;
    if (!scope) return;
    const { next } = await sync(listed, { scope });
    todo = next ? [...rest, next] : rest;
  }
};
/** Each item lies in one scope, and each scope's count is right. */
const expectConsistency = async () => {
  const keys = await presentIds();
  const ranges = await scopes();
  for (const key of keys) expect(ranges.filter(({ range }) => inRange(range, key))).toHaveLength(1);
  for (const { scope, range, count } of await store.scopeStates(COLLECTION)) {
    expect([scope, keys.filter((key) => inRange(range, key)).length]).toEqual([scope, count]);
  }
  expect(ranges.at(-1)?.range).not.toHaveProperty("until");
};

describe("an open scope", () => {
  test("is closed once it is large enough, and what is newer is left to the new open scope", async () => {
    const { record, next, state } = await sync(hours(0, 6));
    expect(record).toMatchObject({ outcome: "complete", added: 2, removed: 0 });
    expect(next).toEqual(scopeFrom(created(2)));
    expect(state).toMatchObject({ range: { until: created(2) }, count: 2, lastCompleteAt: expect.any(String) });
    expect(await presentIds()).toEqual(hours(0, 2).map(keyOfId));
    expect(await scopes()).toEqual([{ id: "all", range: { until: created(2) } }, scopeFrom(created(2))]);
  });
  test("is closed without waiting for the page that was requested ahead", async () => {
    let isAborted = false;
    const list: Connection["list"] = async function* (_scope, signal) {
      yield page(...hours(0, 4).map((id) => thing(id)));
      await new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          isAborted = true;
          reject(signal.reason);
        });
      });
    };
    expect(await sync({ list })).toMatchObject({
      record: { outcome: "complete", added: 3 },
      next: scopeFrom(created(3)),
    });
    expect(isAborted).toBe(true);
  });
  test("is followed by the next, until everything is listed", async () => {
    await syncAll(hours(0, 7));
    expect((await scopes()).map(({ id }) => id)).toEqual([
      "all",
      ...[2, 4, 6].map((hour) => scopeFrom(created(hour)).id),
    ]);
    expect(await presentIds()).toEqual(hours(0, 7).map(keyOfId));
    await expectConsistency();
  });
  test("is not closed amid items of the same instant", async () => {
    const twins = [`${created(1)}#a`, `${created(1)}#b`, `${created(1)}#c`];
    const { record, next } = await sync([created(0), ...twins, created(2), created(3)]);
    expect(next).toEqual(scopeFrom(created(2)));
    expect(record.added).toBe(4);
  });
  test("is not closed while items are stored from there on: it would leave them in two scopes", async () => {
    await sync(hours(0, 6), { limits: DEFAULT_LIMITS });
    const { record, next } = await sync(hours(0, 6));
    expect(record).toMatchObject({ outcome: "complete", unchanged: 6 });
    expect(next).toBeUndefined();
    expect(await scopes()).toEqual([{ id: "all", range: {} }]);
  });
  test("is not closed while tombstones are stored from there on", async () => {
    await sync(hours(0, 6), { limits: DEFAULT_LIMITS });
    await sync(hours(0, 3), { limits: DEFAULT_LIMITS });
    expect((await stateOf(store)).newest).toBe(created(5));
    expect((await sync(hours(0, 4))).next).toBeUndefined();
  });
  test("is not closed while it is unknown how new its items are, as when the source was not listed by creation before", async () => {
    const before = { ...CREATION_SOURCE, listedByCreation: undefined };
    await sync(hours(0, 6), { source: before });
    expect(await stateOf(store)).not.toHaveProperty("newest");
    const { record, next } = await sync(hours(0, 6));
    expect(record).toMatchObject({ outcome: "complete", unchanged: 6, removed: 0 });
    expect(next).toBeUndefined();
    expect((await stateOf(store)).newest).toBe(created(5));
  });
  test("is not closed by the sync that compares it with another version of its source", async () => {
    await sync(hours(0, 4), { limits: DEFAULT_LIMITS });
    const source = { ...CREATION_SOURCE, version: 2, key: (document: unknown) => `${(document as Thing).Id}#y` };
    const { record, next } = await sync(hours(0, 8), { source });
    expect(record).toMatchObject({ added: 8, removed: 4 });
    expect(next).toBeUndefined();
    expect((await sync(hours(0, 10), { source })).next).toEqual(scopeFrom(created(8)));
  });
  test("is closed beyond everything stored, with nothing new in it, by its one write", async () => {
    await sync(hours(0, 4), { limits: DEFAULT_LIMITS });
    const { record, next } = await sync(hours(0, 6));
    expect(record).toMatchObject({ outcome: "complete", added: 0, unchanged: 4 });
    expect(next).toEqual(scopeFrom(created(4)));
    expect(await stateOf(store)).toMatchObject({ range: { until: created(4) }, lease: 1 });
    expect(await syncRecords(store)).toHaveLength(1);
    await syncAll(hours(0, 6));
    await expectConsistency();
  });
  test("is closed together with changes and removals in it", async () => {
    await sync(hours(0, 4), { limits: DEFAULT_LIMITS });
    const { record, next } = await sync([...hours(1, 4), ...hours(5, 8)]);
    expect(record).toMatchObject({ added: 0, removed: 1 });
    expect(next).toEqual(scopeFrom(created(5)));
    await syncAll([...hours(1, 4), ...hours(5, 8)]);
    expect(await presentIds()).toEqual([...hours(1, 4), ...hours(5, 8)].map(keyOfId));
    await expectConsistency();
  });
  test("is not closed closer to now than the overlap: what becomes visible late would wait for a full sync", async () => {
    const start = clock.now() + 1_000;
    const recent = [90_000, 60_000, 30_000].map((ms) => instantOf(start - OVERLAP_MS + ms));
    const { record, next } = await sync([created(0), ...recent]);
    expect(record.added).toBe(4);
    expect(next).toBeUndefined();
  });
  test("is closed exactly as far from now as the overlap, and no closer", async () => {
    const start = clock.now() + 1_000;
    const exactly = instantOf(start - OVERLAP_MS);
    expect((await sync([created(0), created(1), exactly, instantOf(start)])).next).toEqual(scopeFrom(exactly));
    const another = createTestStore(clock);
    const tooLate = instantOf(clock.now() + 1_000 - OVERLAP_MS + 1);
    expect((await sync([created(0), created(1), tooLate, instantOf(start)], {}, another)).next).toBeUndefined();
  });
  test("is never closed while its listing is out of order", async () => {
    const listed = listing([created(1), created(0), ...hours(2, 6)].map((id) => page(thing(id))));
    const { record, next } = await sync(listed);
    expect(record).toMatchObject({ outcome: "complete", added: 6 });
    expect(next).toBeUndefined();
    await expectConsistency();
  });
  test("keeps its newest instant where nothing newer was listed", async () => {
    const { state, next } = await sync(hours(0, 6));
    expect(state?.newest).toBe(instantOf(Date.parse(created(2)) - 1));
    expect(next).toBeDefined();
  });
  test("is held, and not complete, where something in it was rejected, and still closed", async () => {
    const listed = listing([page(thing(created(0)), { Value: 1 }), ...hours(1, 6).map((id) => page(thing(id)))]);
    const { record, next, state } = await sync(listed);
    expect(record).toMatchObject({ outcome: "held", rejected: 1, added: 2 });
    expect(next).toEqual(scopeFrom(created(2)));
    expect(state).not.toHaveProperty("lastCompleteAt");
  });
});

describe("a deadline", () => {
  test("closes an open scope that is not large enough, with what was listed until then", async () => {
    const { record, next } = await sync(hours(0, 6), { limits: DEFAULT_LIMITS, deadline: clock.monotonic() });
    expect(record).toMatchObject({ outcome: "complete", added: 1 });
    expect(next).toEqual(scopeFrom(created(1)));
  });
  test("that has not come closes nothing", async () => {
    const deadline = clock.monotonic() + 60_000;
    expect((await sync(hours(0, 6), { limits: DEFAULT_LIMITS, deadline })).next).toBeUndefined();
  });
  test("does not end a listing that cannot be closed", async () => {
    const twins = [`${created(1)}#a`, `${created(1)}#b`, `${created(1)}#c`];
    const { record, next } = await sync(twins, { deadline: 0 });
    expect(record).toMatchObject({ outcome: "complete", added: 3 });
    expect(next).toBeUndefined();
  });
});

describe("a closed scope", () => {
  test("is listed whole, loses what is gone, and is not closed again", async () => {
    await syncAll(hours(0, 7));
    const left = [created(0), ...hours(2, 7)];
    await syncAll(left);
    expect((await scopes()).map(({ id }) => id)).toHaveLength(4);
    expect(await presentIds()).toEqual(left.map(keyOfId));
    await expectConsistency();
  });
  test("grows by what became visible late", async () => {
    await syncAll(hours(0, 7));
    const late = `${created(0)}#late`;
    await syncAll([...hours(0, 7), late]);
    expect((await stateOf(store)).count).toBe(3);
    expect((await scopes()).map(({ id }) => id)).toHaveLength(4);
    await expectConsistency();
  });
  test("is what a sync finds that had planned it as open", async () => {
    await sync(hours(0, 6));
    const { record, next } = await sync(hours(0, 6), { scope: { id: "all", range: {} } });
    expect(record).toMatchObject({ outcome: "complete", unchanged: 2, added: 0 });
    expect(next).toBeUndefined();
  });
});

describe("syncs that meet", () => {
  test("close a scope once: the other one's revision is gone", async () => {
    const both = await Promise.all(
      [hours(0, 6), hours(0, 7)].map((ids) =>
        reconcile(store, clock, listedByCreation(thingsById(...ids)), { source: CREATION_SOURCE, limits: SMALL }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["ended", "skipped"]);
    await syncAll(hours(0, 7));
    await expectConsistency();
  });
  test("close a scope only by taking over a writer who looks dead: it could commit to the old range yet", async () => {
    const alive = deferred();
    const slow = replaced(store, {
      async write(...request) {
        await store.write(...request);
        await alive.promise;
      },
    });
    await sync(hours(0, 4), { limits: DEFAULT_LIMITS });
    const stopped = reconcile(slow, clock, listedByCreation(thingsById(...hours(0, 5))), { source: CREATION_SOURCE });
    await clock.advance(0);
    clock.jump(31_000);
    const listed = [...hours(0, 4), ...hours(5, 8)];
    const { record, next } = await sync(listed);
    expect(record).toMatchObject({ outcome: "complete", unchanged: 4 });
    expect(next).toEqual(scopeFrom(created(5)));
    expect(await stateOf(store)).toMatchObject({ lease: 3, range: { until: created(5) } });
    alive.resolve();
    expect(await stopped).toMatchObject({ status: "skipped" });
    await syncAll(listed);
    expect(await presentIds()).toEqual(listed.map(keyOfId));
    await expectConsistency();
  });
  test("close a scope only once what was given up in it is discarded: it may lie beyond", async () => {
    await sync(hours(0, 4), { limits: DEFAULT_LIMITS });
    const failing = replaced(store, { addDiscards: () => Promise.reject(new Error("gone")) });
    const given = listing(
      hours(0, 9).map((id) => page(thing(id))),
      new Error("no"),
    );
    const limits = { bufferedCharacters: 0, batchChanges: 1, scopeItems: 50_000 };
    expect((await sync(given, { limits }, failing)).record).toMatchObject({ outcome: "failed" });
    expect((await stateOf(store)).discarding).toHaveLength(1);
    const listed = [...hours(0, 4), ...hours(7, 9)];
    await syncAll(listed);
    await syncAll(listed);
    expect(await presentIds()).toEqual(listed.map(keyOfId));
    await syncAll([...listed, created(10)]);
    expect(await presentIds()).toEqual([...listed, created(10)].map(keyOfId));
    await expectConsistency();
  });
});

test("a source that is not listed by creation any more keeps its scopes, and every item is in one", async () => {
  await syncAll(hours(0, 5));
  const everything = listing([page(...hours(0, 5).map((id) => thing(id)))]);
  const connection = { ...everything, plan: () => expect.fail("it has no plan") };
  const source = {
    ...CREATION_SOURCE,
    version: 2,
    listedByCreation: undefined,
    key: (thing: unknown) => `k${(thing as Thing).Id}`,
  };
  const request = { source, collection: COLLECTION, connection, kind: "full" } as const;
  const planned = (await planScopes(createTestHost(store, clock), request)).scopes;
  expect(planned.map(({ scope }) => scope)).toEqual(await scopes());
  expect(planned.length).toBeGreaterThan(2);
  for (const { scope } of planned) {
    const { record } = await sync(everything, { scope, source });
    expect(record).toMatchObject({ outcome: "complete", rejected: 0 });
  }
  expect((await presentIds()).toSorted()).toEqual(hours(0, 5).map((id) => `k${id}`));
  await expectConsistency();
  expect(await readLayout(store, COLLECTION, source)).toMatchObject({ wrong: [], outside: [] });
});
