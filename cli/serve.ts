import { once } from "node:events";
import { serveApi } from "./api-server.ts";
import { note } from "./output.ts";
import { hostOf } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { inventoryToRead, nothingStored, openStore } from "./store.ts";
import { keepWhole, noteDamage } from "./upkeep.ts";
import { LocalError } from "./usage.ts";

export interface ServeOptions {
  readonly demo?: boolean;
  /** The origins of other sites' pages that may read the API. */
  readonly cors?: readonly string[];
}

/** Serves the API over the stored state until it is stopped. Syncs nothing, but settles what dead syncs left, and verifies. */
export async function serve({ demo = false, cors = [] }: ServeOptions, settings: Settings): Promise<number> {
  const stop = stopSignal();
  const inventory = inventoryToRead(settings, demo);
  if (inventory === undefined) throw new LocalError(nothingStored(settings, demo));
  const local = await openStore(settings, { inventory });
  try {
    const server = await serveApi(local.store, { ...settings, allowedOrigins: cors });
    const upkeep = keepWhole(hostOf(local, stop), {
      retentionDays: settings.retentionDays,
      failed: note,
      damaged: noteDamage(inventory),
    });
    process.stdout.write(`Serving ${local.location} on ${server.url} (this machine only). Ctrl-C stops it.\n`);
    process.stdout.write(`Open ${server.url}/ in a browser, or try: curl '${server.url}/v1/sources'\n`);
    if (!stop.aborted) await once(stop, "abort");
    await server.close();
    await upkeep;
  } finally {
    await local.close();
  }
  return 0;
}
