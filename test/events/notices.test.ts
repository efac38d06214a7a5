import { beforeEach, describe, expect, test } from "vitest";
import type { InventoryEvent } from "../../functions/events/event.ts";
import { publish } from "../../functions/events/publish.ts";
import { SyncError } from "../../functions/model/errors.ts";
import type { Connection } from "../../functions/model/source.ts";
import type { Store } from "../../functions/store/port.ts";
import { tryClaim } from "../../functions/sync/claim.ts";
import { CLAIM_MS, hasUnpublished } from "../../functions/sync/due.ts";
import { syncCollection } from "../../functions/sync/sync-collection.ts";
import { type VerifyRequest, verifyCollection } from "../../functions/sync/verify.ts";
import {
  COLLECTION,
  connected,
  createTestClock,
  createTestHost,
  createTestStore,
  listing,
  manyThings,
  page,
  SOURCE,
  type TestClock,
} from "../sync/engine.ts";

/** What lasts is an event once: when it begins, and whichever process died before it was on the bus. */

const nameOf = ({ key }: { readonly key: string }) => key;
const NEVER = Number.POSITIVE_INFINITY;

let store: Store;
let clock: TestClock;
let bus: InventoryEvent[];
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
  bus = [];
});

const sync = (connection: Partial<Connection>) => {
  clock.jump(1_000);
  return syncCollection(createTestHost(store, clock), {
    ...{ source: SOURCE, collection: COLLECTION, kind: "full", intervals: { fullMs: 3_600_000 } },
    ...{ connection: connected(connection), retryUnavailable: true },
  });
};
const listed = (count: number) => sync(listing([page(...manyThings(count))]));
const failing = (code: "throttled" | "unavailable" | "denied" | "refused") =>
  sync(listing([], new SyncError(code, `ListThings: ${code}`)));
const record = async () => {
  const stored = await store.collectionRecord(COLLECTION);
  if (!stored) throw new Error("no record");
  return stored;
};
/** Publishes, and answers the notices of that: what their events say. */
const published = async () => {
  const { signal } = new AbortController();
  const from = bus.length;
  await publish({ store, signal, nameOf, put: async (events) => void bus.push(...events) }, COLLECTION);
  const notices = bus.slice(from).filter(({ type }) => !type.startsWith("Item"));
  return notices.map(({ type, detail: { scopes: _, ...detail } }) => ({ type, ...detail }));
};

describe("a sync that fails", () => {
  test("is published when that begins, and once more when it counts as failing", async () => {
    const seen = [];
    for (const code of ["throttled", "unavailable", "throttled", "throttled"] as const) {
      await failing(code);
      seen.push(await published());
    }
    const failed = { type: "Sync Failed", collection: COLLECTION, scope: "all", source: "test.things" };
    expect(seen).toMatchObject([
      [{ ...failed, failures: 1, lasting: false, error: { code: "throttled", message: "ListThings: throttled" } }],
      [],
      [{ ...failed, failures: 3, lasting: true, message: expect.stringContaining("3 syncs in a row failed") }],
      [],
    ]);
    expect(new Set(bus.map(({ eventId }) => eventId)).size).toBe(2);
  });

  test("for a reason that no retry mends is published at once; another reason, and another time, are other events", async () => {
    await failing("denied");
    expect(await published()).toMatchObject([{ lasting: true }]);
    await failing("denied");
    expect(await published()).toEqual([]);
    await failing("refused");
    expect(await published()).toMatchObject([{ lasting: false, error: { code: "refused" } }]);
    await listed(3);
    expect((await record()).notices).toBeUndefined();
    await failing("refused");
    expect(await published()).toMatchObject([{ error: { code: "refused" } }]);
    expect(new Set(bus.map(({ eventId }) => eventId)).size).toBe(bus.length);
  });

  test("and whose process dies is published after the claim that follows", async () => {
    await listed(3);
    await published();
    const { nextAt } = await record();
    clock.jump(nextAt - clock.now());
    await tryClaim(store, await record(), { id: "one that dies" });
    clock.jump(CLAIM_MS);
    await tryClaim(store, await record(), { id: "next" });
    expect(await published()).toMatchObject([{ type: "Sync Failed", error: { code: "interrupted" }, lasting: false }]);
  });
});

test("a notice that was put by a process that died then is put again, with the same id", async () => {
  await failing("denied");
  const dying = { ...store, putCollectionRecord: () => Promise.reject(new Error("killed")) };
  const { signal } = new AbortController();
  const put = async (events: readonly InventoryEvent[]) => void bus.push(...events);
  await expect(publish({ store: dying, signal, nameOf, put }, COLLECTION)).rejects.toThrow("killed");
  expect(hasUnpublished(await record(), NEVER)).toBe(true);
  await published();
  expect(hasUnpublished(await record(), NEVER)).toBe(false);
  const [first, second, ...others] = bus;
  expect([second, ...others]).toEqual([first]);
});

test("a bus that takes nothing leaves the notice, and after half an hour the collection counts as late", async () => {
  await failing("denied");
  const { signal } = new AbortController();
  const put = () => Promise.reject(new SyncError("unavailable", "no bus"));
  await expect(publish({ store, signal, nameOf, put }, COLLECTION)).rejects.toThrow("no bus");
  expect(hasUnpublished(await record(), clock.now() - 1)).toBe(false);
  clock.jump(30 * 60_000);
  expect(hasUnpublished(await record(), clock.now() - 30 * 60_000)).toBe(true);
});

test("removals that are pending are published once, however many syncs keep them", async () => {
  await listed(30);
  await published();
  const without = () => sync(listing([{ documents: [], retries: 0, listMissing: true }]));
  await without();
  const pending = { type: "Removals Pending", pending: 30, scope: "all", pendingReason: expect.any(String) };
  expect(await published()).toMatchObject([pending]);
  await without();
  expect(await published()).toEqual([]);
  expect((await record()).notices?.pending).not.toHaveProperty("unpublished");
  await listed(30);
  expect((await record()).notices).toBeUndefined();
  await without();
  expect(await published()).toMatchObject([pending]);
});

test("damage is published once, however often it is found, until it is repaired", async () => {
  const verify = async (options: Partial<VerifyRequest> = {}) => {
    const request = { collection: COLLECTION, source: SOURCE, retentionDays: 30, ...options };
    for await (const _ of verifyCollection(createTestHost(store, clock), request));
  };
  const damage = async () => {
    const [{ key, at } = { key: "", at: "" }] = (await store.items(COLLECTION, {}, { limit: 1 })).items.flat();
    await store.delete(COLLECTION, { versions: [{ key, at }] }, new AbortController().signal);
  };
  await listed(3);
  await published();
  await damage();
  await verify();
  expect(await published()).toMatchObject([{ type: "Damage Found", scope: "all", problems: [expect.any(String)] }]);
  // Only what is due is verified, and what was damaged is.
  await verify({ isDue: () => false });
  expect(await published()).toEqual([]);
  expect((await record()).notices).toHaveProperty("damaged");
  await verify({ repair: true });
  expect((await record()).notices).toBeUndefined();
  await damage();
  await verify();
  expect(await published()).toHaveLength(1);
});
