import { createApi } from "../functions/api/app.ts";
import { sourceMetadata } from "../functions/api/service.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import type { Store } from "../functions/store/port.ts";
import { readContract } from "./read-contract.ts";

export interface LocalApiOptions {
  readonly retentionDays: number;
  /** How often every source is synced; by default as it declares. */
  readonly intervalMinutes?: number;
}

/** The HTTP API over a store of this machine. Without an `onError`, errors that are not the caller's are printed. */
export function createLocalApi(
  store: Store,
  { retentionDays, intervalMinutes }: LocalApiOptions,
  onError?: (error: unknown) => void,
) {
  return createApi({
    store,
    sources: SOURCES.map((source) => ({ ...sourceMetadata(source), ...(intervalMinutes && { intervalMinutes }) })),
    retentionDays,
    readContract,
    ...(onError && { onError }),
  });
}
