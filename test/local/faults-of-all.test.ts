import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { changeAll, type FaultWorld, lastLines, startFaultWorld, WHOLE_SOURCES } from "./fault-world.ts";
import { dripping, type Misbehaviour, silence, stuckInHalf } from "./faulty-services.ts";
import type { Operation } from "./raw-service.ts";

/*
 * All services at once do not answer, throttle or deny, each in the manner of its own: every source fails by itself and says so,
 * nothing changes, and the next sync of services that are well again catches up.
 */

let world: FaultWorld;
beforeAll(async () => {
  world = await startFaultWorld();
  expect(await world.sync(WHOLE_SOURCES)).toMatchObject({ code: 0 });
  changeAll(world.account, () => undefined);
}, 120_000);
afterEach(() => {
  world.simulator.faults.clear();
  world.services.behave();
});
afterAll(() => world.close());

/** Syncs all sources, which must fail so, one line each, and change nothing. */
async function expectFailing(code: string, says: RegExp): Promise<void> {
  const before = await Promise.all(WHOLE_SOURCES.map((source) => world.told(source)));
  const failed = await world.sync(WHOLE_SOURCES);
  expect(failed.code).toBe(1);
  const lines = lastLines(failed);
  expect(lines.map((line) => line.split(" ")[0]).sort()).toEqual([...WHOLE_SOURCES].sort());
  for (const line of lines)
    expect(line).toMatch(/ 123456789012\/eu-west-1: failed after \d+ pages?, nothing was changed: /);
  for (const line of lines) expect(line).toMatch(says);
  for (const [n, source] of WHOLE_SOURCES.entries()) {
    const after = await world.told(source);
    expect(after.items).toBe(before[n]?.items);
    expect(after.changes).toEqual(before[n]?.changes);
    expect(after.syncs[0]).toMatchObject({ outcome: "failed", error: { code }, removed: 0 });
  }
}

test.each([
  ["throttle every request", { kind: "throttle" }, "throttled", /Rate exceeded\. The service is limiting the rate/],
  ["fail every request", { kind: "unavailable" }, "unavailable", /Unavailable.+\. Check the network and the endpoint$/],
  ["deny access in the middle", { kind: "deny", afterPages: 1 }, "denied", /not authorized to perform.+Grant the ac/],
  ["refuse the token in the middle", { kind: "expired-token" }, "malformed", /token has expired\. Try again/],
  ["repeat a token", { kind: "repeat-token" }, "malformed", /repeated a page token/],
] as const)("services that %s (%o) fail their syncs and change nothing", { timeout: 240_000 }, async (...fault) => {
  const [, { kind, ...when }, code, says] = fault;
  world.simulator.faults.add({ kind, ...when });
  await expectFailing(code, says);
});

test("services that fall silent, at the beginning or in the middle of an answer, are given up", {
  timeout: 600_000,
}, async () => {
  const silences: Partial<Record<Operation, Misbehaviour>> = {
    ListAssociations: silence,
    ListMemberships: stuckInHalf,
    ListAccountAssociations: silence,
    DescribeWorkspaceImages: dripping,
  };
  world.services.misbehave(({ operation, before }) => (before >= 1 ? silences[operation] : undefined));
  await expectFailing("unavailable", /TimeoutError: .+\. Check the network and the endpoint$/);
});

test("services of which a fifth of the answers are errors are listed whole", { timeout: 240_000 }, async () => {
  for (const kind of ["throttle", "error", "unavailable", "reset", "empty-page"] as const) {
    world.simulator.faults.add({ kind, probability: 0.05 });
  }
  expect(await world.sync(WHOLE_SOURCES)).toMatchObject({ code: 0 });
  await world.expectCurrent(WHOLE_SOURCES);
});

test("one service that is denied harms no other", { timeout: 120_000 }, async () => {
  world.simulator.faults.add({ kind: "deny", operation: "ListMemberships" });
  const result = await world.sync(WHOLE_SOURCES, "--json");
  expect(result.code).toBe(1);
  const records = result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { source: string; outcome: string });
  expect(Object.fromEntries(records.map(({ source, outcome }) => [source, outcome]))).toEqual({
    "sagemaker.associations": "complete",
    "cleanrooms.memberships": "failed",
    "iot.account-associations": "complete",
    "workspaces.images": "complete",
  });
});
