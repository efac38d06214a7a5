import { expect, test, vi } from "vitest";
import { FIVE_SOURCES, finished, jsonLines, makeInventory, runCommand, startCommand, TARGET_ARGUMENTS } from "./cli.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { type ApiChange, type ApiItem, replayed, serveHere, walk } from "./serving.ts";
import { useWorld } from "./world.ts";

/* Several commands at once, on one folder: each ends well, and what is stored is what was listed. */

const world = useWorld({ associations: 350 });

async function expectCurrent(): Promise<void> {
  const serving = await serveHere(world().env);
  const { items } = await walk<ApiItem>(serving.origin, "/v1/items", { limit: 1000 });
  const { items: changes } = await walk<ApiChange>(serving.origin, "/v1/changes", { limit: 1000 });
  await serving.stop();
  const listed = essenceOf(FIVE_SOURCES.flatMap((source) => listedBy(world().account)[source] ?? []));
  expect(essenceOf(items.map(({ document }) => document))).toBe(listed);
  expect(essenceOf(replayed(changes).values())).toBe(listed);
}

test("syncs of the same scopes at the same time share them out, and none fails", async () => {
  const together = await Promise.all([1, 2, 3].map(() => world().sync("--json", ...FIVE_SOURCES)));
  for (const { code, stderr } of together) {
    expect(stderr).not.toMatch(/failed|Error|held/);
    expect(code).toBe(0);
  }
  const records = together.flatMap(jsonLines);
  for (const { outcome } of records) expect(outcome).toMatch(/^(complete|skipped)$/);
  const complete = records.filter(({ outcome }) => outcome === "complete");
  expect(new Set(complete.map(({ source }) => source)).size).toBe(FIVE_SOURCES.length / 2);
  await expectCurrent();
});

test("a sync goes on when another process that uses the same inventory ends, or is killed", async () => {
  const { env, simulator, sync } = world();
  await makeInventory(env);
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const host = startCommand(["serve"], { ...env, PORT: "0" });
    const ended = finished(host);
    await new Promise((resolve) => host.stdout?.once("data", resolve));
    simulator.faults.add({ kind: "slow", operation: "ListAssociations", delayMs: 1_000 });
    const syncing = runCommand(["sync", ...TARGET_ARGUMENTS, ...FIVE_SOURCES], env);
    await vi.waitUntil(() => simulator.requests.ListAssociations > 0, { timeout: 120_000 });
    host.kill(signal);
    await ended;
    expect(await syncing).toMatchObject({ code: 0 });
    simulator.faults.clear();
    simulator.requests.ListAssociations = 0;
    for (let step = 0; step < 10; step += 1) simulator.drift();
    expect(await sync(...FIVE_SOURCES)).toMatchObject({ code: 0 });
    await expectCurrent();
  }
});
