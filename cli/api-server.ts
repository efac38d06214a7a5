import { openSite } from "../explorer/site.ts";
import type { Clock } from "../functions/model/clock.ts";
import type { Store } from "../functions/store/port.ts";
import { createOwnApi } from "./local-api.ts";
import { type LoopbackServer, serveOnLoopback } from "./loopback.ts";

/** Serves the API over a store, and the explorer over the API, on this machine only. */
export async function serveApi(
  store: Store,
  options: { readonly port: number; readonly retentionDays: number; readonly clock?: Clock },
): Promise<LoopbackServer> {
  const api = createOwnApi(store, options);
  const site = await openSite();
  return serveOnLoopback((request) => site.answer(request) ?? api.fetch(request), options.port);
}
