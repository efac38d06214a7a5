import { afterAll, beforeAll, expect, test } from "vitest";
import { changeAll, type FaultWorld, lastLines, startFaultWorld, WHOLE_SOURCES } from "./fault-world.ts";
import { dripping, type Misbehaviour, silence, stuckInHalf } from "./faulty-services.ts";
import { runInProcess } from "./in-process.ts";
import type { Operation } from "./raw-service.ts";

/*
 * All services at once do not answer, throttle or deny, each in the manner of its own: every source fails by itself and says so,
 * nothing changes, and the next sync of services that are well again catches up.
 */

let synced: FaultWorld;
beforeAll(async () => {
  synced = await startFaultWorld({ run: runInProcess });
  expect(await synced.sync(WHOLE_SOURCES)).toMatchObject({ code: 0 });
});
afterAll(() => synced.close());

/**
 * The tests run side by side, because most of what they take is waiting for services: each in a world of its own, whose account has been
 * synced once.
 */
async function inWorld(use: (world: FaultWorld) => Promise<void>): Promise<void> {
  const world = await startFaultWorld({ stored: synced.data });
  try {
    changeAll(world.account, () => undefined);
    await use(world);
  } finally {
    await world.close();
  }
}

/** Syncs all sources, which must fail so, one line each, and change nothing. */
async function expectFailing(world: FaultWorld, code: string, says: RegExp): Promise<void> {
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

test.concurrent.each([
  ["throttle every request", "throttle", "throttled", /Rate exceeded\. The service is limiting the rate/],
  [
    "fail every request",
    "unavailable",
    "unavailable",
    /Unavailable.+\. The service itself has a fault: try again later$/,
  ],
] as const)("services that %s fail their syncs and change nothing", (_name, kind, code, says) =>
  inWorld(async (world) => {
    world.simulator.faults.add({ kind });
    await expectFailing(world, code, says);
  }),
);

test.concurrent("services that deny access in the middle, refuse the token in the middle, or repeat a token fail their syncs and change nothing", () =>
  inWorld(async (world) => {
    for (const [fault, code, says] of [
      [{ kind: "deny", afterPages: 1 }, "denied", /not authorized to perform.+Grant the ac/],
      [{ kind: "expired-token" }, "malformed", /token has expired\. Try again/],
      [{ kind: "repeat-token" }, "malformed", /repeated a page token/],
    ] as const) {
      world.simulator.faults.add(fault);
      await expectFailing(world, code, says);
      world.simulator.faults.clear();
    }
  }));

test.concurrent(
  "services that stop responding, at the beginning or in the middle of a response, are given up",
  {
    timeout: 600_000,
  },
  () =>
    inWorld(async (world) => {
      const silences: Partial<Record<Operation, Misbehaviour>> = {
        ListAssociations: silence,
        ListMemberships: stuckInHalf,
        ListAccountAssociations: silence,
        DescribeWorkspaceImages: dripping,
      };
      world.services.misbehave(({ operation, before }) => (before >= 1 ? silences[operation] : undefined));
      await expectFailing(world, "unavailable", /TimeoutError: .+\. Check the network and the endpoint$/);
    }),
);

test.concurrent("services with errors in a fifth of their responses are listed completely", () =>
  inWorld(async (world) => {
    for (const kind of ["throttle", "error", "unavailable", "reset", "empty-page"] as const) {
      world.simulator.faults.add({ kind, probability: 0.05 });
    }
    expect(await world.sync(WHOLE_SOURCES)).toMatchObject({ code: 0 });
    await world.expectCurrent(WHOLE_SOURCES);
  }));

test.concurrent("a denied call to one service affects no other", () =>
  inWorld(async (world) => {
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
  }));
