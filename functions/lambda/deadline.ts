import type { Clock } from "../model/clock.ts";
import { SyncError } from "../model/errors.ts";

/*
 *  invocation ───────── cut ─────────────── stop ────────────── Lambda ends the process
 *                   CUT_BEFORE_MS      STOP_BEFORE_MS                  0
 *
 * From the cut on, a listing that can be cut is completed as far as it got, and a message is sent for the rest. What still
 * runs at the stop fails, undoes what it wrote, and says so.
 */
const CUT_BEFORE_MS = 60_000;
const STOP_BEFORE_MS = 20_000;

/** When an invocation must have come to its end. */
export interface Deadline {
  /** On the clock's monotonic time. */
  readonly cutAt: number;
  /** Aborts with SyncError `interrupted`. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** The deadline of an invocation that Lambda will end in `remainingMs`. */
export function deadlineIn(remainingMs: number, clock: Pick<Clock, "monotonic">): Deadline {
  const stop = new AbortController();
  const abort = () => {
    stop.abort(new SyncError("interrupted", "the function's time is up; the queue has it tried again"));
  };
  const left = remainingMs - STOP_BEFORE_MS;
  const timer = left > 0 ? setTimeout(abort, left) : undefined;
  if (left <= 0) abort();
  return {
    cutAt: clock.monotonic() + remainingMs - CUT_BEFORE_MS,
    signal: stop.signal,
    cancel: () => clearTimeout(timer),
  };
}
