import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { storeContract } from "./contract.ts";
import { openDatabase, type TestDatabase } from "./database.ts";
import { COLLECTION, change, instant, item } from "./records.ts";
import { type OverloadedDatabase, openOverloaded } from "./unprocessed.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

storeContract("on DynamoDB", () => database.newStore());

describe("an overloaded DynamoDB", () => {
  const { signal } = new AbortController();
  const keys = Array.from({ length: 130 }, (_, n) => `key ${String(n).padStart(3, "0")}`);
  let overloaded: OverloadedDatabase;
  let store: Store;
  let steady: Store;
  beforeAll(async () => {
    overloaded = await openOverloaded(database.url);
    steady = await database.newStore();
    // Without the SDK's own retries, so that the store's are what is tested.
    store = database.sameStore({ endpoint: overloaded.url, maxAttempts: 1 });
  });
  afterAll(() => overloaded.close());

  test("loses nothing that is written, read or deleted", async () => {
    const changes = keys.map((key) => change(instant(1), key));
    await store.writeItems(
      keys.map((key) => item(key)),
      signal,
    );
    await store.writeChanges(changes, signal);
    expect((await store.items(COLLECTION, keys)).map(({ key }) => key).sort()).toEqual(keys);
    expect(await store.changes(COLLECTION, changes)).toHaveLength(keys.length);
    expect((await steady.itemPage(COLLECTION, {}, { limit: 500 })).items.map(({ key }) => key)).toEqual(keys);
    expect((await steady.changePage(COLLECTION, {}, 500)).changes).toHaveLength(keys.length);

    await store.deleteItems(COLLECTION, keys, signal);
    await store.deleteChanges(COLLECTION, changes, signal);
    expect(await steady.itemPage(COLLECTION, {}, { limit: 5 })).toEqual({ items: [], end: true });
    expect(await steady.changePage(COLLECTION, {}, 5)).toEqual({ changes: [], end: true });
    expect(overloaded.counts.refused).toBeGreaterThan(3);
    expect(overloaded.counts.partial).toBeGreaterThan(3);
  });

  test("is given up when the signal aborts, with its reason", async () => {
    const stop = new AbortController();
    const reason = new Error("stopped");
    const writing = store.writeItems(
      keys.map((key) => item(key)),
      stop.signal,
    );
    stop.abort(reason);
    await expect(writing).rejects.toThrow(reason);
  });
});

describe("a DynamoDB that cannot do it", () => {
  test("without tables says what to do", async () => {
    const store = database.sameStore();
    const none = await database
      .newStore()
      .then(() => database.sameStore({ endpoint: "http://127.0.0.1:1", maxAttempts: 1 }));
    await expect(store.readClock()).resolves.toBeDefined();
    await expect(none.readClock()).rejects.toThrow(/DynamoDB GetItem from \w+ failed: ECONNREFUSED/);
  });
});
