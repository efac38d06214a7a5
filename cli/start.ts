import { SOURCES } from "../functions/sources/registry.ts";
import { serveApi } from "./api-server.ts";
import { type Demo, startDemo } from "./demo.ts";
import type { LoopbackServer } from "./loopback.ts";
import { note } from "./output.ts";
import { observe, observeNews } from "./progress.ts";
import { type RunTarget, runContinuously, runSyncs } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { openStore } from "./store.ts";
import { noteDamage } from "./upkeep.ts";

/** Sources are due every hour or so; a demo does not wait that long. */
const SYNC_EVERY_MS = 20_000;

const CREDENTIALS = { accessKeyId: "simulated", secretAccessKey: "simulated" };

/** Keeps the inventory of a simulated account that drifts, and serves the API over it, until it is stopped. */
export async function start(settings: Settings): Promise<number> {
  const signal = stopSignal();
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const local = await openStore(settings, { inventory: "demo" });
  let server: LoopbackServer | undefined;
  let demo: Demo | undefined;
  try {
    server = await serveApi(local.store, settings);
    demo = await startDemo(settings.dataFolder);
    const targets = simulatedTargets(demo);
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

function simulatedTargets({ simulator }: Demo): RunTarget[] {
  const { accountId: account, region } = simulator.account;
  const client = { region, endpoint: simulator.url, credentials: CREDENTIALS };
  return SOURCES.map((source) => ({ source, account, client, intervals: { fullMs: SYNC_EVERY_MS } }));
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
