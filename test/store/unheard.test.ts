import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WHOLE } from "../../functions/model/collection.ts";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase, type TestDatabase } from "./database.ts";
import { COLLECTION, change, instant, item } from "./records.ts";

/*
 * The SDK sends a request again when its answer is lost, and so does whoever uses an embedded database whose owner ends.
 * Here that befalls every single request: all of them are carried out twice.
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

describe("a store none of whose requests is answered the first time", () => {
  const { signal } = new AbortController();
  const holder = { collection: COLLECTION, scope: WHOLE.id, holder: "me" };
  const lease = { collection: COLLECTION, scope: WHOLE, holder: "me", now: 1_000, until: 2_000 };
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

  test("takes, renews and gives up a lease, and no more than that", async () => {
    expect(await store.takeLease(lease)).toMatchObject({ taken: true, standing: { lease: { holder: "me" } } });
    expect(await steady.takeLease({ ...lease, holder: "other" })).toMatchObject({ taken: false });
    await store.renewLease(holder, 3_000);
    await store.markDirty(holder, instant(1));
    expect(await steady.standing(COLLECTION, WHOLE.id)).toMatchObject({
      dirtySince: instant(1),
      lease: { until: 3_000 },
    });
    const [triedAt, snapshotAt, completeAt] = [instant(2), instant(2), instant(2)];
    await store.endSync(holder, { outcome: "complete", triedAt, snapshotAt, completeAt, items: 3, digest: "d" });
    const ended = await steady.standing(COLLECTION, WHOLE.id);
    expect(ended).toMatchObject({ snapshotAt, items: 3 });
    expect(ended).not.toHaveProperty("lease");
    expect(ended).not.toHaveProperty("dirtySince");
    expect(await steady.collections()).toEqual([COLLECTION]);
    expect(handler.unheard).toBeGreaterThan(4);
  });

  test("is told of a clock that has moved on, every time", async () => {
    const ticks = [await store.tick(1_000), await store.tick(1_000), await steady.tick(0), await store.tick(5_000)];
    expect(ticks).toEqual([...new Set(ticks)].sort());
    expect(await steady.readClock()).toBe(ticks.at(-1));
    expect(handler.unheard).toBeGreaterThan(2);
  });

  test("enters a collection of which only the plan is known in the directory", async () => {
    const error = { code: "denied", message: "no" } as const;
    await store.notePlan(COLLECTION, { outcome: "failed", triedAt: instant(1), error });
    expect(await steady.collections()).toEqual([COLLECTION]);
  });

  test("writes and deletes records once", async () => {
    await store.writeItems([item("a"), item("b")], signal);
    await store.writeChanges([change(instant(1), "a"), change(instant(1), "b")], signal);
    await store.deleteItems(COLLECTION, ["a"], signal);
    await store.deleteChanges(COLLECTION, [{ at: instant(1), key: "a" }], signal);
    expect((await steady.itemPage(COLLECTION, {}, { limit: 5 })).items).toEqual([item("b")]);
    expect((await steady.changePage(COLLECTION, {}, 5)).changes).toEqual([change(instant(1), "b")]);
    expect(handler.unheard).toBe(4);
  });
});
