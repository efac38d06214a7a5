import { beforeEach, expect, test } from "vitest";
import { SyncError } from "../../functions/model/errors.ts";
import type { Store } from "../../functions/store/port.ts";
import { initialRecord } from "../../functions/sync/claim.ts";
import type { SyncHost } from "../../functions/sync/job.ts";
import { type DueVerification, verifyDue } from "../../functions/sync/verify-due.ts";
import {
  COLLECTION,
  createTestClock,
  createTestHost,
  createTestStore,
  replaced,
  runSync,
  SOURCE,
  type TestClock,
  thing,
} from "./engine.ts";

const DAY_MS = 86_400_000;
const never = new AbortController().signal;

let store: Store;
let clock: TestClock;
beforeEach(async () => {
  clock = createTestClock();
  store = createTestStore(clock);
  await store.putCollectionRecord({ ...initialRecord(COLLECTION), revision: 1 });
  await runSync(store, clock, [thing("a")]);
});

/** What is found: scopes with their outcomes. */
async function verify(due: Partial<DueVerification> = {}, host: Partial<SyncHost> = {}): Promise<string[]> {
  const found: string[] = [];
  const sources = [SOURCE];
  for await (const reports of verifyDue(createTestHost(store, clock, host), { sources, retentionDays: 30, ...due })) {
    found.push(...reports.map(({ scope, outcome }) => `${scope} ${outcome}`));
  }
  return found;
}

async function loseVersions(): Promise<void> {
  const { items } = await store.items(COLLECTION, {}, { limit: 100 });
  const versions = items.flat().map(({ key, at }) => ({ key, at }));
  await store.delete(COLLECTION, { versions }, never);
}

test("every scope is verified once a week", async () => {
  expect(await verify()).toEqual(["all ok"]);
  expect(await verify()).toEqual([]);
  clock.jump(7 * DAY_MS);
  expect(await verify()).toEqual(["all ok"]);
});

test("a damaged one is found every time until it is repaired", async () => {
  await loseVersions();
  expect(await verify()).toEqual(["all damaged"]);
  expect(await verify()).toEqual(["all damaged"]);
  expect(await verify({ repair: true })).toEqual(["all repaired"]);
  expect(await verify()).toEqual([]);
});

test("all of it is verified where it is to be repaired, this week or not", async () => {
  expect(await verify()).toEqual(["all ok"]);
  await loseVersions();
  expect(await verify()).toEqual([]);
  expect(await verify({ repair: true })).toEqual(["all repaired"]);
});

test("what is stored of other sources is left alone", async () => {
  expect(await verify({ sources: [{ ...SOURCE, id: "test.others" }] })).toEqual([]);
});

test("an interruption, and a store that cannot be read, end it", async () => {
  const signal = AbortSignal.abort(new SyncError("interrupted", "out of time"));
  await expect(verify({}, { signal })).rejects.toThrow("out of time");
  const unreachable = () => Promise.reject(new SyncError("unavailable", "no database"));
  await expect(verify({}, { store: replaced(store, { items: unreachable }) })).rejects.toThrow("no database");
  expect(await verify()).toEqual(["all ok"]);
});
