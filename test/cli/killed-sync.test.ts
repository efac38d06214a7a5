import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Change, Item } from "../../functions/model/item.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import {
  environment,
  newFolder,
  runCommand,
  startCommand,
  storedOf,
  TARGET,
  TARGET_ARGUMENTS,
  withStored,
} from "./cli.ts";

/** When each command is killed, in milliseconds after its start: in start-up, listing, writing, and just before the end. */
const KILLED_AFTER = [450, 800, 1_000, 1_200, 1_500];

let killedFolder: Awaited<ReturnType<typeof newFolder>>;
let unharmedFolder: Awaited<ReturnType<typeof newFolder>>;
let simulator: Simulator;

beforeEach(async () => {
  killedFolder = await newFolder();
  unharmedFolder = await newFolder();
  const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, associations: 1_500 });
  simulator = await startSimulator({ account });
});

afterEach(async () => {
  await simulator.close();
  await killedFolder.remove();
  await unharmedFolder.remove();
});

/** Instants and the names of syncs differ between two runs; nothing else may. */
function essence(items: readonly Item[], changes: readonly Change[]) {
  return {
    items: items.map(({ key, scope, state, version, hash, document, edge, cause }) => {
      return { key, scope, state, version, hash, document, edge, cause };
    }),
    changes: changes
      .map(({ key, scope, kind, version, document, before, cause }) => {
        return { key, scope, kind, version, document, before: before?.document, cause };
      })
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.version - b.version)),
  };
}

async function everything(env: NodeJS.ProcessEnv) {
  return withStored(env, async (store) => {
    const sources = [];
    for (const { id } of SOURCES) {
      const { items, changes } = await storedOf(store, id);
      sources.push({ id, ...essence(items, changes) });
    }
    return sources;
  });
}

test("a sync killed at any moment and run again leaves what one that was never killed leaves", {
  timeout: 180_000,
}, async () => {
  const endpoint = { AWS_ENDPOINT_URL: simulator.url };
  const killed = environment(killedFolder.folder, endpoint);
  const unharmed = environment(unharmedFolder.folder, endpoint);
  for (const after of KILLED_AFTER) {
    const child = startCommand(["sync", ...TARGET_ARGUMENTS], killed);
    const closed = once(child, "close");
    await sleep(after);
    child.kill("SIGKILL");
    await closed;

    expect(await runCommand(["sync", ...TARGET_ARGUMENTS], killed)).toMatchObject({ code: 0 });
    expect(await runCommand(["sync", ...TARGET_ARGUMENTS], unharmed)).toMatchObject({ code: 0 });
    expect(await everything(killed)).toEqual(await everything(unharmed));

    const associations = [...simulator.account.associations];
    for (const association of associations.filter((_, place) => place % 7 === 0))
      simulator.account.associations.remove(association);
    for (const association of associations.filter((_, place) => place % 7 === 1)) {
      simulator.account.associations.put({ ...association, SourceName: `renamed-${after}` });
    }
    for (let step = 0; step < 20; step += 1) simulator.drift();
  }
});
