import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { HttpResponse } from "@smithy/core/protocols";
import { beforeEach, expect, test } from "vitest";
import { pinCollections, scopeInstants } from "../../functions/inventory/reads.ts";
import { WHOLE } from "../../functions/model/collection.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { databaseOf } from "../../functions/store/database.ts";
import { dynamoStore } from "../../functions/store/dynamodb.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { Store, SyncEnd } from "../../functions/store/port.ts";
import { tableNames } from "../../functions/store/schema.ts";
import { COLLECTION, listing, log, newTestClock, page, present, runSync, type TestClock, thing } from "./engine.ts";

/*
 * What random interleavings, exhaustive crashes and DynamoDB itself have found in engine and store, each by name and as short as it
 * can be told. Every test here fails when what was mended is undone.
 */

let store: Store;
let clock: TestClock;
beforeEach(() => {
  store = memoryStore();
  clock = newTestClock();
});

const lost = (what: string) => new SyncError("unavailable", `the answer to ${what} was lost`);
const standing = (of = store) => of.standing(COLLECTION, WHOLE.id);

test("an end of a sync that is sent again does not take the lease of the next sync", async () => {
  let sentAgain: (() => Promise<void>) | undefined;
  const unheard: Store = {
    ...store,
    async endSync(holder, end: SyncEnd) {
      await store.endSync(holder, end);
      sentAgain = () => store.endSync(holder, end);
    },
  };
  await runSync(unheard, clock, [thing("a")]);
  await store.takeLease({
    collection: COLLECTION,
    scope: WHOLE,
    holder: "next",
    now: clock.now(),
    until: clock.now() + 30_000,
  });
  await store.markDirty({ collection: COLLECTION, scope: WHOLE.id, holder: "next" }, await store.readClock());
  const before = await standing();
  await sentAgain?.();
  expect(await standing()).toEqual(before);

  clock.jump(31_000);
  await runSync(store, clock, [thing("b")]);
  const third = {
    collection: COLLECTION,
    scope: WHOLE,
    holder: "third",
    now: clock.now(),
    until: clock.now() + 30_000,
  };
  await store.takeLease(third);
  await expect(sentAgain?.()).rejects.toMatchObject({ code: "superseded" });
  expect(await standing()).toMatchObject({ items: 1, lease: { holder: "third" } });
});

test("a sync whose end is stored and unheard is complete, in its record too", async () => {
  const unheard: Store = {
    ...store,
    async endSync(holder, end) {
      await store.endSync(holder, end);
      throw lost("endSync");
    },
  };
  expect(await runSync(unheard, clock, [thing("a")])).toMatchObject({ outcome: "complete", added: 1 });
  expect(await standing()).toMatchObject({ outcome: "complete", items: 1 });
  expect((await store.syncPage(COLLECTION, {}, 5)).syncs).toMatchObject([{ outcome: "complete" }]);
});

test("an undo that failed is not begun again by the same sync, while its writes may still be under way", async () => {
  await runSync(store, clock, [thing("a", 1)]);
  const dies: Store = { ...store, endSync: () => Promise.reject(lost("endSync")) };
  await runSync(dies, clock, [thing("a", 2), thing("b")]);
  clock.jump(31_000);
  const writes: string[] = [];
  const late: Store = {
    ...store,
    async deleteItems() {
      writes.push("deleteItems");
      throw lost("deleteItems");
    },
    async writeItems(items, signal) {
      writes.push("writeItems");
      await store.writeItems(items, signal);
    },
  };
  expect(await runSync(late, clock, [thing("a", 3)])).toMatchObject({ outcome: "failed" });
  expect(writes).toEqual(["writeItems", "deleteItems"]);
  expect(await standing()).toMatchObject({ dirtySince: expect.any(String), lease: expect.anything() });
  clock.jump(31_000);
  await runSync(store, clock, [thing("a", 1)]);
  expect(await present(store)).toEqual({ a: 1 });
  expect(await log(store)).toEqual(["added a 1"]);
});

test("a pin is found as of one moment, so that a sync that begins between two readings stays out of sight", async () => {
  const other = COLLECTION.replace("things", "others");
  await runSync(store, clock, [thing("a", 1)]);
  await runSync(store, clock, [thing("o", 1)], { collection: other });
  const me = { collection: COLLECTION, scope: WHOLE.id, holder: "applying" };
  let half = "";
  let begun: () => void = () => undefined;
  const both = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const racing: Store = {
    ...store,
    async standings(collection) {
      if (collection === other) await both;
      const standings = await store.standings(collection);
      if (collection === other) return standings;
      // The one collection's sync is in the middle of its writes, the other's completes after it has begun.
      await store.takeLease({ ...me, scope: WHOLE, now: clock.now(), until: clock.now() + 30_000 });
      await store.markDirty(me, await store.readClock());
      half = await store.tick(clock.now());
      await runSync(store, clock, [thing("o", 2)], { collection: other });
      begun();
      return standings;
    },
  };
  const { at, standings } = await pinCollections(racing, [COLLECTION, other], clock.now());
  expect(standings.get(COLLECTION)?.[0]?.dirtySince).toBeUndefined();
  expect(half).not.toBe("");
  expect(at < half).toBe(true);
  expect((await scopeInstants(store, COLLECTION, half))(WHOLE.id) < half).toBe(true);
});

test("what a listing that fails had already written is undone, and the log knows nothing of it", async () => {
  await runSync(store, clock, [thing("a", 1)]);
  const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
  const early = { flushItems: 1, lookAhead: 0 };
  const record = await runSync(store, clock, listing([page(thing("a", 2), thing("b"))], denied), early);
  expect(record).toMatchObject({ outcome: "failed", error: { code: "denied" }, added: 0, modified: 0 });
  expect(await present(store)).toEqual({ a: 1 });
  expect(await log(store)).toEqual(["added a 1"]);
  expect((await standing())?.dirtySince).toBeUndefined();
});

test("an answer without a list shows no absence, however often it comes", async () => {
  const all = Array.from({ length: 4 }, (_, n) => thing(`${n}`));
  await runSync(store, clock, all);
  for (const _again of [1, 2, 3]) {
    const nothing = listing([{ documents: [], retries: 0, listless: true }]);
    expect(await runSync(store, clock, nothing)).toMatchObject({
      outcome: "held",
      held: 4,
      heldReason: expect.stringContaining("an answer without a list"),
    });
  }
  expect(Object.keys(await present(store))).toHaveLength(4);
});

/** A DynamoDB that answers every request so, and what it was asked. */
function answering(body: object) {
  const asked: Record<string, unknown>[] = [];
  const client = new DynamoDBClient({
    region: "local",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    requestHandler: {
      async handle(request: { body: Uint8Array }) {
        asked.push(JSON.parse(new TextDecoder().decode(request.body)) as Record<string, unknown>);
        const headers = { "content-type": "application/x-amz-json-1.0" };
        return {
          response: new HttpResponse({
            statusCode: 200,
            headers,
            body: new TextEncoder().encode(JSON.stringify(body)),
          }),
        };
      },
    },
  });
  return { client, asked };
}

test("an update after which DynamoDB has no attributes to return is not taken for one whose condition failed", async () => {
  const { client } = answering({});
  const removing = {
    TableName: "T",
    Key: { k: "a" },
    UpdateExpression: "REMOVE x",
    ReturnValues: "UPDATED_NEW",
  } as const;
  expect(await databaseOf(client).update(removing)).toEqual({});
  const holder = { collection: COLLECTION, scope: WHOLE.id, holder: "me" };
  await dynamoStore(client, tableNames("T"), { days: 30 }).clearDirty(holder);
});

test("DynamoDB is asked for no slice that is empty, nor given names that no expression uses: it refuses both", async () => {
  const { client, asked } = answering({ Items: [] });
  const dynamo = dynamoStore(client, tableNames("T"), { days: 30 });
  expect(await dynamo.itemPage(COLLECTION, { from: "b", until: "a" }, { limit: 5 })).toEqual({ items: [], end: true });
  expect(await dynamo.itemPage(COLLECTION, { until: "b" }, { limit: 5, after: "c" })).toEqual({ items: [], end: true });
  expect(asked).toEqual([]);
  await dynamo.itemPage(COLLECTION, {}, { limit: 5 });
  expect(asked).toMatchObject([{ KeyConditionExpression: "#collection = :collection" }]);
  expect(asked[0]?.ExpressionAttributeNames).toEqual({ "#collection": "collection" });
});

test("an item that is listed again later, too large to be stored, is stored as it was listed first", async () => {
  await runSync(store, clock, [thing("a", 1)]);
  const again = listing([page(thing("a", 2)), page(thing("a", "x".repeat(200_000)))]);
  expect(await runSync(store, clock, again)).toMatchObject({ outcome: "held", modified: 1, refused: 1 });
});
