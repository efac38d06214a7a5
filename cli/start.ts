import { rm } from "node:fs/promises";
import { serveApi } from "./api-server.ts";
import { makeFolder } from "./data-folder.ts";
import { accountFile, type Demo, simulatedTargets, startDemo } from "./demo.ts";
import { makePast, removeDatabase, removeUnfinished } from "./demo-past.ts";
import { assertPortFree, type LoopbackServer } from "./loopback.ts";
import { note } from "./output.ts";
import { observe, observeNews } from "./progress.ts";
import { runContinuously, runSyncs } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { hasContent, inventoryFile, openStore } from "./store.ts";
import { noteDamage } from "./upkeep.ts";
import { UsageError } from "./usage.ts";

/** Sources are due every hour or so; a demo does not wait that long. */
const SYNC_EVERY_MS = 20_000;

export interface StartOptions {
  /** How many days of history a new demo begins with. */
  readonly days: number;
  /** Deletes the demo that there is, and makes a new one. */
  readonly reset?: boolean;
}

/** Keeps the inventory of a simulated account that drifts, and serves the API over it, until it is stopped. */
export async function start(options: StartOptions, settings: Settings): Promise<number> {
  const signal = stopSignal();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  // Before anything is made.
  await assertPortFree(settings.port);
  if (!(await prepare(options, { settings, signal, say }))) return 0;
  const local = await openStore(settings, { inventory: "demo" });
  let server: LoopbackServer | undefined;
  let demo: Demo | undefined;
  try {
    server = await serveApi(local.store, { ...settings, intervalMinutes: SYNC_EVERY_MS / 60_000 });
    demo = await startDemo(settings.dataFolder);
    const targets = simulatedTargets(demo.simulator, { fullMs: SYNC_EVERY_MS });
    say(`Syncing a simulated account (state in ${local.location}) ...`);
    const observer = observe(process.stdout);
    await runSyncs(local, targets, { signal, observer }).finally(observer.stop);
    if (!signal.aborted) say(welcome(server.url));
    await runContinuously(local, targets, {
      signal,
      observer: observeNews(process.stdout),
      retentionDays: settings.retentionDays,
      failed: note,
      damaged: noteDamage("demo"),
    });
    say("Stopping. Stored data stays: read it with `npx stocktake serve --demo`, or continue with `npm start`.");
  } finally {
    await demo?.close();
    await server?.close();
    await local.close();
  }
  return 0;
}

interface Preparation {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Makes the demo's past if there is no demo yet. Answers false when it was stopped meanwhile. */
async function prepare(
  { days, reset = false }: StartOptions,
  { settings, signal, say }: Preparation,
): Promise<boolean> {
  const { dataFolder: folder, databaseEndpoint, retentionDays } = settings;
  if (databaseEndpoint !== undefined) {
    if (reset) throw new UsageError("--reset deletes a file, and the state is in a DynamoDB: delete its demo- tables");
    return true;
  }
  const file = inventoryFile(settings, "demo");
  if (reset) {
    await removeDatabase(file);
    await rm(accountFile(folder), { force: true });
  }
  makeFolder(folder, `database ${file}`);
  await removeUnfinished(file);
  if (days === 0 || hasContent(file)) return true;
  say(`Making a demo with ${days} days of history. This takes some seconds ...`);
  return makePast({ folder, file, days, retentionDays, signal });
}

function welcome(url: string): string {
  return [
    "",
    `Open ${url}/ in a browser (this machine only), or ask the API:`,
    "",
    `  curl '${url}/v1/items?source=sagemaker.associations&limit=2'`,
    `  curl '${url}/v1/changes?source=cleanrooms.memberships'`,
    "",
    `The simulated account changes all the time, and is synced every ${SYNC_EVERY_MS / 1000} seconds. Ctrl-C stops it.`,
    "",
  ].join("\n");
}
