import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { runCommand, type Stored, startCommand, TARGET_ARGUMENTS } from "./cli.ts";
import { startWorld, type World } from "./world.ts";

/** When each command is killed, in milliseconds after its start: in start-up, listing, writing, and just before the end. */
const KILLED_AFTER = [300, 600, 800, 1_000, 1_300];

/** Instants, and names of syncs, differ between two runs; nothing else may. */
function essence({ items, changes }: Stored) {
  return {
    items: items.map(({ key, scope, state, version, hash, document, edges, cause }) => {
      return { key, scope, state, version, hash, document, edges, cause };
    }),
    changes: changes
      .map(({ kind, before, after: { key, scope, version, document, cause } }) => {
        return { key, scope, kind, version, document, before: before?.document, cause };
      })
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.version - b.version)),
  };
}

async function everything({ stored }: Pick<World, "stored">) {
  const sources = [];
  for (const { id } of SOURCES) sources.push({ id, ...essence(await stored(id)) });
  return sources;
}

test("a sync killed at any moment and run again leaves the same inventory as one that was never killed", {
  timeout: 240_000,
}, async () => {
  const killed = await startWorld({ associations: 1_500 });
  const unharmed = await startWorld({ associations: 0 });
  const { account, simulator } = killed;
  const unharmedEnv = { ...unharmed.env, AWS_ENDPOINT_URL: simulator.url };
  try {
    for (const after of KILLED_AFTER) {
      const child = startCommand(["sync", ...TARGET_ARGUMENTS], killed.env);
      const closed = once(child, "close");
      await sleep(after);
      child.kill("SIGKILL");
      await closed;

      expect(await killed.sync()).toMatchObject({ code: 0 });
      expect(await runCommand(["sync", ...TARGET_ARGUMENTS], unharmedEnv)).toMatchObject({ code: 0 });
      expect(await everything(killed)).toEqual(await everything(unharmed));

      const associations = [...account.associations];
      for (const association of associations.filter((_, index) => index % 7 === 0))
        account.associations.remove(association);
      for (const association of associations.filter((_, index) => index % 7 === 1)) {
        account.associations.put({ ...association, SourceName: `renamed-${after}` });
      }
      for (let step = 0; step < 20; step += 1) simulator.drift();
    }
  } finally {
    await killed.close();
    await unharmed.close();
  }
});
