import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { METRICS } from "../../functions/lambda/metrics.ts";
import type { LambdaFunction } from "./function.ts";
import { collectionStatus, type List, PLAN, published } from "./reading.ts";
import { recordOf } from "./sqs.ts";
import { createWorld, deliver, read, TARGET, type World } from "./world.ts";

/** The bundles with invalid input, and with services that fail. */

let world: World;
let api: LambdaFunction;

beforeAll(async () => {
  world = await createWorld({ baseTime: Date.now(), associations: 1_000, memberships: 450, images: 4 });
  const deployed = ["sagemaker.associations", "cleanrooms.memberships", "iot.account-associations"];
  api = await world.api({ STOCKTAKE_SCHEDULES: JSON.stringify(Object.fromEntries(deployed.map((id) => [id, 60]))) });
}, 240_000);

afterEach(() => world.simulator.faults.clear());

afterAll(() => world.close());

describe("invalid input", () => {
  test("in a message fails that message and no other", { timeout: 30_000 }, async () => {
    const sync = await world.sync("cleanrooms.memberships");
    const plan = { kind: "plan", source: "cleanrooms.memberships", target: TARGET };
    const good = () => ({ id: crypto.randomUUID(), body: JSON.stringify(plan), received: 0 });
    const nowhere = { ...plan, target: { account: "1", region: "x" } };
    const bodies = [
      "{",
      "[]",
      '{"kind":"drop"}',
      ...[nowhere, { ...plan, source: "x" }].map((each) => JSON.stringify(each)),
    ];
    const poison = bodies.map((body, index) => ({ id: `poison-${index}`, body, received: 0 }));
    const before = world.simulator.requests.ListMemberships;
    const Records = [good(), ...poison, good()].map(recordOf);
    const { result } = await sync.invoke({ Records });
    expect(result).toEqual({ batchItemFailures: poison.map(({ id }) => ({ itemIdentifier: id })) });
    expect(world.simulator.requests.ListMemberships).toBeGreaterThanOrEqual(before + 2);
    const returned = sync.logs.filter(({ message }) => message === "message returned to the queue");
    expect(returned.map(({ messageId }) => messageId)).toEqual(poison.map(({ id }) => id));
    expect(JSON.stringify(returned)).toContain("target.account: is not twelve digits");
    await sync.stop();
  });

  test("of an invocation fails it, as does a role of another account", async () => {
    const sync = await world.sync("cleanrooms.memberships");
    expect(await sync.invoke({ kind: "plan" })).toMatchObject({ error: { name: "InvalidMessageError" } });
    const roleArn = "arn:aws:iam::999999999999:role/Reader";
    const { error } = await sync.invoke({ kind: "plan", targets: [{ ...TARGET, roleArn }] });
    expect(error?.message).toBe("Invalid input: targets.0.roleArn: is a role of another account than the target's");
    expect(world.queue.messages).toEqual([]);
    await sync.stop();
  });

  test("in the environment stops the function at its start, with one line", async () => {
    const sync = await world.sync("cleanrooms.memberships", { STOCKTAKE_GUARD_SHARE: "50%", STOCKTAKE_QUEUE_URL: "" });
    const { error } = await sync.invoke(PLAN);
    expect(error?.message).toBe(
      "Invalid environment: STOCKTAKE_QUEUE_URL is not the URL of a queue; " +
        "STOCKTAKE_GUARD_SHARE=50% is not a number from 0 to 1",
    );
    await sync.stop();
    const unknown = await world.sync("cleanrooms.memberships", { STOCKTAKE_SOURCE: "s3.buckets" });
    expect((await unknown.invoke(PLAN)).error?.message).toBe(
      "Invalid environment: STOCKTAKE_SOURCE=s3.buckets is not cleanrooms.memberships, the source of this bundle",
    );
    await unknown.stop();
  });
});

describe("a sync", () => {
  test("that runs out of time changes nothing, and the next attempt completes it", { timeout: 60_000 }, async () => {
    const { simulator, queue } = world;
    const sync = await world.sync("cleanrooms.memberships");
    await sync.invoke(PLAN);
    await deliver(queue, sync);
    const before = await collectionStatus(api, "cleanrooms.memberships");
    const [gone, ended] = simulator.account.memberships;
    if (!gone || !ended) throw new Error("the account has too few memberships");
    simulator.account.memberships.remove(gone);
    simulator.account.memberships.put({ ...ended, status: "REMOVED" });

    simulator.faults.add({ kind: "slow", operation: "ListMemberships", delayMs: 700 });
    const asked = simulator.requests.ListMemberships;
    await sync.invoke(PLAN);
    expect(await deliver(queue, sync, { rounds: 1, remainingMs: 21_500 })).toBe(1);
    expect(simulator.requests.ListMemberships - asked).toBeGreaterThan(1);
    expect(simulator.requests.ListMemberships - asked).toBeLessThan(5);
    const after = await collectionStatus(api, "cleanrooms.memberships");
    expect(after?.scopes).toMatchObject([{ outcome: "failed", error: { code: "interrupted" } }]);
    expect(after?.items).toBe(before?.items);

    simulator.faults.clear();
    expect(await deliver(queue, sync)).toBe(0);
    const end = await collectionStatus(api, "cleanrooms.memberships");
    expect(end?.items).toBe([...simulator.account.memberships].length);
    expect(end?.scopes).toMatchObject([{ outcome: "complete" }]);
    const { items } = await read<List>(api, "/v1/changes?source=cleanrooms.memberships&limit=1000");
    expect(
      items
        .filter(({ kind }) => kind !== "added")
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(["modified", "removed"]);
    await sync.stop();
  });

  test("of a listing in order of creation closes its scope when time runs out, and goes on from there", {
    timeout: 60_000,
  }, async () => {
    const { simulator, queue } = world;
    simulator.faults.add({ kind: "slow", operation: "ListAssociations", delayMs: 150 });
    const sync = await world.sync("sagemaker.associations");
    await sync.invoke(PLAN);
    expect(await deliver(queue, sync, { rounds: 1, remainingMs: 60_500 })).toBe(0);
    expect(queue.messages.map(({ body }) => JSON.parse(body))).toMatchObject([
      { kind: "sync", scope: { id: expect.stringMatching(/^from:/), range: { from: expect.any(String) } } },
    ]);
    const part = await collectionStatus(api, "sagemaker.associations");
    expect(part?.items).toBeGreaterThan(0);
    expect(part?.items).toBeLessThan([...simulator.account.associations].length);
    expect(published(sync, METRICS.completeSync)).toEqual([]);

    expect(await deliver(queue, sync, { remainingMs: 60_500 })).toBe(0);
    const whole = await collectionStatus(api, "sagemaker.associations");
    expect(whole?.items).toBe([...simulator.account.associations].length);
    expect(whole?.scopes.length).toBeGreaterThan(1);
    expect(whole?.scopes.every(({ outcome, completeAt }) => outcome === "complete" && completeAt)).toBe(true);
    expect(published(sync, METRICS.completeSync)).toEqual([1]);

    simulator.faults.clear();
    const asked = simulator.requests.ListAssociations;
    await sync.invoke({ ...PLAN, incremental: true });
    expect(await deliver(queue, sync)).toBe(0);
    expect(simulator.requests.ListAssociations - asked).toBeLessThan(3);
    expect(published(sync, METRICS.completeSync)).toEqual([1]);
    await sync.stop();
  });

  test("that is throttled waits, and counts its retries", { timeout: 60_000 }, async () => {
    world.simulator.faults.add({ kind: "throttle", operation: "ListMemberships", times: 2 });
    const sync = await world.sync("cleanrooms.memberships");
    await sync.invoke(PLAN);
    expect(await deliver(world.queue, sync)).toBe(0);
    expect(published(sync, METRICS.retries)).toEqual([2]);
    await sync.stop();
  });

  test("of a service that is unavailable returns to the queue", { timeout: 60_000 }, async () => {
    world.simulator.faults.add({ kind: "unavailable", operation: "ListAccountAssociations" });
    const sync = await world.sync("iot.account-associations");
    await sync.invoke(PLAN);
    expect(await deliver(world.queue, sync, { rounds: 1 })).toBe(1);
    const status = await collectionStatus(api, "iot.account-associations");
    expect(status?.scopes).toMatchObject([{ outcome: "failed", error: { code: "unavailable" } }]);
    world.simulator.faults.clear();
    expect(await deliver(world.queue, sync)).toBe(0);
    await sync.stop();
  });

  test("that is denied is recorded and counted, and not tried again", { timeout: 30_000 }, async () => {
    const { simulator, queue } = world;
    simulator.faults.add({ kind: "deny" });
    const sync = await world.sync("cleanrooms.memberships");
    const asked = simulator.requests.ListMemberships;
    await sync.invoke(PLAN);
    expect(await deliver(queue, sync)).toBe(0);
    expect(simulator.requests.ListMemberships).toBe(asked + 1);
    expect((await collectionStatus(api, "cleanrooms.memberships"))?.scopes).toMatchObject([
      { error: { code: "denied" } },
    ]);
    expect(published(sync, METRICS.syncsFailed)).toEqual([1]);
    expect(published(sync, METRICS.completeSync)).toEqual([]);
    await sync.stop();

    const planned = await world.sync("workspaces.image-associations");
    await planned.invoke(PLAN);
    expect(await deliver(queue, planned)).toBe(0);
    expect(published(planned, METRICS.plansFailed)).toEqual([1]);
    await planned.stop();
    simulator.faults.clear();
  });
});
