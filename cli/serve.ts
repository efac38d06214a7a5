import { once } from "node:events";
import { serveApi } from "./api-server.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { openStore } from "./store.ts";

/** Serves the API over the stored state until it is stopped; syncs nothing. */
export async function serve(settings: Settings): Promise<number> {
  const stop = stopSignal();
  const local = await openStore(settings);
  try {
    const server = await serveApi(local.store, settings);
    process.stdout.write(
      `Serving what is stored in ${local.place} on ${server.url} (this machine only). Ctrl-C stops it.\n`,
    );
    process.stdout.write(`Open ${server.url}/ in a browser, or try: curl '${server.url}/v1/sources'\n`);
    if (!stop.aborted) await once(stop, "abort");
    await server.close();
  } finally {
    await local.close();
  }
  return 0;
}
