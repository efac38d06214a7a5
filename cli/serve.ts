import { once } from "node:events";
import { systemClock } from "../functions/model/clock.ts";
import { formatError } from "../functions/model/errors.ts";
import type { Store } from "../functions/store/port.ts";
import { settleAbandoned } from "../functions/sync/settle.ts";
import { serveApi } from "./api-server.ts";
import { note } from "./output.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { inventoryToRead, openStore } from "./store.ts";

const SETTLE_EVERY_MS = 60_000;

/** Serves the API over the stored state until it is stopped. Syncs nothing, but settles what dead syncs left. */
export async function serve({ demo = false }: { readonly demo?: boolean }, settings: Settings): Promise<number> {
  const stop = stopSignal();
  const inventory = inventoryToRead(settings, demo) ?? (demo ? "demo" : "real");
  const local = await openStore(settings, { inventory });
  try {
    const server = await serveApi(local.store, settings);
    const settling = settleRegularly(local.store, stop);
    process.stdout.write(`Serving ${local.location} on ${server.url} (this machine only). Ctrl-C stops it.\n`);
    process.stdout.write(`Open ${server.url}/ in a browser, or try: curl '${server.url}/v1/sources'\n`);
    if (!stop.aborted) await once(stop, "abort");
    await server.close();
    await settling;
  } finally {
    await local.close();
  }
  return 0;
}

/** A sync that died holds readers back at what was complete before it, until somebody settles it. */
async function settleRegularly(store: Store, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await settleAbandoned({ store });
    } catch (error) {
      note(`cannot settle what interrupted syncs left: ${formatError(error)}`);
    }
    await systemClock.sleep(SETTLE_EVERY_MS, stop).catch(() => undefined);
  }
}
