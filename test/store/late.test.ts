import type { HttpRequest } from "@smithy/core/protocols";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { headOf } from "../../functions/model/head.ts";
import type { Store } from "../../functions/store/port.ts";
import { added, COLLECTION, collectionRecord, instant, modified, removed, signal, stateOf } from "./changes.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

/*
 * A request that the client gave up, and repeated, may be carried out minutes later. Here every write of some syncs arrives again when all
 * of them have ended, in several orders: no reader may notice.
 */

class RecordingHandler extends NodeHttpHandler {
  readonly writes: Parameters<NodeHttpHandler["handle"]>[] = [];

  override handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
    if (isWrite(sent[0])) this.writes.push(sent);
    return super.handle(...sent);
  }
}

function isWrite({ headers }: Pick<HttpRequest, "headers">): boolean {
  return /\.(PutItem|UpdateItem|BatchWriteItem)$/.test(String(headers["x-amz-target"]));
}

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

/** What readers see at any instant. */
async function seen(store: Store) {
  const [discards, { items }, { changes }] = [
    await store.discards(COLLECTION),
    await store.items(COLLECTION, {}, { limit: 100 }),
    await store.changes(COLLECTION, {}, 100),
  ];
  return {
    state: await store.scopeState(COLLECTION, "all"),
    record: await store.collectionRecord(COLLECTION),
    discards,
    heads: items.flatMap((versions) => headOf(versions, discards) ?? []),
    changes: changes.filter(({ after }) => !discards.has(after.at)),
    syncs: await store.syncs(COLLECTION, {}, 100),
  };
}

test("no write that arrives again, late, changes what any reader sees", async () => {
  const handler = new RecordingHandler();
  await database.newStore();
  const store = database.sameStore({ requestHandler: handler });
  const writer = { collection: COLLECTION, scope: "all", lease: 1 };
  let revision = 0;
  const put = async (set: object) => {
    revision += 1;
    expect(await store.putScopeState(stateOf(revision, set))).toBe(true);
    expect(await store.putCollectionRecord(collectionRecord(revision))).toBe(true);
  };

  const first = ["a", "b", "c"].map((key) => added(key, instant(1)));
  const [a, b] = first.map(({ after }) => after);
  if (!a || !b) throw new Error("nothing was added");
  await put({ lease: 1, holder: "first" });
  await store.begin(writer);
  await store.write(first, signal);
  await put({ lease: 1, committedAt: instant(1), count: 3 });
  await store.deleteMarks(writer);

  // A sync that is aborted: its instant is discarded, and what it wrote is deleted.
  await put({ lease: 2, holder: "second" });
  await store.begin({ ...writer, lease: 2 });
  await store.write([modified(a, instant(2), '"never"'), removed(b, instant(2))], signal);
  await put({ lease: 2, committedAt: instant(1), count: 3, discarding: [instant(2)] });
  await store.addDiscards(COLLECTION, [instant(2)]);
  await store.deleteMarks({ ...writer, lease: 2 });
  const discarded = ["a", "b"].map((key) => ({ key, at: instant(2) }));
  await store.delete(COLLECTION, { versions: discarded, changes: discarded }, signal);

  await put({ lease: 3, holder: "third" });
  await store.begin({ ...writer, lease: 3 });
  await store.write([modified(a, instant(3), '"new"'), removed(b, instant(3))], signal);
  await put({ lease: 3, committedAt: instant(3), count: 2 });
  await store.deleteMarks({ ...writer, lease: 3 });
  await store.delete(COLLECTION, { versions: [a, b].map(({ key, at }) => ({ key, at })) }, signal);

  const before = await seen(store);
  let readTimestamp = await store.readTimestamp();
  const writes = [...handler.writes];
  expect(writes.length).toBeGreaterThan(15);
  for (const order of [writes, writes.toReversed(), writes.filter((_, n) => n % 2 === 0)]) {
    for (const write of order) {
      const { response } = await new NodeHttpHandler().handle(...write);
      response.body.resume();
      expect(await seen(store)).toEqual(before);
      const now = await store.readTimestamp();
      expect(now >= readTimestamp).toBe(true);
      readTimestamp = now;
    }
  }
  // Marks that came back belong to leases that have ended, and go with them.
  await store.deleteMarks({ ...writer, lease: 3 });
  expect(await store.marks()).toEqual([]);
});
