import { SyncError } from "../model/errors.ts";
import type { SyncHost, SyncJob } from "./job.ts";

const MAX_OFFSET_MS = 300_000;

/**
 * Throws SyncError `clock` when this machine's clock is more than five minutes off: instants made by it would stand in the log for ever. It
 * is compared with the database's clock, and where that is the machine's own with the service's.
 */
export function assertClock({ store }: Pick<SyncHost, "store">, { connection }: Pick<SyncJob, "connection">): void {
  // A database with a clock of its own gives the instants, whatever this machine's says; its lease times still go by both.
  const offset = store.clockOffset() ?? connection.clockOffset();
  if (offset === undefined || Math.abs(offset) <= MAX_OFFSET_MS) return;
  const direction = offset > 0 ? "ahead of" : "behind";
  throw new SyncError(
    "clock",
    `this machine's clock is ${duration(Math.abs(offset))} ${direction} the service's: nothing was stored. Set the clock, then sync again`,
  );
}

const UNITS = [
  ["year", 365.25 * 86_400_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= length) ?? UNITS[3];
  const count = Math.round(ms / length);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
