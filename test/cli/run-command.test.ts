import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { collectionOf, ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { initialState } from "../../functions/model/scope-state.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { finished, presentDocuments, startCommand, TARGET, TARGET_ARGUMENTS, withStored } from "./cli.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { startServing } from "./serving.ts";
import { useWorld } from "./world.ts";

const world = useWorld({ associations: 60 });
const PATIENCE = { timeout: 120_000, interval: 50 };

/** Starts `stocktake run`, and answers what ends it and what it has printed. */
function startRun(...args: string[]) {
  return startRunOf(...TARGET_ARGUMENTS, ...args);
}

function startRunOf(...args: string[]) {
  const child = startCommand(["run", ...args], world().env);
  const ended = finished(child);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  return {
    output: () => output,
    async stop() {
      child.kill("SIGINT");
      return ended;
    },
  };
}

describe("stocktake run", () => {
  test("syncs what is due, ends with Ctrl-C, and continues where it stopped", async () => {
    const { account, simulator, stored } = world();
    // A sync that finds nothing says nothing.
    const listed = listedBy(account);
    const sources = SOURCES.filter(({ id }) => listed[id]?.length);
    const first = startRun();
    const isComplete = (id: string) => new RegExp(`^${id} .+: complete.*, \\d+ items? in `, "m").test(first.output());
    await vi.waitUntil(() => sources.every(({ id }) => isComplete(id)), PATIENCE);
    expect(await first.stop()).toMatchObject({ code: 0, stderr: "" });
    const lines = first.output().trimEnd().split("\n");
    expect(lines[0]).toMatch(/^Keeping \d+ collections up to date \(state in .+inventory\.db\)\. Ctrl-C stops it\.$/);
    expect(lines[0]).toContain(`Keeping ${SOURCES.length} collections`);
    for (const { id } of sources) {
      expect(essenceOf(presentDocuments(await stored(id)))).toBe(essenceOf(listed[id] ?? []));
    }

    const requests = { ...simulator.requests };
    const second = startRun();
    await vi.waitUntil(() => second.output().includes("Keeping"), PATIENCE);
    await sleep(1_000);
    expect(await second.stop()).toMatchObject({ code: 0, stderr: "" });
    expect(simulator.requests).toEqual(requests);
  });

  test("without a region syncs the stored targets of the account, as they say", async () => {
    const { account, region } = TARGET;
    const { run, stored } = world();
    const names = [`${account}/${region}`, "210987654321/eu-west-1"];
    expect(await run("targets", "add", ...names, "--source", "workspaces.images")).toMatchObject({ code: 0 });
    const running = startRunOf("--account", account);
    await vi.waitUntil(() => /workspaces\.images .+: complete/.test(running.output()), PATIENCE);
    const { code, stderr } = await running.stop();
    expect(code).toBe(0);
    expect(stderr).toContain(`210987654321/eu-west-1 is left out: the credentials are of account ${account}`);
    expect(running.output()).toContain("Keeping 1 collection up to date");
    expect((await stored("workspaces.images")).items.length).toBeGreaterThan(0);
  });

  test("reports a failure, and continues", async () => {
    world().simulator.faults.add({ kind: "deny", operation: "ListMemberships" });
    const run = startRun("--source", "cleanrooms.memberships", "--source", "workspaces.images");
    await vi.waitUntil(() => /memberships .+: failed after .+\n/.test(run.output()), PATIENCE);
    await vi.waitUntil(() => /workspaces\.images .+: complete/.test(run.output()), PATIENCE);
    expect(await run.stop()).toMatchObject({ code: 0, stderr: "" });
  });
});

test("stocktake serve settles an interrupted sync, so that readers see newer ones", async () => {
  const { env } = world();
  const collection = collectionOf("workspaces.images", TARGET);
  await withStored(env, async (store) => {
    const at = await store.begin({ collection, scope: ENTIRE_COLLECTION.id, lease: 1 });
    const state = { ...initialState(collection, ENTIRE_COLLECTION), revision: 1, lease: 1, holder: "a dead sync" };
    const expires = store.now() - 1_000;
    expect(await store.putScopeState({ ...state, writing: at, expires })).toBe(true);
  });
  const serving = await startServing(env);
  await withStored(env, async (store) => {
    await vi.waitUntil(async () => (await store.marks()).length === 0, PATIENCE);
    expect((await store.discards(collection)).size).toBe(1);
  });
  await serving.stop();
});
