import { openSite } from "../explorer/site.ts";
import type { Store } from "../functions/store/port.ts";
import { createLocalApi, type LocalApiOptions } from "./local-api.ts";
import { type LoopbackServer, serveOnLoopback } from "./loopback.ts";

/** Serves the API over a store, and the explorer over the API, on this machine only. */
export async function serveApi(
  store: Store,
  options: LocalApiOptions & { readonly port: number; readonly allowedOrigins?: readonly string[] },
): Promise<LoopbackServer> {
  const api = createLocalApi(store, options);
  const site = await openSite();
  return serveOnLoopback((request) => site.answer(request) ?? api.fetch(request), options.port, options.allowedOrigins);
}
