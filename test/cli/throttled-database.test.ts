import { afterEach, beforeEach, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";
import { type ThrottledDatabase, throttle } from "../store/throttled.ts";
import { type OverloadedDatabase, openOverloaded } from "../store/unprocessed.ts";
import { environment, newFolder, runCommand, TARGET, TARGET_ARGUMENTS } from "./cli.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { type ApiChange, type ApiItem, replayed, startServing, walk } from "./serving.ts";

/*
 * `npm run sync` on a DynamoDB that refuses a third of the requests for want of capacity, and, of the batches it lets
 * through, refuses a third and does only half of another.
 */

let folder: Awaited<ReturnType<typeof newFolder>>;
let simulator: Simulator;
let database: TestDatabase;
let overloaded: OverloadedDatabase;
let throttled: ThrottledDatabase;
beforeEach(async () => {
  folder = await newFolder();
  const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, associations: 400 });
  simulator = await startSimulator({ account });
  database = await openDatabase();
  overloaded = await openOverloaded(database.url);
  throttled = await throttle(overloaded.url);
});
afterEach(async () => {
  await throttled.close();
  await overloaded.close();
  await database.close();
  await simulator.close();
  await folder.remove();
});

test("a sync on a DynamoDB without enough capacity takes longer and loses nothing", { timeout: 180_000 }, async () => {
  const { account } = simulator;
  const sources = ["sagemaker.associations", "iot.account-associations"];
  const sync = ["sync", ...sources.flatMap((source) => ["--source", source]), ...TARGET_ARGUMENTS];
  const services = { AWS_ENDPOINT_URL: simulator.url };
  const env = environment(folder.folder, { ...services, AWS_ENDPOINT_URL_DYNAMODB: throttled.url });
  const steady = environment(folder.folder, { ...services, AWS_ENDPOINT_URL_DYNAMODB: database.url });
  expect(await runCommand(sync, env)).toMatchObject({ code: 0, stderr: expect.not.stringContaining("failed") });
  const associations = [...account.associations];
  for (const association of associations.slice(0, 60)) account.associations.remove(association);
  for (const association of associations.slice(60, 120))
    account.associations.put({ ...association, SourceName: "new" });
  expect(await runCommand(sync, env)).toMatchObject({ code: 0, stderr: expect.not.stringContaining("failed") });

  const serving = await startServing(steady);
  const { items } = await walk<ApiItem>(serving.origin, "/v1/items", { limit: 1000 });
  const { items: changes } = await walk<ApiChange>(serving.origin, "/v1/changes", { limit: 1000 });
  await serving.stop();
  const listed = essenceOf(sources.flatMap((source) => listedBy(account)[source] ?? []));
  expect(essenceOf(items.map(({ document }) => document))).toBe(listed);
  expect(essenceOf(replayed(changes).values())).toBe(listed);
  expect(changes.filter(({ kind }) => kind === "removed")).toHaveLength(60);
  expect(changes.filter(({ kind }) => kind === "modified")).toHaveLength(60);

  const { asked, refused } = throttled.counts;
  console.log(`${asked} requests, ${refused} refused; of the batches ${overloaded.counts.refused} refused too`);
  expect(refused).toBeGreaterThan(asked / 5);
  expect(overloaded.counts.refused).toBeGreaterThan(10);
  expect(overloaded.counts.partial).toBeGreaterThan(10);
});
