import { afterEach, beforeEach, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../store/database.ts";
import { type ThrottledDatabase, throttle } from "../store/throttled.ts";
import { type OverloadedDatabase, openOverloaded } from "../store/unprocessed.ts";
import { runCommand, TARGET_ARGUMENTS } from "./cli.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { type ApiChange, type ApiItem, replayed, startServing, walk } from "./serving.ts";
import { useWorld } from "./world.ts";

/*
 * `stocktake sync` on a DynamoDB that refuses a third of the requests for want of capacity, refuses a third of the batches that it lets
 * through, and does only half of another third.
 */

const world = useWorld({ associations: 250 });
let database: TestDatabase;
let overloaded: OverloadedDatabase;
let throttled: ThrottledDatabase;
beforeEach(async () => {
  database = await openDatabase();
  overloaded = await openOverloaded(database.url);
  throttled = await throttle(overloaded.url);
});
afterEach(async () => {
  await throttled.close();
  await overloaded.close();
  await database.close();
});

test("a sync on a DynamoDB without enough capacity takes longer and loses nothing", async () => {
  const { account } = world();
  const sources = ["sagemaker.associations", "iot.account-associations"];
  const sync = ["sync", ...sources.flatMap((source) => ["--source", source]), ...TARGET_ARGUMENTS];
  const env = { ...world().env, AWS_ENDPOINT_URL_DYNAMODB: throttled.url };
  const steady = { ...world().env, AWS_ENDPOINT_URL_DYNAMODB: database.url };
  expect(await runCommand(sync, env)).toMatchObject({ code: 0, stderr: expect.not.stringContaining("failed") });
  const associations = [...account.associations];
  for (const association of associations.slice(0, 40)) account.associations.remove(association);
  for (const association of associations.slice(40, 80)) account.associations.put({ ...association, SourceName: "new" });
  expect(await runCommand(sync, env)).toMatchObject({ code: 0, stderr: expect.not.stringContaining("failed") });

  const serving = await startServing(steady);
  const { items } = await walk<ApiItem>(serving.origin, "/v1/items", { limit: 1000 });
  const { items: changes } = await walk<ApiChange>(serving.origin, "/v1/changes", { limit: 1000 });
  await serving.stop();
  const listed = essenceOf(sources.flatMap((source) => listedBy(account)[source] ?? []));
  expect(essenceOf(items.map(({ document }) => document))).toBe(listed);
  expect(essenceOf(replayed(changes).values())).toBe(listed);
  expect(changes.filter(({ kind }) => kind === "removed")).toHaveLength(40);
  expect(changes.filter(({ kind }) => kind === "modified")).toHaveLength(40);

  const { asked, refused } = throttled.counts;
  console.log(`${asked} requests, ${refused} refused; of the batches ${overloaded.counts.refused} refused too`);
  expect(refused).toBeGreaterThan(asked / 5);
  expect(overloaded.counts.refused).toBeGreaterThan(10);
  expect(overloaded.counts.partial).toBeGreaterThan(10);
});
