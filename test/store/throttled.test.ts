import { afterAll, beforeAll, expect, test } from "vitest";
import { WHOLE } from "../../functions/model/collection.ts";
import { epochMs } from "../../functions/model/instant.ts";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase, type TestDatabase } from "./database.ts";
import { COLLECTION, instant, item, syncRecord } from "./records.ts";
import { type ThrottledDatabase, throttle } from "./throttled.ts";

/*
 * The SDK stops to try refused requests again once much has been refused of late: what the store does of its own is tested
 * here without any retries of the SDK's.
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
  const { signal } = new AbortController();
  const keys = Array.from({ length: 24 }, (_, n) => `key ${n + 10}`);
  const now = epochMs(instant(0));
  const ticks = await Promise.all(keys.map(() => store.tick(now)));
  expect(new Set(ticks).size).toBe(keys.length);
  expect(await store.readClock()).toBe(ticks.toSorted().at(-1));

  for (const key of keys) await store.writeItems([item(key)], signal);
  for (const [n] of keys.entries()) await store.recordSync(syncRecord(instant(n)));
  const walked: string[] = [];
  for (let after: string | undefined, end = false; !end; ) {
    const page = await store.itemPage(COLLECTION, {}, { limit: 1, ...(after !== undefined && { after }) });
    walked.push(...page.items.map(({ key }) => key));
    after = page.items.at(-1)?.key;
    end = page.end;
  }
  expect(walked).toEqual(keys);
  expect((await store.syncPage(COLLECTION, {}, 100)).syncs).toHaveLength(keys.length);

  const holder = { collection: COLLECTION, scope: WHOLE.id, holder: "me" };
  for (const [n] of keys.entries()) {
    const lease = { ...holder, scope: WHOLE, now: now + n, until: now + n + 10 };
    expect(await store.takeLease(lease)).toMatchObject({ taken: true });
    expect(await store.takeLease({ ...lease, holder: "another" })).toMatchObject({ taken: false });
    await store.markDirty(holder, instant(n));
    expect(await store.standing(COLLECTION, WHOLE.id)).toMatchObject({ dirtySince: instant(n) });
  }
  expect(throttled.counts.refused).toBeGreaterThan(throttled.counts.asked / 5);
});
