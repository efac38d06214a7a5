import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { added, COLLECTION, collectionRecord, instant, modified, signal, stateOf } from "./changes.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

/*
 * The SDK sends a request again when its answer is lost. Here that happens to every request: each is carried out twice.
 */

class UnheardHandler extends NodeHttpHandler {
  unheard = 0;

  override async handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
    const answer = await super.handle(...sent);
    if (!/attempt=1\b/.test(String(sent[0].headers["amz-sdk-request"]))) return answer;
    this.unheard += 1;
    answer.response.body.destroy();
    throw Object.assign(new Error("the connection broke"), { code: "ECONNRESET" });
  }
}

let database: TestDatabase;
let handler: UnheardHandler;
let store: Store;
let steady: Store;
beforeAll(async () => {
  database = await openDatabase();
});
beforeEach(async () => {
  steady = await database.newStore();
  handler = new UnheardHandler();
  store = database.sameStore({ requestHandler: handler });
});
afterAll(() => database.close());

test("a state whose answer was lost is stored once, and reported as stored", async () => {
  const states = [1, 2, 3].map((revision) => stateOf(revision, { count: revision, holder: "me", error: undefined }));
  for (const state of states) expect(await store.putScopeState(state)).toBe(true);
  expect(await steady.scopeState(COLLECTION, "all")).toEqual(stateOf(3, { count: 3, holder: "me" }));
  expect(await store.putScopeState(stateOf(3, { count: 3, holder: "other" }))).toBe(false);
  expect(await store.putScopeState(stateOf(2, { count: 2, holder: "me" }))).toBe(false);
  expect(await store.putScopeState(stateOf(1))).toBe(false);
  expect(await steady.scopeState(COLLECTION, "all")).toEqual(stateOf(3, { count: 3, holder: "me" }));
  expect(handler.unheard).toBeGreaterThan(5);
});

test("a collection's record whose answer was lost is stored once, and reported as stored", async () => {
  const claim = { id: "mine", at: 1, expires: 2 };
  expect(await store.putCollectionRecord(collectionRecord(1))).toBe(true);
  expect(await store.putCollectionRecord(collectionRecord(2, { claim }))).toBe(true);
  expect(await store.putCollectionRecord(collectionRecord(2, { claim: { ...claim, id: "other" } }))).toBe(false);
  expect(await steady.collectionRecord(COLLECTION)).toEqual(collectionRecord(2, { claim }));
});

test("an instant is later than all before, with the mark below what was ticked first", async () => {
  const writer = { collection: COLLECTION, scope: "all", lease: 1 };
  const instants = [await store.begin(writer), await steady.begin({ ...writer, lease: 2 })];
  const held = await steady.readTimestamp();
  instants.push(await store.begin({ ...writer, lease: 3 }));
  expect(instants).toEqual([...new Set(instants)].sort());
  expect(held < (instants[0] ?? "")).toBe(true);
  expect(await steady.readTimestamp()).toBe(held);
  await store.deleteMarks({ ...writer, lease: 3 });
  expect(await steady.marks()).toEqual([]);
  expect(await steady.readTimestamp()).toBe(instants.at(-1));
});

test("records are written and deleted once", async () => {
  const [a, b] = [added("a", instant(1)), added("b", instant(1))];
  const next = modified(a.after, instant(2));
  await store.write([a, b], signal);
  await store.write([next], signal);
  await store.addDiscards(COLLECTION, [instant(3)]);
  await store.delete(
    COLLECTION,
    { versions: [{ key: "a", at: instant(1) }], changes: [{ key: "a", at: instant(1) }] },
    signal,
  );
  expect((await steady.items(COLLECTION, {}, { limit: 5 })).items).toEqual([[next.after], [b.after]]);
  expect((await steady.changes(COLLECTION, {}, 5)).changes).toEqual([b, next]);
  expect(await steady.discards(COLLECTION)).toEqual(new Set([instant(3)]));
  expect(handler.unheard).toBeGreaterThan(6);
});
