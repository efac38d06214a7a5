import { beforeEach, describe, expect, test } from "vitest";
import type { Edge, ItemVersion } from "../../functions/model/item.ts";
import type { Source } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import {
  COLLECTION,
  createTestClock,
  createTestStore,
  listing,
  log,
  manyThings,
  page,
  present,
  runSync,
  SOURCE,
  stateOf,
  syncRecords,
  type TestClock,
  type Thing,
  thing,
  traced,
} from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const idOf = (document: unknown) => (document as Thing).Id ?? "";
const withEdgesTo = (version: number, to: string): Source => ({
  ...SOURCE,
  version,
  edges: (document): Edge[] => [{ from: idOf(document), to }],
});
const sync = (source: Source, documents: readonly unknown[]) => runSync(store, clock, documents, { source });
const entireLog = async () => (await store.changes(COLLECTION, {}, 1_000)).changes;
const heads = async (): Promise<ItemVersion[]> => {
  const { items } = await store.items(COLLECTION, {}, { limit: 1_000 });
  return items.flatMap((versions) => versions.at(-1) ?? []);
};
const candidates = async (node: string) => {
  const found: string[] = [];
  for await (const page of store.edgeCandidates("to", node)) found.push(...page.map(({ key }) => key));
  return [...new Set(found)].sort();
};

describe("a source with another version", () => {
  test("has every item compared once; where none differs, only the version is noted", async () => {
    await sync(SOURCE, manyThings(20));
    const { committedAt } = await stateOf(store);
    const { store: watched, calls } = traced(store);
    await runSync(watched, clock, manyThings(20), { source: { ...SOURCE, version: 2 } });
    expect(calls).toEqual(["scopeState", "discards", "items", "putScopeState"]);
    expect(await stateOf(store)).toMatchObject({ sourceVersion: 2, committedAt, count: 20 });
    calls.length = 0;
    await runSync(watched, clock, manyThings(20), { source: { ...SOURCE, version: 2 } });
    expect(calls).toEqual(["scopeState", "putScopeState"]);
  });
  test("is compared as well when the version goes back", async () => {
    await sync({ ...SOURCE, version: 2 }, manyThings(3));
    await sync({ ...SOURCE, version: 1 }, manyThings(3));
    expect(await stateOf(store)).toMatchObject({ sourceVersion: 1 });
    expect(await entireLog()).toHaveLength(3);
  });
});

describe("edges", () => {
  test("keep the instant since which the item names them while only the document changes", async () => {
    const { at: first } = await sync(withEdgesTo(1, "x"), [thing("a", 1)]);
    await sync(withEdgesTo(1, "x"), [thing("a", 2)]);
    expect(await heads()).toMatchObject([{ version: 2, edgeAt: first }]);
  });
  test("have another instant once they change, and when the item comes back", async () => {
    const naming = (to: string): Source => ({ ...SOURCE, edges: (document) => [{ from: idOf(document), to }] });
    await sync(naming("x"), [thing("a", 1)]);
    const { at: changed } = await sync(naming("y"), [thing("a", 1)]);
    expect(await heads()).toMatchObject([{ version: 1, edgeAt: changed }]);
    await sync(naming("y"), []);
    const { at: back } = await sync(naming("y"), [thing("a", 1)]);
    expect(await heads()).toMatchObject([{ version: 3, edgeAt: back }]);
  });
});

describe("edges that are changed in code, with the version raised", () => {
  beforeEach(async () => {
    await sync(withEdgesTo(1, "old"), [thing("a"), thing("b")]);
  });

  test("are stored again, while people and followers see no change", async () => {
    const record = await sync(withEdgesTo(2, "new"), [thing("a"), thing("b")]);
    expect(record).toMatchObject({ outcome: "complete", added: 0, modified: 0, removed: 0, unchanged: 2 });
    expect((await heads()).map(({ edges }) => edges[0]?.to)).toEqual(["new", "new"]);
    expect(await candidates("new")).toEqual(["a", "b"]);
    expect(await log(store)).toEqual(["added a 1", "added b 1"]);
    expect((await entireLog()).map(({ kind }) => kind)).toEqual(["added", "added", "reindexed", "reindexed"]);
  });
  test("begin at the new version, which keeps its number", async () => {
    const { at } = await sync(withEdgesTo(2, "new"), [thing("a"), thing("b")]);
    expect(await heads()).toMatchObject([
      { at, edgeAt: at, version: 1 },
      { at, edgeAt: at, version: 1 },
    ]);
  });
  test("do not hide a change of the document", async () => {
    const record = await sync(withEdgesTo(2, "new"), [thing("a", 2), thing("b")]);
    expect(record).toMatchObject({ modified: 1, unchanged: 1 });
    expect(await log(store)).toEqual(["added a 1", "added b 1", "modified a 2"]);
  });
  test("let what is added and removed at once be seen", async () => {
    expect(await sync(withEdgesTo(2, "new"), [thing("b"), thing("c")])).toMatchObject({
      ...{ added: 1, removed: 1, modified: 0, unchanged: 1 },
    });
    expect((await log(store)).slice(2)).toEqual(["removed a 2", "added c 1"]);
  });
  test("leave the next sync nothing to do", async () => {
    await sync(withEdgesTo(2, "new"), [thing("a"), thing("b")]);
    await sync(withEdgesTo(2, "new"), [thing("a"), thing("b")]);
    expect(await stateOf(store)).toMatchObject({ unchanged: { count: 1 }, sourceVersion: 2 });
    expect(await syncRecords(store)).toHaveLength(2);
  });
  test("keep the past as it was", async () => {
    const [first] = await entireLog();
    await sync(withEdgesTo(2, "new"), [thing("a"), thing("b")]);
    expect(await present(store, first?.after.at)).toEqual({ a: 1, b: 1 });
    expect(await present(store)).toEqual({ a: 1, b: 1 });
  });
  test("are stored again of many items too, written as they are listed", async () => {
    await sync(withEdgesTo(2, "new"), manyThings(30));
    const limits = { bufferedCharacters: 100, batchChanges: 4, scopeItems: 50_000 };
    const pages = [page(...manyThings(15)), page(...manyThings(15, 15))];
    const record = await runSync(store, clock, listing(pages), { source: withEdgesTo(3, "newer"), limits });
    expect(record).toMatchObject({ modified: 0, unchanged: 30 });
    expect(await candidates("newer")).toHaveLength(30);
  });
});

describe("ignored paths that are changed in code, with the version raised", () => {
  const all: Source = { ...SOURCE, version: 2, ignoredPaths: [] };

  test("make new versions that nobody sees", async () => {
    await sync(SOURCE, [{ Id: "a", Noise: 1 }]);
    expect(await sync(all, [{ Id: "a", Noise: 1 }])).toMatchObject({ modified: 0, unchanged: 1 });
    expect(await log(store)).toEqual(["added a 1"]);
  });
  test("count what differs in them from then on", async () => {
    await sync(SOURCE, [{ Id: "a", Noise: 1 }]);
    expect(await sync(all, [{ Id: "a", Noise: 2 }])).toMatchObject({ modified: 1 });
    expect(await sync(all, [{ Id: "a", Noise: 3 }])).toMatchObject({ modified: 1 });
  });
});

describe("an identity that is changed in code, with the version raised", () => {
  const moved: Source = { ...SOURCE, version: 2, key: (document) => `new/${idOf(document)}` };
  const removals = async () => (await entireLog()).filter(({ kind }) => kind === "removed");

  test("ends and begins every item, which the guard does not keep pending", async () => {
    await sync(SOURCE, manyThings(30));
    const record = await sync(moved, manyThings(30));
    expect(record).toMatchObject({ outcome: "complete", added: 30, removed: 30, pending: 0 });
    expect((await removals()).map(({ after }) => after.cause)).toEqual(
      Array.from({ length: 30 }, () => "source changed"),
    );
    expect(Object.keys(await present(store))).toEqual(manyThings(30).map(moved.key));
    expect(await stateOf(store)).toMatchObject({ count: 30, sourceVersion: 2 });
    expect(await sync(moved, manyThings(30))).toMatchObject({ unchanged: 30 });
  });
  test("does not excuse what is really missing", async () => {
    await sync(SOURCE, manyThings(60));
    const record = await sync(moved, manyThings(20));
    expect(record).toMatchObject({ outcome: "held", added: 20, removed: 20, pending: 40 });
    expect(record.pendingReason).toBe("40 of 40 items disappeared at once");
    expect(await sync(moved, manyThings(20))).toMatchObject({ outcome: "complete", removed: 40 });
    const causes = (await removals()).map(({ after }) => after.cause);
    expect(causes.filter((cause) => cause === "source changed")).toHaveLength(20);
    expect(causes.filter((cause) => cause === "not listed")).toHaveLength(40);
  });
  test("does not call a removal moved that is none", async () => {
    await sync(SOURCE, [thing("a"), thing("b")]);
    await sync({ ...SOURCE, version: 2 }, [thing("a"), thing("c")]);
    expect((await removals()).map(({ after }) => [after.key, after.cause])).toEqual([["b", "not listed"]]);
  });
  test("moves only the items whose key is another", async () => {
    const some: Source = { ...SOURCE, version: 2, key: (d) => (idOf(d) === "a" ? "z" : idOf(d)) };
    await sync(SOURCE, [thing("a"), thing("b")]);
    expect(await sync(some, [thing("a"), thing("b")])).toMatchObject({ added: 1, removed: 1, unchanged: 1 });
  });
});
