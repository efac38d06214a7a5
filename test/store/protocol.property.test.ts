import { NodeHttpHandler } from "@smithy/node-http-handler";
import { afterAll, beforeAll, test } from "vitest";
import { playRandomly } from "../sync/harness/scenarios.ts";
import { openDatabase, type TestDatabase } from "./database.ts";

/* As test/sync/protocol.property.test.ts, with every record stored in a DynamoDB spoken to over HTTP, in tables new for each run. */

/** Every answer is dated with the virtual time. */
class DatingHandler extends NodeHttpHandler {
  private readonly time: () => number;

  constructor(time: () => number) {
    super();
    this.time = time;
  }

  override async handle(...sent: Parameters<NodeHttpHandler["handle"]>): ReturnType<NodeHttpHandler["handle"]> {
    const answer = await super.handle(...sent);
    answer.response.headers.date = new Date(this.time()).toUTCString();
    return answer;
  }
}

let database: TestDatabase;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(() => database.close());

test("the protocol keeps its promises on a DynamoDB over HTTP", { timeout: 900_000 }, () =>
  playRandomly({
    runs: 30,
    syncs: 5,
    stores: { hasOwnClock: true, open: (time) => database.newStore({ requestHandler: new DatingHandler(time) }) },
  }),
);
