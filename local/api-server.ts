import { createApi } from "../functions/api/app.ts";
import { systemClock } from "../functions/core/clock.ts";
import type { Store } from "../functions/core/store.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { openSite } from "./explorer/site.ts";
import { type LoopbackServer, serveOnLoopback } from "./loopback.ts";
import { version } from "./version.ts";

/** Serves the API over a store, and the explorer over the API, on this machine only. */
export async function serveApi(
  store: Store,
  options: { readonly port: number; readonly retentionDays: number },
): Promise<LoopbackServer> {
  const api = createApi({
    store,
    sources: SOURCES,
    clock: systemClock,
    retentionDays: options.retentionDays,
    version,
  });
  const site = await openSite();
  return serveOnLoopback((request) => site.answer(request) ?? api.fetch(request), options.port);
}
