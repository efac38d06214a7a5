import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { afterAll, expect, test, vi } from "vitest";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import type { Change } from "../../functions/model/item.ts";
import { shortIdOf } from "../../functions/model/item-id.ts";
import type { NameOf } from "../../functions/model/node.ts";
import { initialState } from "../../functions/model/scope-state.ts";
import type { CandidateSearch, Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { added, COLLECTION, instant, modified, removed, signal } from "./changes.ts";
import { HOSTILE_KEYS } from "./texts.ts";

const folder = mkdtempSync(join(tmpdir(), "stocktake-search-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
let now = 0;

interface TestStore extends Store {
  indexForSearch(nameOf: NameOf): Promise<void>;
}

const nameOf: NameOf = ({ key }, document) => String((document as { Name?: string }).Name ?? key);

/** A store in a file. Nothing is indexed unless the test says so. */
async function open(file = newFile()): Promise<{ file: string; store: TestStore }> {
  return { file, store: createSqliteStore(file, { retentionDays: 1, now: () => now, keepsSearchIndex: false }) };
}

function newFile(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

/** Stores changes as a sync does that is committed at the instant of the last of them. */
async function commit(store: Store, ...changes: readonly Change[]): Promise<void> {
  now = Date.parse(changes.at(-1)?.after.at ?? "");
  await store.write(changes, signal);
  if (!(await store.scopeState(COLLECTION, "all"))) {
    await store.putScopeState({ ...initialState(COLLECTION, ENTIRE_COLLECTION), revision: 1 });
  }
  const writer = { collection: COLLECTION, scope: "all", lease: 1 };
  await store.begin(writer);
  await store.deleteMarks(writer);
}

const find = async (store: Store, where: CandidateSearch["where"], ...words: string[]) => {
  const search: CandidateSearch = { collections: [COLLECTION], words, where, order: "asc", nameOf };
  const keys: string[] = [];
  for (let after: { collection: string; key: string } | undefined, end = false; !end; ) {
    const page = await store.searchCandidates?.(search, { limit: 2, ...(after && { after }) });
    keys.push(...(page?.items ?? []).map(({ key }) => key));
    after = page?.next;
    end = after === undefined;
  }
  return keys;
};

const named = (key: string, second: number, name: string) =>
  added(key, instant(second), JSON.stringify({ Name: name, n: 7 }));

/** What is found with the index as late as it can be, and with one that has everything. */
async function findBoth(store: TestStore, where: CandidateSearch["where"], ...words: string[]): Promise<string[]> {
  const late = await find(store, where, ...words);
  await store.indexForSearch(nameOf);
  expect(await find(store, where, ...words)).toEqual(late);
  return late;
}

test("candidates have the words there, in order, whether the index has them or not", async () => {
  const { store } = await open();
  await commit(
    store,
    named("b", 1, 'Kiosk "one"'),
    named("a", 1, "a kiosk"),
    named("d", 1, "kio"),
    named("c", 1, "KIOSK"),
  );
  expect(await findBoth(store, "exact", "kiosk")).toEqual(["c"]);
  await commit(store, named("0", 2, "kiosk"), named("e", 2, "other kiosk"));
  expect(await findBoth(store, "exact", "kiosk")).toEqual(["0", "c"]);
  expect(await find(store, "prefix", "kiosk")).toEqual(["0", "b", "c"]);
  expect(await find(store, "prefix", "ki")).toEqual(["0", "b", "c", "d"]);
  expect(await find(store, "name", "kiosk")).toEqual(["0", "a", "b", "c", "e"]);
  expect(await find(store, "name", "iosk", "he")).toEqual(["e"]);
  expect(await find(store, "text", "other", "eu-west-1")).toEqual(["e"]);
  expect(await find(store, "text", '"one"')).toEqual(["b"]);
  const search = { collections: [COLLECTION], words: ["kiosk"], where: "text", order: "desc", nameOf } as const;
  expect((await store.searchCandidates?.(search, { limit: 3 }))?.items.map(({ key }) => key)).toEqual(["e", "c", "b"]);
  expect(await store.searchCandidates?.({ ...search, collections: [] }, { limit: 3 })).toEqual({ items: [] });
  await store.close();
});

test("words that thousands of items have are found in order, page by page", async () => {
  const { store } = await open();
  const keys = Array.from({ length: 1_010 }, (_, n) => String(10_000 + n));
  await commit(store, ...keys.map((key, n) => named(key, 1, n < 5 ? "other" : "kiosk one")));
  await store.indexForSearch(nameOf);
  for (const [where, ...words] of [
    ["exact", "kiosk one"],
    ["prefix", "ki"],
    ["name", "iosk", "one"],
    ["name", "k"],
    ["text", "kiosk", "eu-west-1"],
    ["text", "ki"],
  ] as const) {
    const found = async (order: "asc" | "desc", limit: number, key?: string) => {
      const after = key !== undefined && { after: { collection: COLLECTION, key } };
      const search = { collections: [COLLECTION], words, where, order, nameOf };
      const { items, next } = (await store.searchCandidates?.(search, { limit, ...after })) ?? {};
      return [items?.map(({ key }) => key), next?.key];
    };
    expect(await found("asc", 2), `${where} ${words}`).toEqual([["10005", "10006"], "10006"]);
    expect(await found("asc", 2, "10006")).toEqual([["10007", "10008"], "10008"]);
    // More than are looked through before all are sorted.
    expect(await found("asc", 1_003)).toEqual([keys.slice(5, -2), "11007"]);
    expect(await found("asc", 1_003, "11007")).toEqual([["11008", "11009"], undefined]);
    expect(await found("desc", 2)).toEqual([["11009", "11008"], "11008"]);
    expect(await found("desc", 1_003, "11008")).toEqual([keys.slice(5, -2).toReversed(), undefined]);
  }
  await store.close();
});

test("what an item was is found as long as history is kept, and then no more", async () => {
  const { file, store } = await open();
  const first = named("a", 1, "before");
  const second = modified(first.after, instant(2), '{"Name":"after"}');
  const gone = named("b", 1, "removed");
  await commit(store, first, second, gone, removed(gone.after, instant(2)));
  expect(await findBoth(store, "exact", "before")).toEqual(["a"]);
  expect(await find(store, "exact", "after")).toEqual(["a"]);
  expect(await find(store, "exact", "removed")).toEqual(["b"]);
  await store.delete(COLLECTION, { versions: [first.after, gone.after, { key: "b", at: instant(2) }] }, signal);
  await store.close();
  const later = (await open(file)).store;
  await commit(later, named("c", 199_000, "new"));
  await later.prune?.();
  expect(await findBoth(later, "exact", "before")).toEqual([]);
  expect(await find(later, "exact", "after")).toEqual(["a"]);
  expect(await find(later, "exact", "removed")).toEqual([]);
  await later.close();
});

test("a file without an index, or with another release's, opens, is searched as it is, and gets one", async () => {
  const { file, store } = await open();
  const first = named("a", 1, "kiosk");
  await commit(store, first, named("old", 1, "kept"));
  await store.indexForSearch(nameOf);
  await store.close();
  const tables = ["", "_name", "_text", "_progress", "_version"].map((part) => `stored_search${part}`);
  for (const change of [
    "UPDATE stored_search_version SET version = 0",
    tables.map((table) => `DROP TABLE ${table}`).join(";"),
  ]) {
    const connection = new Database(file);
    connection.exec(`${change}; DELETE FROM stored_changes WHERE key = 'old'`);
    connection.close();
    const reading = createSqliteStore(file, { retentionDays: 1, readOnly: true });
    expect(await find(reading, "text", "kept")).toEqual(["old"]);
    await reading.close();
    const reopened = (await open(file)).store;
    // What the log does not have any more is found by the versions themselves.
    expect(await findBoth(reopened, "text", "kept")).toEqual(["old"]);
    expect(await reopened.itemsOfShortId?.(shortIdOf(first.after))).toEqual([{ collection: COLLECTION, key: "a" }]);
    await reopened.close();
  }
});

test("what a change ended is found although the log does not have how it began", async () => {
  const { store } = await open();
  const first = named("a", 1, "before");
  await commit(store, first, modified(first.after, instant(2), '{"Name":"after"}'));
  await store.delete(COLLECTION, { versions: [first.after], changes: [first.after] }, signal);
  expect(await findBoth(store, "exact", "before")).toEqual(["a"]);
  await store.close();
});

test("what verifying restores is found, although the index has gone past it", async () => {
  const { store } = await open();
  const lost = named("a", 1, "lost");
  await commit(store, named("b", 1, "there"));
  await store.indexForSearch(nameOf);
  await store.restore({ versions: [lost.after], changes: [lost] }, signal);
  expect(await findBoth(store, "exact", "lost")).toEqual(["a"]);
  await store.close();
});

test("items of hostile keys are found by their short ids, before they are indexed and afterwards", async () => {
  const { store } = await open();
  await commit(store, ...HOSTILE_KEYS.map((key) => added(key, instant(1), "{}")));
  for (const round of [1, 2]) {
    for (const key of HOSTILE_KEYS) {
      const ref = { collection: COLLECTION, key };
      expect(await store.itemsOfShortId?.(shortIdOf(ref)), `${round} ${key}`).toEqual([ref]);
    }
    await store.indexForSearch(nameOf);
  }
  await store.close();
});

test("a search brings the index up to date by itself", async () => {
  const file = newFile();
  const store = createSqliteStore(file, { retentionDays: 1 });
  await commit(store, ...Array.from({ length: 300 }, (_, n) => named(`${1_000 + n}`, 1, `name ${n}`)));
  expect(await find(store, "exact", "name 299")).toEqual(["1299"]);
  const connection = new Database(file);
  const indexed = () => connection.prepare("SELECT count(*) FROM stored_search_progress").raw().get();
  await vi.waitFor(() => expect(indexed()).toEqual([1]), { timeout: 120_000 });
  connection.close();
  await store.close();
});
