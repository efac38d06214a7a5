import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TABLES, type TableId } from "../../functions/store/schema.ts";
import { READ_OPERATIONS, SYNC_OPERATIONS } from "../../infra/permissions.ts";
import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { newWorld, type World } from "../api/harness/world.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";

/** The operations that are allowed are those that the store asks a DynamoDB for, no more and no fewer. */

const IDS = Object.keys(TABLES) as TableId[];

let database: TestDatabase;
let world: World;
const asked = new Set<string>();

/** Notes every operation, with the table and the index that it is asked of. */
class Listener extends NodeHttpHandler {
  override handle(...[request, options]: Parameters<NodeHttpHandler["handle"]>) {
    const operation = request.headers["x-amz-target"]?.split(".")[1];
    const { TableName, RequestItems, IndexName } = JSON.parse(new TextDecoder().decode(request.body));
    for (const table of TableName ? [TableName] : Object.keys(RequestItems)) {
      const id = IDS.find((candidate) => table.endsWith(candidate));
      asked.add(`${operation} ${id}${IndexName ? `/${IndexName}` : ""}`);
    }
    return super.handle(request, options);
  }
}

beforeAll(async () => {
  database = await openDatabase();
  world = newWorld({ store: await database.newStore({ requestHandler: new Listener() }) });
});

afterAll(() => database.close());

beforeEach(() => asked.clear());

const all = (count: number, value: number) => Array.from({ length: count }, (_, n) => membership(n, { value }));

test("a sync is allowed what syncs ask for, whatever becomes of them", async () => {
  await world.sync({ source: MEMBERSHIPS, documents: all(30, 1) });
  world.advance(60_000);
  await world.sync({ source: MEMBERSHIPS, documents: all(28, 2) });
  world.advance(60_000);
  await world.sync({ source: MEMBERSHIPS, documents: all(5, 2) });
  await world.sync({ source: MEMBERSHIPS, documents: [], fails: new Error("broken") });
  const dead = await world.stopAfter(40, { source: MEMBERSHIPS, documents: all(30, 3) });
  expect(dead.ended).toBeUndefined();
  world.advance(60_000);
  await world.sync({ source: MEMBERSHIPS, documents: all(28, 4) });
  await world.plan("workspaces.image-associations", []);
  await world.plan("workspaces.image-associations", new Error("broken"));
  await world.sync({
    source: ASSOCIATIONS,
    documents: [association("arn:a", "arn:b", { AssociationType: "Produced" })],
  });

  expect([...asked].sort()).toEqual(
    IDS.flatMap((id) => SYNC_OPERATIONS[id].map((operation) => `${operation} ${id}`)).sort(),
  );
});

test("a reader is allowed what the API asks for", async () => {
  const { items } = await world.read<{ items: { id: string; firstSeenAt: string; edge?: { from: string } }[] }>(
    "/v1/items",
  );
  const [item] = items;
  const from = item?.edge?.from ?? "";
  const at = item?.firstSeenAt ?? "";
  for (const path of [
    "/v1/sources",
    `/v1/items/${item?.id}`,
    `/v1/items/${item?.id}?at=${at}`,
    `/v1/items/${item?.id}/history`,
    "/v1/changes",
    `/v1/diff?source=${MEMBERSHIPS}&from=${at}&to=${new Date(world.now()).toISOString()}`,
    `/v1/graph?node=${encodeURIComponent(from)}&direction=both`,
    "/v1/syncs",
  ]) {
    expect([path, (await world.get(path)).status]).toEqual([path, 200]);
  }
  await world.get("/v1/health");

  const tables = IDS.flatMap((id) => READ_OPERATIONS[id].map((operation) => `${operation} ${id}`));
  const indexes = IDS.flatMap((id) => TABLES[id].indexes.map(({ name }) => `Query ${id}/${name}`));
  expect([...asked].sort()).toEqual([...tables, ...indexes].sort());
});
