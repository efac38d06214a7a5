import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { collectionOf } from "../../functions/model/collection.ts";
import type { LambdaFunction } from "./function.ts";
import { collectionStatus, type List } from "./reading.ts";
import { createWorld, read, TARGET, type World } from "./world.ts";

/** The bundles with invalid input, with services that fail, and with invocations that are lost, refused, late or repeated. */

const MEMBERSHIPS = collectionOf("cleanrooms.memberships", TARGET);
const ASSOCIATIONS = collectionOf("sagemaker.associations", TARGET);

let world: World;
let api: LambdaFunction;

beforeAll(async () => {
  world = await createWorld({ baseTime: Date.now(), associations: 1_000, memberships: 101, images: 4 });
  api = await world.api();
  await world.addTarget({ ...TARGET, sources: ["cleanrooms.memberships", "sagemaker.associations"] });
});

afterEach(() => {
  world.simulator.faults.clear();
  world.lambda.accepted.length = 0;
});

afterAll(() => world.close());

const record = async (collection: string) => {
  const stored = await world.store.collectionRecord(collection);
  if (!stored) throw new Error(`no record of ${collection}`);
  return stored;
};

describe("invalid input", () => {
  test.each<[string, unknown, string]>([
    ["no event", null, "invalid event: "],
    ["another's event", { Records: [] }, "kind"],
    ["an unknown kind", { kind: "drop" }, "kind"],
    ["a sync without collections", { kind: "sync", claim: "a", collections: [] }, "collections"],
    ["a repair that is neither true nor false", { kind: "verify", repair: "yes" }, "repair"],
    ["an event of CloudTrail that is not whole", { "detail-type": "AWS API Call via CloudTrail" }, "account"],
  ])("of an invocation fails it: %s", async (_what, event, problem) => {
    invalid ??= world.sync("cleanrooms");
    const { error } = await (await invalid).invoke(event);
    expect(error?.name).toBe("InvalidEventError");
    expect(error?.message.toLowerCase()).toContain(problem);
  });
  let invalid: ReturnType<World["sync"]> | undefined;

  test("in the environment stops the function at its start, with one line", async () => {
    const sync = await world.sync("cleanrooms", { STOCKTAKE_GUARD_SHARE: "50%", STOCKTAKE_WORKERS: "0" });
    expect((await sync.invoke({ kind: "dispatch" })).error?.message).toBe(
      "Invalid environment: STOCKTAKE_WORKERS=0 is not a whole number from 1 to 1000; " +
        "STOCKTAKE_GUARD_SHARE=50% is not a number from 0 to 1",
    );
    await sync.stop();
    const unknown = await world.sync("cleanrooms", { STOCKTAKE_SERVICE: "s3" });
    expect((await unknown.invoke({ kind: "dispatch" })).error?.message).toBe(
      "Invalid environment: STOCKTAKE_SERVICE=s3 is not the service of this bundle's cleanrooms.memberships",
    );
    await unknown.stop();
  });
});

describe("an invocation", () => {
  test("that Lambda refuses gives its claims back: the next minute starts another", async () => {
    const sync = await world.sync("cleanrooms");
    // The client tries twice.
    world.lambda.refusals = 2;
    await sync.invoke({ kind: "dispatch" });
    expect(world.lambda.accepted).toEqual([]);
    expect(await record(MEMBERSHIPS)).not.toHaveProperty("claim");
    expect(sync.logs).toContainEqual(expect.objectContaining({ level: "ERROR", message: "not dispatched" }));
    await sync.dispatch();
    expect((await record(MEMBERSHIPS)).freshAt).toBeDefined();
    await sync.stop();
  });

  test("that was lost is made good when its claim lapses, and does nothing if it comes after all", async () => {
    const sync = await world.sync("cleanrooms");
    await world.makeDue(MEMBERSHIPS);
    await sync.invoke({ kind: "dispatch" });
    const [lost] = world.lambda.accepted.splice(0);
    await sync.dispatch();
    const { claim, ...claimed } = await record(MEMBERSHIPS);
    expect(lost?.event).toMatchObject({ claim: claim?.id });
    // Sixteen minutes later.
    const lapsed = { id: claim?.id ?? "", at: 1, expires: 2 };
    await world.store.putCollectionRecord({ ...claimed, revision: claimed.revision + 1, claim: lapsed });
    const asked = world.simulator.requests.ListMemberships;
    await sync.dispatch();
    expect(world.simulator.requests.ListMemberships).toBeGreaterThan(asked);
    const after = await record(MEMBERSHIPS);
    expect(after).not.toHaveProperty("claim");

    const answered = world.simulator.requests.ListMemberships;
    expect(await sync.invoke(lost?.event)).toEqual({});
    expect(world.simulator.requests.ListMemberships).toBe(answered);
    expect(await record(MEMBERSHIPS)).toEqual(after);
    expect(sync.logs).toContainEqual(expect.objectContaining({ message: "passed over", reason: "superseded" }));
    await sync.stop();
  });

  test("that dies is taken over", async () => {
    const { account, faults } = world.simulator;
    const dying = await world.sync("cleanrooms");
    const known = [...account.memberships].find(({ status }) => status === "ACTIVE");
    if (!known) throw new Error("the account has no active membership");
    account.memberships.put({ ...known, status: "REMOVED" });
    await world.makeDue(MEMBERSHIPS);
    await dying.invoke({ kind: "dispatch" });
    faults.add({ kind: "hang", operation: "ListMemberships" });
    const asked = world.simulator.requests.ListMemberships;
    const [started] = world.lambda.accepted.splice(0);
    void dying.invoke(started?.event).catch(() => undefined);
    await expect.poll(() => world.simulator.requests.ListMemberships).toBeGreaterThan(asked);
    await dying.stop();
    faults.clear();

    const { claim, ...claimed } = await record(MEMBERSHIPS);
    expect(claim).toBeDefined();
    const lapsed = { id: claim?.id ?? "", at: 1, expires: 2 };
    await world.store.putCollectionRecord({ ...claimed, revision: claimed.revision + 1, claim: lapsed });
    const next = await world.sync("cleanrooms");
    await next.dispatch();
    const { items } = await read<List>(api, "/v1/changes?source=cleanrooms.memberships&kind=modified");
    expect(items).toHaveLength(1);
    expect(await record(MEMBERSHIPS)).not.toHaveProperty("failures");
    await next.stop();
  });
});

describe("a sync", () => {
  test("that runs out of time changes nothing, and the next attempt completes it", async () => {
    const { simulator } = world;
    const sync = await world.sync("cleanrooms");
    await sync.dispatch();
    const before = await collectionStatus(api, "cleanrooms.memberships");
    const [gone] = simulator.account.memberships;
    if (!gone) throw new Error("the account has too few memberships");
    simulator.account.memberships.remove(gone);

    simulator.faults.add({ kind: "slow", operation: "ListMemberships", delayMs: 700 });
    const asked = simulator.requests.ListMemberships;
    await world.makeDue(MEMBERSHIPS);
    // Beyond the time to begin anything: it is given back, as it was.
    await sync.dispatch({ remainingMs: 59_000 });
    expect(simulator.requests.ListMemberships).toBe(asked);
    expect(await record(MEMBERSHIPS)).toMatchObject({ nextAt: 0 });
    await sync.dispatch({ remainingMs: 61_000 });
    simulator.faults.clear();
    await sync.dispatch();
    const after = await collectionStatus(api, "cleanrooms.memberships");
    expect(after?.items).toBe((before?.items ?? 0) - 1);
    await sync.stop();
  });

  test("of a listing in order of creation closes its scope when time runs out, and goes on from there", async () => {
    const { simulator } = world;
    simulator.faults.add({ kind: "slow", operation: "ListAssociations", delayMs: 150 });
    const sync = await world.sync("sagemaker");
    await sync.dispatch({ remainingMs: 60_500 });
    const part = await collectionStatus(api, "sagemaker.associations");
    expect(part?.items).toBeGreaterThan(0);
    expect(part?.items).toBeLessThan([...simulator.account.associations].length);
    expect(await record(ASSOCIATIONS)).toMatchObject({ startedAt: expect.any(Number) });
    expect(await record(ASSOCIATIONS)).not.toHaveProperty("freshAt");

    simulator.faults.clear();
    await sync.dispatch();
    const whole = await collectionStatus(api, "sagemaker.associations");
    expect(whole?.items).toBe([...simulator.account.associations].length);
    expect(whole?.scopes.length).toBeGreaterThan(1);
    expect(whole?.scopes.every(({ outcome, lastCompleteAt }) => outcome === "complete" && lastCompleteAt)).toBe(true);
    expect(await record(ASSOCIATIONS)).toMatchObject({ freshAt: expect.any(String) });
    await sync.stop();
  });

  test("that is throttled waits, and goes on", async () => {
    world.simulator.faults.add({ kind: "throttle", operation: "ListMemberships", times: 2 });
    const sync = await world.sync("cleanrooms");
    await world.makeDue(MEMBERSHIPS);
    await sync.dispatch();
    expect((await record(MEMBERSHIPS)).nextAt).toBeGreaterThan(Date.now());
    await sync.stop();
  });

  test("that is denied is recorded, counted, and not tried again before its time", async () => {
    const { simulator } = world;
    simulator.faults.add({ kind: "deny" });
    const sync = await world.sync("cleanrooms");
    const asked = simulator.requests.ListMemberships;
    await world.makeDue(MEMBERSHIPS);
    await sync.dispatch();
    expect(simulator.requests.ListMemberships).toBe(asked + 1);
    const status = await collectionStatus(api, "cleanrooms.memberships");
    expect(status?.scopes).toMatchObject([{ error: { code: "denied" } }]);
    expect(sync.logs).toContainEqual(
      expect.objectContaining({ message: "sync failed", source: "cleanrooms.memberships", ...TARGET }),
    );
    const { events } = world.eventBridge;
    expect(events.filter(({ detail }) => detail.error?.code === "denied")).toMatchObject([
      { "detail-type": "Sync Failed", detail: { source: "cleanrooms.memberships", lasting: true } },
    ]);
    await sync.invoke({ kind: "dispatch" });
    expect(world.lambda.accepted).toEqual([]);
    expect(sync.logs.filter((line) => "_aws" in line).map(({ Failing }) => Failing)).toEqual([0, 1]);
    await sync.stop();
  });
});
