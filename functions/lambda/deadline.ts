import type { Clock } from "../model/clock.ts";
import { SyncError } from "../model/errors.ts";

/*
 *  invocation ──────── closeAt ───────────── abort ───────────── Lambda ends the process
 *                  CLOSE_BEFORE_MS      ABORT_BEFORE_MS                  0
 *
 * From closeAt on nothing else is begun, and an open scope is closed at what was listed so far: the rest is due again at once. A sync that
 * still runs at the abort fails, and changes nothing.
 */
const CLOSE_BEFORE_MS = 60_000;
const ABORT_BEFORE_MS = 20_000;

/** When an invocation has to end. */
export interface Deadline {
  /** On the clock's monotonic time. */
  readonly closeAt: number;
  /** Aborts with SyncError `interrupted`. */
  readonly signal: AbortSignal;
  cancel(): void;
}

/** The deadline of an invocation that Lambda will end in `remainingMs`. */
export function createDeadline(remainingMs: number, clock: Pick<Clock, "monotonic">): Deadline {
  const controller = new AbortController();
  const abort = () => {
    controller.abort(new SyncError("interrupted", "the function ran out of time; it will be tried again"));
  };
  const left = remainingMs - ABORT_BEFORE_MS;
  const timer = left > 0 ? setTimeout(abort, left) : undefined;
  if (left <= 0) abort();
  return {
    closeAt: clock.monotonic() + remainingMs - CLOSE_BEFORE_MS,
    signal: controller.signal,
    cancel: () => clearTimeout(timer),
  };
}
