import { afterAll, beforeAll, expect, test } from "vitest";
import type { Store } from "../../functions/store/port.ts";
import { added, COLLECTION, instant, signal, stateOf, syncRecord } from "./changes.ts";
import { openDatabase, type TestDatabase } from "./database.ts";
import { type ThrottledDatabase, throttle } from "./throttled.ts";

/*
 * The SDK stops retrying refused requests once much has been refused of late: the store's own retries are tested here without any of the
 * SDK's.
 */

let database: TestDatabase;
let throttled: ThrottledDatabase;
let store: Store;
beforeAll(async () => {
  database = await openDatabase();
  throttled = await throttle(database.url);
  await database.newStore();
  store = database.sameStore({ endpoint: throttled.url, maxAttempts: 1 });
});
afterAll(async () => {
  await throttled.close();
  await database.close();
});

test("single records are read and written however much is refused", async () => {
  const keys = Array.from({ length: 24 }, (_, n) => `key ${n + 10}`);
  const writers = keys.map((scope) => ({ collection: COLLECTION, scope, lease: 1 }));
  const instants = await Promise.all(writers.map((writer) => store.begin(writer)));
  expect(new Set(instants).size).toBe(keys.length);
  for (const writer of writers) await store.deleteMarks(writer);
  expect(await store.readTimestamp()).toBe(instants.toSorted().at(-1));

  for (const key of keys) await store.write([added(key, instant(1))], signal);
  for (const [n] of keys.entries()) await store.recordSync(syncRecord(instant(n)));
  const walked: string[] = [];
  for (let after: string | undefined, ended = false; !ended; ) {
    const page = await store.items(COLLECTION, {}, { limit: 1, ...(after !== undefined && { after }) });
    walked.push(...page.items.map(([{ key }]) => key));
    after = page.next;
    ended = after === undefined;
  }
  expect(walked).toEqual(keys);
  expect((await store.syncs(COLLECTION, {}, 100)).syncs).toHaveLength(keys.length);
  expect(await store.itemsOf(COLLECTION, keys)).toHaveLength(keys.length);

  for (const [n] of keys.entries()) {
    expect(await store.putScopeState(stateOf(n + 1, { holder: "me" }))).toBe(true);
    expect(await store.putScopeState(stateOf(n + 1, { holder: "another" }))).toBe(false);
    expect(await store.scopeState(COLLECTION, "all")).toMatchObject({ revision: n + 1, holder: "me" });
  }
  expect(throttled.counts.refused).toBeGreaterThan(throttled.counts.asked / 5);
});
