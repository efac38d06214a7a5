import { SyncError } from "../functions/model/errors.ts";

/**
 * A signal that aborts with the first Ctrl-C (or SIGTERM, or SIGHUP), for what runs to end in order. A second one ends
 * the process at once, which loses nothing either: the next sync goes on from the last complete one.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort(new SyncError("interrupted", `stopped by ${name}`));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, onSignal);
  return stop.signal;
}

let isLeft = false;

/** Notes that something still runs which was given up, and would keep this process from ending. */
export function leaveRunning(): void {
  isLeft = true;
}

/** Whether this process has to be ended. */
export function isLeftRunning(): boolean {
  return isLeft;
}
