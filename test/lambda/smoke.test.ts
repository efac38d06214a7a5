import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { smoke } from "../../cli/commands/smoke.ts";
import { settingsFrom } from "../../cli/settings.ts";
import { syncDeployed } from "../../cli/sync-deployed.ts";
import { addTargets, retireTargets } from "../../cli/target-records/change.ts";
import { importTargets } from "../../cli/target-records/import.ts";
import { listTargets } from "../../cli/target-records/list.ts";
import { verify } from "../../cli/verify.ts";
import { collectionOf, serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { assembly } from "./assembly.ts";
import { startAws, startGateway } from "./aws.ts";
import type { TestServer } from "./http.ts";
import { createWorld, type SyncFunction, TARGET, type World } from "./world.ts";

/** What the command line does with a deployed stack. CloudFormation, Lambda and API Gateway are played; the functions are the bundles. */

const SECRET = "secret-of-the-operator";
const STACK = "Stocktake";
const SERVICES = [...new Set(SOURCES.map(({ id }) => serviceOf(id)))];
const HOME = `${TARGET.account}/${TARGET.region}`;

let world: World;
let gateway: TestServer;
let aws: TestServer;
const functions = new Map<string, SyncFunction>();
let environments: ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Invokes a function, and then whatever that sends itself. */
async function invoke(name: string, event: unknown): Promise<unknown> {
  const called = [...functions.values()].find((each) => each.name === name);
  if (!called) throw new Error(`no function ${name}`);
  return inTurn(async () => {
    const { result, error } = await called.invoke(event);
    if (error) throw new Error(error.message);
    await called.deliver();
    return result;
  });
}

/** All functions share this world's Lambda, so they run one after the other. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const mine = turn.then(run);
  turn = mine.catch(() => undefined);
  return mine;
}

beforeAll(async () => {
  world = await createWorld({
    baseTime: Date.now(),
    associations: 40,
    memberships: 2,
    images: 12,
    accountAssociations: 5,
  });
  for (const service of SERVICES) functions.set(service, await world.sync(service));
  gateway = await startGateway(await world.api(), SECRET);
  environments = new Map((await assembly()).functions.map(({ name, environment }) => [name, environment]));
  const names = [...functions].map(([service, { name }]) => [service, name]);
  const outputs = { ApiUrl: gateway.url, Functions: JSON.stringify(Object.fromEntries(names)) };
  aws = await startAws({ name: STACK, account: TARGET.account, outputs }, { invoke, environments });
});

afterAll(async () => {
  await aws.close();
  await gateway.close();
  await world.close();
});

let lines: string[];
let notes: string[];

beforeEach(() => {
  [lines, notes] = [[], []];
  vi.stubEnv("AWS_ENDPOINT_URL_CLOUDFORMATION", aws.url);
  vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", aws.url);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", world.databaseUrl);
  vi.stubEnv("AWS_REGION", TARGET.region);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAOPERATOR");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRET);
  vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  const collect = (into: string[]) => (text: string | Uint8Array) =>
    into.push(...String(text).trimEnd().split("\n")) > 0;
  vi.spyOn(process.stdout, "write").mockImplementation(collect(lines));
  vi.spyOn(process.stderr, "write").mockImplementation(collect(notes));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  world.simulator.faults.clear();
});

const settings = () => settingsFrom(process.env);
const stack = { stack: STACK };
const collections = () => world.store.collectionRecords(SERVICES);

test("a stack without targets is said to have none, and its configuration's are entered", async () => {
  await expect(smoke(stack)).rejects.toThrow(
    "the stack Stocktake inventories nothing yet: `npx stocktake targets import --stack Stocktake` enters its targets",
  );
  await importTargets(stack, settings());
  expect(lines).toEqual(["Targets: 1 added", `${SOURCES.length} collections due from now on`]);
  lines.length = 0;
  await listTargets(stack, settings());
  expect(lines[1]).toMatch(/^111122223333 +eu-west-1 +active .* configuration +all$/);
});

describe("stocktake smoke", () => {
  test("reports every source as complete", async () => {
    const { account } = world.simulator;
    const expected = [
      `sagemaker.associations ${HOME}: complete, ${[...account.associations].length} items in 1 scope`,
      `cleanrooms.memberships ${HOME}: complete, ${[...account.memberships].length} items in 1 scope`,
      `iot.account-associations ${HOME}: complete, ${[...account.accountAssociations].length} items in 1 scope`,
      `workspaces.images ${HOME}: complete, ${[...account.images].length} items in 1 scope`,
      `workspaces.image-associations ${HOME}: complete, ${[...account.imageAssociations].length} items in ` +
        `${[...account.images].length} scopes`,
    ];
    expect(await smoke(stack)).toBe(0);
    expect(lines).toEqual(expect.arrayContaining(expected));
    const complete = /^(\S+) 111122223333\/eu-west-1: complete, [\d,]+ items? in [\d,]+ scopes?$/;
    expect(lines.map((line) => complete.exec(line)?.[1]).sort()).toEqual(SOURCES.map(({ id }) => id).sort());
  });

  test("asks only what is inventoried, again and again, and leaves nothing behind", async () => {
    const some = SOURCES.filter(({ id, tier }) => tier === "core" && serviceOf(id) !== "sagemaker").map(({ id }) => id);
    await addTargets([HOME], { ...stack, source: some }, settings());
    const before = (await collections()).map(({ collection }) => collection);
    lines.length = 0;
    expect(await smoke(stack)).toBe(0);
    expect(lines.filter((line) => line.includes(": complete, "))).toHaveLength(some.length);
    expect(lines).toContain("sagemaker.associations: left out: no target has it");
    expect((await collections()).map(({ collection }) => collection)).toEqual(before);
  });

  test("reports what failed, with the reason", async () => {
    world.simulator.faults.add({ kind: "deny", operation: "ListMemberships" });
    world.simulator.faults.add({ kind: "deny", operation: "DescribeImageAssociations" });
    expect(await smoke(stack)).toBe(1);
    const failed = lines.filter((line) => !/: complete, |: left out: /.test(line)).sort();
    expect(failed).toEqual([
      expect.stringContaining(`cleanrooms.memberships ${HOME}: failed: Clean Rooms ListMemberships failed`),
      expect.stringMatching(
        /^workspaces\.image-associations .*: failed: scope wsi-\w+: WorkSpaces DescribeImageAssociations/,
      ),
    ]);
    expect(lines.length).toBe(SOURCES.length);
  });

  test("stops waiting after its timeout", async () => {
    world.simulator.faults.add({ kind: "slow", operation: "ListAccountAssociations", delayMs: 5_000 });
    expect(await smoke({ ...stack, timeoutSeconds: 3 })).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^iot\.account-associations .*: (not complete in time|failed)/));
    await turn;
  });

  test("rejects a stack that does not exist, or is no Stocktake", async () => {
    await expect(smoke({ stack: "Nowhere" })).rejects.toThrow(
      "the stack Nowhere cannot be read: Stack with id Nowhere does not exist. Check --stack, --region and --profile",
    );
    const website = { name: "Website", account: TARGET.account, outputs: { Url: "https://example.com" } };
    const other = await startAws(website, { invoke, environments });
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDFORMATION", other.url);
    await expect(smoke({ stack: "Website" })).rejects.toThrow(
      "the stack Website is not a Stocktake, or was deployed by an earlier version: its output ApiUrl",
    );
    await other.close();
  });

  test.each([
    [
      "ROLLBACK_COMPLETE",
      "its first deployment failed. Read the first error in its events, delete it, and deploy again",
    ],
    ["DELETE_FAILED", "deleting it failed. Read the first error in its events, and destroy it again"],
    ["CREATE_IN_PROGRESS", "wait until that has ended, and try again"],
  ])("rejects a stack that is %s, and says what to do", async (status, remedy) => {
    const half = await startAws(
      { name: "Half", account: TARGET.account, outputs: {}, status },
      { invoke, environments },
    );
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDFORMATION", half.url);
    await expect(smoke({ stack: "Half" })).rejects.toThrow(`the stack Half is ${status}: ${remedy}`);
    await half.close();
  });

  test("names the missing permission when the API rejects it", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "another");
    await expect(smoke(stack)).rejects.toThrow(/rejected the request: 403 .*these credentials need execute-api:Invoke/);
  });
});

describe("a deployed stack", () => {
  const IMAGES = collectionOf("workspaces.images", TARGET);

  test("applies removals that are pending once a person approves them", async () => {
    const { images } = world.simulator.account;
    const workspaces = functions.get("workspaces");
    if (!workspaces) throw new Error("there is a function of workspaces");
    const all = [...images];
    const before = (await world.store.scopeState(IMAGES, "all"))?.count ?? 0;
    expect(before).toBeGreaterThan(10);
    for (const image of all) images.remove(image);
    const choice = { ...stack, region: [], approveRemovals: [] };
    expect(await syncDeployed({ ...choice, source: ["workspaces.images"] })).toBe(0);
    await workspaces.dispatch();
    expect(await world.store.scopeState(IMAGES, "all")).toMatchObject({ count: before, outcome: "held" });
    expect(await world.store.collectionRecord(IMAGES)).toMatchObject({ pending: before });
    expect(await syncDeployed({ ...choice, source: [], approveRemovals: ["workspaces.images"] })).toBe(0);
    await workspaces.dispatch();
    expect(await world.store.scopeState(IMAGES, "all")).toMatchObject({ count: 0, outcome: "complete" });
    expect(await world.store.collectionRecord(IMAGES)).not.toHaveProperty("request");
    for (const image of all) images.put(image);
    await expect(syncDeployed({ ...choice, source: ["no.source"] })).rejects.toThrow(
      /no.source is not inventoried by stack Stocktake: choose from /,
    );
  });

  test("is verified from here", async () => {
    expect(await verify({ ...stack, source: ["cleanrooms.memberships"] }, settings())).toBe(0);
    expect(lines).toEqual([expect.stringMatching(/^cleanrooms.memberships 111122223333\/eu-west-1: ok, \d+ items$/)]);
  });

  test("loses what a person retires, and is healthy without it", async () => {
    await expect(retireTargets([HOME], stack, settings())).rejects.toThrow(/pass --approve-removals to do it/);
    await retireTargets([HOME], { ...stack, approveRemovals: true }, settings());
    expect(lines).toContain(`${HOME}: retired`);
    for (const { collection } of await collections()) {
      const states = await world.store.scopeStates(collection);
      expect(states.every(({ count, ended }) => count === 0 && ended === "target retired")).toBe(true);
    }
    for (const service of functions.values()) await service.dispatch();
    expect((await collections()).every(({ status, endedAt }) => status === "retired" && endedAt)).toBe(true);
    await importTargets(stack, settings());
    expect(notes).toContainEqual(expect.stringContaining(`${HOME} was retired and stays so`));
  });
});
