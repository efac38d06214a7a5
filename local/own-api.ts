import { createApi } from "../functions/api/app.ts";
import { systemClock } from "../functions/core/clock.ts";
import type { Store } from "../functions/core/store.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { version } from "./version.ts";

/** The HTTP API over a store of this machine. Without an `onError`, errors that are not the caller's are printed. */
export function createOwnApi(
  store: Store,
  { retentionDays }: { readonly retentionDays: number },
  onError?: (error: unknown) => void,
) {
  return createApi({
    store,
    sources: SOURCES,
    clock: systemClock,
    retentionDays,
    version,
    ...(onError && { onError }),
  });
}
