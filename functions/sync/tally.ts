import type { SyncRecord } from "../store/port.ts";

/** What a sync counts as it goes. */
export type Tally = {
  -readonly [K in keyof Omit<SyncRecord, NotCounted>]: Omit<SyncRecord, NotCounted>[K];
} & { refusals: string[] };

type NotCounted =
  | "collection"
  | "startedAt"
  | "scope"
  | "outcome"
  | "at"
  | "window"
  | "remainder"
  | "durationMs"
  | "error";

export function newTally(): Tally {
  return {
    pages: 0,
    listed: 0,
    added: 0,
    modified: 0,
    removed: 0,
    unchanged: 0,
    held: 0,
    refused: 0,
    refusals: [],
    retries: 0,
  };
}
