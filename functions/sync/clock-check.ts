import { SyncError } from "../model/errors.ts";
import type { Store } from "../store/port.ts";
import type { SyncJob } from "./job.ts";

const MAX_OFFSET_MS = 300_000;

interface ClockHost {
  readonly store: Pick<Store, "clockOffset">;
}
interface ClockJob {
  readonly connection: Partial<Pick<SyncJob["connection"], "clockOffset">>;
}

/**
 * SyncError `clock` when this machine's clock is more than five minutes off: instants made by it would stand in the log for ever, and what
 * is due by it might never be again. It is compared with the database's clock, and where that is the machine's own with the service's.
 */
export function clockError({ store }: ClockHost, { connection }: ClockJob): SyncError | undefined {
  // A database with a clock of its own gives the instants, whatever this machine's says; its lease times still go by both.
  const offset = store.clockOffset() ?? connection.clockOffset?.();
  if (offset === undefined || Math.abs(offset) <= MAX_OFFSET_MS) return undefined;
  const direction = offset > 0 ? "ahead of" : "behind";
  return new SyncError(
    "clock",
    `this machine's clock is ${duration(Math.abs(offset))} ${direction} the service's: nothing was stored. Set the clock, then try again`,
  );
}

/** Throws SyncError `clock` when this machine's clock is wrong. */
export function assertClock(host: ClockHost, job: ClockJob): void {
  const error = clockError(host, job);
  if (error) throw error;
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
