import { createApi } from "../functions/api/app.ts";
import { type Clock, systemClock } from "../functions/model/clock.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import type { Store } from "../functions/store/port.ts";
import { version } from "./version.ts";

/** The HTTP API over a store of this machine. Without an `onError`, errors that are not the caller's are printed. */
export function createOwnApi(
  store: Store,
  { retentionDays, clock = systemClock }: { readonly retentionDays: number; readonly clock?: Clock },
  onError?: (error: unknown) => void,
) {
  return createApi({
    store,
    sources: SOURCES,
    clock,
    retentionDays,
    readsAhead: true,
    version,
    ...(onError && { onError }),
  });
}
