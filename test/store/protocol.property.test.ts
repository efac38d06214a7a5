import { afterAll, beforeAll, test } from "vitest";
import { playRandomly } from "../sync/harness/scenarios.ts";
import { openDatabase, type TestDatabase } from "./database.ts";
import { DatingHandler } from "./dating-handler.ts";

/* As test/sync/protocol.property.test.ts, with every record stored in a DynamoDB spoken to over HTTP, in tables new for each run. */

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

test("the protocol keeps its promises on a DynamoDB over HTTP", { timeout: 900_000 }, () =>
  playRandomly({
    runs: 8,
    syncs: 5,
    stores: { hasOwnClock: true, open: (time) => database.newStore({ requestHandler: new DatingHandler(time) }) },
  }),
);
