import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { smoke } from "../../cli/commands/smoke.ts";
import { DEPLOYED_SOURCES as SOURCES } from "../../functions/sources/registry.ts";
import { startAws, startGateway } from "./aws.ts";
import type { LambdaFunction } from "./function.ts";
import type { TestServer } from "./http.ts";
import { createWorld, deliver, TARGET, type World } from "./world.ts";

/** `npm run smoke` against the functions themselves. CloudFormation, Lambda and API Gateway are played. */

const SECRET = "secret-of-the-operator";
const STACK = "Stocktake";

let world: World;
let gateway: TestServer;
let aws: TestServer;
const functions = new Map<string, LambdaFunction>();

/** Invokes a function, and then passes it the messages that it sent to the queue. */
async function invoke(name: string, event: unknown): Promise<unknown> {
  const called = functions.get(name);
  if (!called) throw new Error(`no function ${name}`);
  const { result, error } = await inTurn(async () => {
    const result = await called.invoke(event);
    if (!result.error) await deliver(world.queue, called, { rounds: 2 });
    return result;
  });
  if (error) throw new Error(error.message);
  return result;
}

/** All functions share this world's queue, so they run one after the other. */
let turn: Promise<unknown> = Promise.resolve();
function inTurn<T>(run: () => Promise<T>): Promise<T> {
  const mine = turn.then(run);
  turn = mine.catch(() => undefined);
  return mine;
}

beforeAll(async () => {
  world = await createWorld({ baseTime: Date.now(), associations: 300 });
  for (const { id } of SOURCES) functions.set(`fn-${id}`, await world.sync(id));
  const schedules = Object.fromEntries(SOURCES.map(({ id }) => [id, 60]));
  gateway = await startGateway(await world.api({ STOCKTAKE_SCHEDULES: JSON.stringify(schedules) }), SECRET);
  const outputs = {
    ApiUrl: gateway.url,
    SyncFunctions: JSON.stringify(Object.fromEntries(SOURCES.map(({ id }) => [id, `fn-${id}`]))),
    SmokeTarget: JSON.stringify(TARGET),
  };
  aws = await startAws({ name: STACK, outputs }, invoke);
}, 240_000);

afterAll(async () => {
  await aws.close();
  await gateway.close();
  await world.close();
});

describe("stocktake smoke", () => {
  let lines: string[];

  beforeEach(() => {
    lines = [];
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDFORMATION", aws.url);
    vi.stubEnv("AWS_ENDPOINT_URL_LAMBDA", aws.url);
    vi.stubEnv("AWS_REGION", "eu-west-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAOPERATOR");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", SECRET);
    vi.stubEnv("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      lines.push(String(text).trimEnd());
      return true;
    });
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    world.simulator.faults.clear();
    world.queue.messages.length = 0;
  });

  test("reports every source as complete, the first time and again", { timeout: 60_000 }, async () => {
    const { account } = world.simulator;
    const expected = [
      `sagemaker.associations 111122223333/eu-west-1: complete, ${[...account.associations].length} items in 1 scope`,
      `cleanrooms.memberships 111122223333/eu-west-1: complete, ${[...account.memberships].length} items in 1 scope`,
      `iot.account-associations 111122223333/eu-west-1: complete, ${[...account.accountAssociations].length} items in 1 scope`,
      `workspaces.images 111122223333/eu-west-1: complete, ${[...account.images].length} items in 1 scope`,
      `workspaces.image-associations 111122223333/eu-west-1: complete, ${[...account.imageAssociations].length} items in ` +
        `${[...account.images].length} scopes`,
    ].sort();
    expect(await smoke({ stack: STACK })).toBe(0);
    expect(lines.sort()).toEqual(expected);
    lines.length = 0;
    expect(await smoke({ stack: STACK })).toBe(0);
    expect(lines.sort()).toEqual(expected);
  });

  test("reports what failed, with the reason", { timeout: 60_000 }, async () => {
    world.simulator.faults.add({ kind: "deny", operation: "ListMemberships" });
    world.simulator.faults.add({ kind: "deny", operation: "DescribeImageAssociations" });
    expect(await smoke({ stack: STACK })).toBe(1);
    const failed = lines.filter((line) => !line.includes(": complete, ")).sort();
    expect(failed).toEqual([
      expect.stringContaining(
        "cleanrooms.memberships 111122223333/eu-west-1: failed: Clean Rooms ListMemberships failed",
      ),
      expect.stringMatching(
        /^workspaces\.image-associations .*: failed: scope wsi-\w+: WorkSpaces DescribeImageAssociations/,
      ),
    ]);
    expect(lines.length).toBe(SOURCES.length);
  });

  test("stops waiting after its timeout", { timeout: 60_000 }, async () => {
    world.simulator.faults.add({ kind: "slow", operation: "ListAccountAssociations", delayMs: 5_000 });
    expect(await smoke({ stack: STACK, timeoutSeconds: 3 })).toBe(1);
    expect(lines).toContainEqual(expect.stringMatching(/^iot\.account-associations .*: (not complete in time|failed)/));
    await turn;
  });

  test("rejects a stack that does not exist, or is no Stocktake", async () => {
    await expect(smoke({ stack: "Nowhere" })).rejects.toThrow(
      "the stack Nowhere cannot be read: Stack with id Nowhere does not exist. Check --stack, --region and --profile",
    );
    const other = await startAws({ name: "Website", outputs: { Url: "https://example.com" } }, invoke);
    vi.stubEnv("AWS_ENDPOINT_URL_CLOUDFORMATION", other.url);
    await expect(smoke({ stack: "Website" })).rejects.toThrow(
      "the stack Website is not a Stocktake: its output ApiUrl",
    );
    await other.close();
  });

  test("names the missing permission when the API rejects it", async () => {
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "another");
    await expect(smoke({ stack: STACK })).rejects.toThrow(
      /rejected the request: 403 .*these credentials need execute-api:Invoke/,
    );
  });
});
