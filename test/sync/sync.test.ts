import { beforeEach, describe, expect, test } from "vitest";
import { scopeOfFirstPart, WHOLE } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { ParentRemoved } from "../../functions/model/source.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import { type Store, syncKey } from "../../functions/store/port.ts";
import { COLLECTION, listing, log, newTestClock, page, present, runSync, type TestClock, thing } from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  store = memoryStore();
  clock = newTestClock();
});

const things = (...ids: string[]) => ids.map((id) => thing(id));
const many = (count: number, from = 0) =>
  Array.from({ length: count }, (_, n) => thing(`t${String(from + n).padStart(4, "0")}`));
const standing = () => store.standing(COLLECTION, WHOLE.id);
const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
/** The names of the store's operations, in the order they were asked for. */
const asked = (names: string[]): Store =>
  new Proxy(store, {
    get(target, name: keyof Store) {
      const operation = target[name] as (...values: unknown[]) => unknown;
      return (...values: unknown[]) => {
        names.push(name);
        return operation(...values);
      };
    },
  });
/** The store, one operation of which fails each time, or after so many times. */
const failing = (name: keyof Store, after = 0): Store => {
  let calls = 0;
  const failure = new SyncError("unavailable", `${name} failed`);
  const reject = async () => {
    throw failure;
  };
  const fail = name === "index" ? () => ({ [Symbol.asyncIterator]: () => ({ next: reject }) }) : reject;
  return new Proxy(store, {
    get: (target, asked: keyof Store) => (asked === name && ++calls > after ? fail : target[asked]),
  });
};

describe("a sync", () => {
  test("adds, modifies, removes and resurrects, and records it", async () => {
    const first = await runSync(store, clock, [thing("a", 1), thing("b", 1), thing("c", 1)]);
    expect(first).toMatchObject({
      outcome: "complete",
      pages: 1,
      listed: 3,
      added: 3,
      modified: 0,
      removed: 0,
      unchanged: 0,
    });
    const second = await runSync(store, clock, [thing("a", 1), thing("b", 2)]);
    expect(second).toMatchObject({ outcome: "complete", listed: 2, added: 0, modified: 1, removed: 1, unchanged: 1 });
    await runSync(store, clock, [thing("a", 1), thing("b", 2), thing("c", 3)]);
    expect(await present(store)).toEqual({ a: 1, b: 2, c: 3 });
    expect(await log(store)).toEqual([
      "added a 1",
      "added b 1",
      "added c 1",
      "modified b 2",
      "removed c 2",
      "added c 3",
    ]);
    expect(await standing()).toMatchObject({ outcome: "complete", items: 3, completeAt: expect.any(String) });
    const { syncs } = await store.syncPage(COLLECTION, {}, 5);
    expect(syncs.slice(1)).toEqual([second, first]);
  });
  test("gives all its changes one instant, its snapshot's, and its own name", async () => {
    const record = await runSync(store, clock, things("a", "b"));
    const { changes } = await store.changePage(COLLECTION, {}, 5);
    expect(new Set(changes.map(({ at }) => at))).toEqual(new Set([record?.at]));
    expect(record && changes.every(({ sync }) => sync === syncKey(record))).toBe(true);
    expect((await standing())?.snapshotAt).toBe(record?.at);
  });
  test("chains an item's changes, and keeps when it was first seen", async () => {
    for (const values of [[thing("a", 1)], [thing("a", 2)], [], [thing("a", 3)]]) await runSync(store, clock, values);
    const { changes } = await store.changePage(COLLECTION, {}, 9);
    expect(changes.map(({ previousAt }) => previousAt)).toEqual([
      undefined,
      ...changes.slice(0, -1).map(({ at }) => at),
    ]);
    expect(changes.map(({ before }) => before?.version)).toEqual([undefined, 1, 2, 3]);
    expect(changes[2]).toMatchObject({ kind: "removed", cause: "not listed", document: JSON.stringify(thing("a", 2)) });
    const [item] = await store.items(COLLECTION, ["a"]);
    expect(item).toMatchObject({
      state: "present",
      version: 4,
      firstSeenAt: changes[0]?.at,
      changedAt: changes[3]?.at,
    });
    expect(item).not.toHaveProperty("removedAt");
  });
  test("that finds nothing new asks the store for the same few things, however much there is", async () => {
    const listed = many(5_000);
    await runSync(store, clock, listed);
    const names: string[] = [];
    expect(await runSync(asked(names), clock, listed)).toMatchObject({ unchanged: 5_000, added: 0, modified: 0 });
    expect(names).toEqual(["takeLease", "tick", "endSync", "recordSync"]);
  });
  test("does not count volatile members and the order of members as changes", async () => {
    await runSync(store, clock, [{ Id: "a", Value: 1, Noise: 1 }]);
    expect(await runSync(store, clock, [{ Noise: 2, Value: 1, Id: "a" }])).toMatchObject({ unchanged: 1, modified: 0 });
  });
  test("counts the first of what is listed twice", async () => {
    const pages = [page(thing("a", 1), thing("b", 1)), page(), page(thing("a", 2))];
    expect(await runSync(store, clock, listing(pages))).toMatchObject({ pages: 3, listed: 2, added: 2 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
  });
  test("does not take a new item that is listed twice for none", async () => {
    await runSync(store, clock, things("b"));
    expect(await runSync(store, clock, things("a", "b", "a"))).toMatchObject({ listed: 2, added: 1, unchanged: 1 });
  });
  test("goes about it in this order", async () => {
    await runSync(store, clock, things("a", "b"));
    const names: string[] = [];
    await runSync(asked(names), clock, things("a", "c"));
    expect(names).toEqual([
      ...["takeLease", "outline", "index", "readClock", "markDirty", "tick"],
      ...["items", "writeChanges", "writeItems", "endSync", "recordSync"],
    ]);
  });
  test("tells its progress", async () => {
    const steps: unknown[] = [];
    await runSync(store, clock, listing([page(thing("a")), page(thing("b"))]), {
      onProgress: (step) => steps.push(step),
    });
    expect(steps).toEqual([
      { step: "listing", pages: 1, listed: 1 },
      { step: "listing", pages: 2, listed: 2 },
      { step: "applying", changes: 2 },
    ]);
  });
  test("of a scope that another is syncing is skipped, and leaves no record", async () => {
    const until = clock.now() + 1_000_000;
    await store.takeLease({ collection: COLLECTION, scope: WHOLE, holder: "other", now: clock.now(), until });
    const skipped = runSync(store, clock, things("a"));
    await clock.advance(1_000);
    await store.renewLease({ collection: COLLECTION, scope: WHOLE.id, holder: "other" }, until + 1);
    await clock.advance(4_000);
    expect(await skipped).toBeUndefined();
    expect((await store.syncPage(COLLECTION, {}, 5)).syncs).toEqual([]);
  });
  test("lists its own scope, and refuses what is not of it", async () => {
    const scope = scopeOfFirstPart("s");
    const inScope = { Id: "s", Value: 1 };
    const source = { key: (document: unknown) => `${(document as { Id: string }).Id}#1` };
    const { SOURCE } = await import("./engine.ts");
    const record = await runSync(store, clock, [inScope, thing("other")], { scope, source: { ...SOURCE, ...source } });
    expect(record).toMatchObject({
      outcome: "held",
      added: 1,
      refused: 1,
      refusals: ["an item outside scope s was listed: other#1"],
    });
    expect(await present(store)).toEqual({ "s#1": 1 });
  });
});

describe("a listing that fails", () => {
  test.each([
    ["denied", denied],
    ["throttled", Object.assign(new Error("later"), { name: "ThrottlingException" })],
    ["unavailable", Object.assign(new Error("gone"), { name: "TimeoutError" })],
    ["malformed", new Error("what?")],
  ])("changes nothing: %s", async (code, failure) => {
    await runSync(store, clock, things("a", "b"));
    const before = [
      await present(store),
      await log(store),
      (await standing())?.snapshotAt,
      (await standing())?.completeAt,
    ];
    const record = await runSync(store, clock, listing([page(thing("a", 2), thing("c"))], failure), {
      flushItems: 1,
      lookAhead: 0,
    });
    expect(record).toMatchObject({ outcome: "failed", error: { code }, added: 0, modified: 0, removed: 0 });
    expect(record).not.toHaveProperty("at");
    expect([
      await present(store),
      await log(store),
      (await standing())?.snapshotAt,
      (await standing())?.completeAt,
    ]).toEqual(before);
    expect(await standing()).toMatchObject({ outcome: "failed", error: { code }, items: 2 });
    expect(await standing()).not.toHaveProperty("lease");
    expect(await standing()).not.toHaveProperty("dirtySince");
  });
  test("is forgotten by the next that is complete", async () => {
    await runSync(store, clock, listing([], denied));
    await runSync(store, clock, things("a"));
    expect(await standing()).not.toHaveProperty("error");
  });
  test("because its parent is gone removes all, for that cause", async () => {
    await runSync(store, clock, things("a", "b"));
    const record = await runSync(store, clock, listing([], new ParentRemoved("gone")));
    expect(record).toMatchObject({ outcome: "complete", removed: 2 });
    expect((await store.items(COLLECTION, ["a"]))[0]).toMatchObject({ state: "removed", cause: "parent removed" });
    expect(await standing()).toMatchObject({ vanished: true, items: 0 });
  });
  test("does not happen to a scope that vanished: nothing is listed", async () => {
    await runSync(store, clock, things("a"));
    expect(await runSync(store, clock, listing([], denied), { vanished: true })).toMatchObject({
      outcome: "complete",
      removed: 1,
    });
  });
  test("by interruption says so", async () => {
    const stop = new AbortController();
    const stopping = {
      async *list() {
        yield page(thing("a"));
        stop.abort(new SyncError("interrupted", "stop"));
      },
    };
    expect(await runSync(store, clock, stopping, { signal: stop.signal })).toMatchObject({
      error: { code: "interrupted" },
    });
    expect(await present(store)).toEqual({});
  });
});

describe("the guard", () => {
  test("holds a mass removal once, the next listing that agrees applies it", async () => {
    await runSync(store, clock, many(30));
    const held = await runSync(store, clock, [...many(5), thing("new")]);
    expect(held).toMatchObject({ outcome: "held", added: 1, removed: 0, held: 25 });
    expect(Object.keys(await present(store))).toHaveLength(31);
    const completeAt = (await standing())?.completeAt;
    expect(completeAt && held?.at && completeAt < held.at).toBe(true);
    expect(await runSync(store, clock, [...many(5), thing("new")])).toMatchObject({ outcome: "complete", removed: 25 });
    expect(await standing()).not.toHaveProperty("held");
  });
  test("is overruled when the removals are accepted", async () => {
    await runSync(store, clock, many(30));
    expect(await runSync(store, clock, [], { acceptRemovals: true })).toMatchObject({
      outcome: "complete",
      removed: 30,
    });
  });
  test("holds all removals of a listing with something in it that has no identity", async () => {
    await runSync(store, clock, things("a", "b"));
    const record = await runSync(store, clock, [thing("a", 2), { Value: 1 }]);
    expect(record).toMatchObject({ outcome: "held", modified: 1, held: 1, refused: 1 });
    expect(await present(store)).toEqual({ a: 2, b: 1 });
  });
  test("keeps what is stored of an item that cannot be stored any more", async () => {
    await runSync(store, clock, things("a", "b"));
    const record = await runSync(store, clock, [thing("a"), thing("b", "x".repeat(200_000))]);
    expect(record).toMatchObject({ outcome: "held", held: 0, refused: 1 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
  });
});

describe("a write that fails", () => {
  const listed = [thing("a", 2), thing("c")];
  beforeEach(async () => {
    await runSync(store, clock, things("a", "b"));
  });

  test.each<[keyof Store, boolean]>([
    ["index", false],
    ["readClock", false],
    ["markDirty", false],
    ["tick", false],
    ["items", true],
    ["writeChanges", true],
    ["writeItems", true],
    ["endSync", true],
  ])("%s: the sync fails and keeps readers out of what it may have written", async (name, abandoned) => {
    const before = await present(store);
    const record = await runSync(failing(name), clock, listed);
    expect(record).toMatchObject({ outcome: "failed", error: { code: "unavailable" }, added: 0 });
    expect(Boolean((await standing())?.dirtySince)).toBe(abandoned);
    expect(Boolean((await standing())?.lease)).toBe(abandoned);
    clock.jump(31_000);
    const steps: string[] = [];
    await runSync(store, clock, things("a", "b"), { onProgress: ({ step }) => steps.push(step) });
    expect(steps.includes("undoing")).toBe(abandoned);
    expect(await present(store)).toEqual(before);
    expect(await log(store)).toEqual(["added a 1", "added b 1"]);
  });
  test("standing: what had been flushed is left to the next sync", async () => {
    const record = await runSync(failing("standing"), clock, listing([page(...listed)], denied), {
      flushItems: 1,
      lookAhead: 0,
    });
    expect(record?.error?.message).toMatch(/AccessDenied.*it could not be noted in the scope: standing failed/);
    expect(await standing()).toMatchObject({ dirtySince: expect.any(String), lease: expect.anything() });
  });
  test.each<keyof Store>(["changePage", "writeItems", "deleteItems", "deleteChanges", "clearDirty"])(
    "%s, while undoing: undone by the next sync, not by this one again",
    async (name) => {
      const dies = failing("endSync");
      await runSync(dies, clock, [...listed, thing("b", 3)]);
      clock.jump(31_000);
      const record = await runSync(failing(name), clock, listed);
      expect(record).toMatchObject({ outcome: "failed", error: { code: "unavailable" } });
      expect(await standing()).toMatchObject({ dirtySince: expect.any(String), lease: expect.anything() });
      clock.jump(31_000);
      await runSync(store, clock, things("a", "b"));
      expect(await log(store)).toEqual(["added a 1", "added b 1"]);
      expect(await present(store)).toEqual({ a: 1, b: 1 });
    },
  );
  test("takeLease or recordSync: the sync throws", async () => {
    await expect(runSync(failing("takeLease"), clock, listed)).rejects.toThrow("takeLease failed");
    await expect(runSync(failing("recordSync"), clock, listed)).rejects.toThrow("recordSync failed");
    expect(await present(store)).toEqual({ a: 2, c: 1 });
  });
  test("because another took the lease over: nothing more is written", async () => {
    const stolen: Store = {
      ...store,
      async tick(now) {
        clock.jump(31_000);
        await store.takeLease({
          collection: COLLECTION,
          scope: WHOLE,
          holder: "other",
          now: clock.now(),
          until: clock.now() + 30_000,
        });
        return store.tick(now);
      },
    };
    expect(await runSync(stolen, clock, listed)).toMatchObject({ outcome: "failed", error: { code: "superseded" } });
    expect(await standing()).toMatchObject({
      lease: { holder: "other" },
      dirtySince: expect.any(String),
      outcome: "complete",
    });
    expect(await log(store)).toEqual(["added a 1", "added b 1"]);
  });
});
