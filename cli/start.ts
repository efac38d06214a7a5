import { systemClock } from "../functions/model/clock.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { serveApi } from "./api-server.ts";
import { type Demonstration, startDemonstration } from "./demo.ts";
import { observe } from "./progress.ts";
import { resultLines } from "./report.ts";
import { type CollectionResult, type RunTarget, runSyncs } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { openStore } from "./store.ts";

/** Sources are due every hour or so; a demonstration does not wait that long. */
const SYNC_EVERY_MS = 20_000;

const CREDENTIALS = { accessKeyId: "simulated", secretAccessKey: "simulated" };

/** Syncs a simulated account that drifts, again and again, and serves the API over what is stored, until it is stopped. */
export async function start(settings: Settings): Promise<number> {
  const stop = stopSignal();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const local = await openStore(settings);
  try {
    const server = await serveApi(local.store, settings);
    const demonstration = await startDemonstration(settings.dataFolder);
    const targets = simulatedTargets(demonstration);
    say(`Syncing a simulated account (state in ${local.place}) ...`);
    const observer = observe(process.stdout);
    await runSyncs(local, targets, { signal: stop, observer }).finally(observer.stop);
    if (!stop.aborted) say(welcome(server.url));

    while (await waited(SYNC_EVERY_MS, stop)) {
      const results = await runSyncs(local, targets, { signal: stop, observer: silent });
      for (const result of results.filter(isNews)) say(resultLines(result).join("\n"));
    }
    say("Stopping. What is stored stays; `npx stocktake serve` serves it, `npm start` goes on.");
    await demonstration.close();
    await server.close();
  } finally {
    await local.close();
  }
  return 0;
}

function simulatedTargets({ simulator }: Demonstration): RunTarget[] {
  const { accountId: account, region } = simulator.account;
  const client = { region, endpoint: simulator.url, credentials: CREDENTIALS };
  return SOURCES.map((source) => ({ source, account, client }));
}

function welcome(url: string): string {
  return [
    "",
    `Open ${url}/ in a browser (this machine only), or ask the API:`,
    "",
    `  curl '${url}/v1/items?source=sagemaker.associations&limit=2'`,
    `  curl '${url}/v1/changes?source=cleanrooms.memberships'`,
    "",
    `The simulated account changes a little all the time, and is synced every ${SYNC_EVERY_MS / 1000} s. Ctrl-C stops it.`,
    "",
  ].join("\n");
}

const silent = {
  planning: () => undefined,
  planned: () => undefined,
  progress: () => undefined,
  scopeDone: () => undefined,
  done: () => undefined,
};

function isNews({ failure, scopes }: CollectionResult): boolean {
  const records = scopes.flatMap((scope) => scope.records);
  const changed = records.some(({ added, modified, removed }) => added + modified + removed > 0);
  return failure !== undefined || changed || records.some(({ outcome }) => outcome !== "complete");
}

/** Waits, and says whether the wait was not cut short. */
async function waited(ms: number, stop: AbortSignal): Promise<boolean> {
  try {
    await systemClock.sleep(ms, stop);
    return true;
  } catch (error) {
    if (stop.aborted) return false;
    throw error;
  }
}
