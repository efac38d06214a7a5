import { openSite } from "../explorer/site.ts";
import type { Store } from "../functions/store/port.ts";
import { createApprovals } from "./approvals.ts";
import { createLocalApi, type LocalApiOptions } from "./local-api.ts";
import { type LoopbackServer, serveOnLoopback } from "./loopback.ts";

/** Serves the API over a store, the explorer over the API, and what the explorer may approve, on this machine only. */
export async function serveApi(
  store: Store,
  options: LocalApiOptions & { readonly port: number; readonly allowedOrigins?: readonly string[] },
): Promise<LoopbackServer> {
  const api = createLocalApi(store, options);
  const approvals = createApprovals(store);
  const site = await openSite();
  const answer = (request: Request) => site.answer(request) ?? approvals(request) ?? api.fetch(request);
  return serveOnLoopback(answer, options.port, options.allowedOrigins);
}
