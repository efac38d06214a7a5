import { expect, test, vi } from "vitest";
import { SimulatedAccount } from "../../simulator/account.ts";
import { driftOnce } from "../../simulator/drift.ts";
import { seededRandom } from "../../simulator/random.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import { danglingNames } from "./dangling.ts";
import { TABLES } from "./tables.ts";
import { allPages } from "./walk.ts";
import { Wire } from "./wire.ts";

const BASE_TIME = Date.parse("2025-06-01T00:00:00.000Z");

function drifted(account: SimulatedAccount, steps: number): { account: SimulatedAccount; changes: string[] } {
  const changes = Array.from({ length: steps }, (_, step) => {
    return driftOnce(account, seededRandom(`drift/${step}`), BASE_TIME + step * 1000);
  });
  return { account, changes };
}

test("is the same for the same seed and changes everything in time", () => {
  const one = drifted(seedAccount({ baseTime: BASE_TIME, associations: 300 }), 600);
  const two = drifted(seedAccount({ baseTime: BASE_TIME, associations: 300 }), 600);
  expect(two.account.save()).toBe(one.account.save());
  expect(danglingNames(one.account)).toEqual([]);
  for (const change of [
    /^\d+ lineage associations created$/,
    /^lineage association .* removed$/,
    /^membership .* is now (REMOVED|COLLABORATION_DELETED)$/,
    /^membership .* changed who pays$/,
    /^membership .* created$/,
    /^account association .* is now ASSOCIATION_SUCCEEDED$/,
    /^account association .* is now called/,
    /^account association .* created$/,
    /^account association .* removed$/,
    /^application .* created$/,
    /^application .* is now COMPLETED$/,
    /^application .* removed$/,
    /^image .* created$/,
    /^image .* removed$/,
    /^job .* is now Completed$/,
    /^job .* is now Failed$/,
    /^model package .* is now Approved$/,
    /^endpoint .* is now Updating$/,
    /^endpoint .* is now InService$/,
    /joined collaboration/,
    /invites the account$/,
    /^managed thing .* created$/,
    /^managed thing .* is now called/,
    /^WorkSpace .* created$/,
    /^WorkSpace .* is now STOPPED$/,
    /^WorkSpace .* is now STARTING$/,
  ]) {
    expect(one.changes).toContainEqual(expect.stringMatching(change));
  }
});

test("is a small step: every one changes something, and creates lineage at that instant", () => {
  const account = seedAccount({ baseTime: BASE_TIME, associations: 100 });
  for (let step = 0; step < 60; step++) {
    const before = account.save();
    const known = new Set(account.associations);
    const now = BASE_TIME + 60_000 * step;
    driftOnce(account, seededRandom(step), now);
    expect(account.save()).not.toBe(before);
    const created = [...account.associations].filter((item) => !known.has(item));
    expect(created.length).toBeLessThan(9);
    expect(created.every((item) => item.CreationTime === now)).toBe(true);
  }
});

test("works from nothing, and its traces satisfy the models", async () => {
  const { account } = drifted(new SimulatedAccount({ accountId: "111122223333", region: "eu-west-1" }), 500);
  expect(danglingNames(account)).toEqual([]);
  const simulator = await startSimulator({ account });
  const wire = new Wire(simulator);
  for (const [name, table] of TABLES) {
    const listed = (await allPages(wire, name)).flat();
    expect(listed, name).toHaveLength(account[table].length);
  }
  expect(wire.problems).toEqual([]);
  wire.close();
  await simulator.close();
});

test("goes on where a saved account left off", async () => {
  const now = () => BASE_TIME;
  const simulator = await startSimulator({ account: seedAccount({ baseTime: BASE_TIME, associations: 50 }), now });
  for (let i = 0; i < 5; i++) simulator.drift();
  const again = await startSimulator({ account: SimulatedAccount.load(simulator.account.save()), now });
  expect(again.drift()).toBe(simulator.drift());
  expect(again.account.steps).toBe(6);
  await Promise.all([simulator.close(), again.close()]);
});

test("happens at every interval until stopped or closed", async () => {
  const simulator = await startSimulator({ account: seedAccount({ baseTime: BASE_TIME, associations: 50 }) });
  vi.useFakeTimers();
  try {
    const steps: string[] = [];
    const stop = simulator.startDrift(1000, (step) => steps.push(step));
    vi.advanceTimersByTime(3500);
    expect([steps.length, simulator.account.steps]).toEqual([3, 3]);
    stop();
    vi.advanceTimersByTime(5000);
    simulator.startDrift(1000);
    vi.advanceTimersByTime(1000);
    expect([steps.length, simulator.account.steps]).toEqual([3, 4]);
  } finally {
    vi.useRealTimers();
  }
  await simulator.close();
});
