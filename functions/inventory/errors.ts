import { SyncError } from "../model/errors.ts";

/** The request asks for a state from before the retention period: the log that leads there has expired. */
export class HistoryExpiredError extends Error {
  override readonly name = "HistoryExpiredError";
}

/** Stored records contradict each other, and no sync that was running explains it. */
export class DamagedError extends SyncError {
  constructor(what: string) {
    super("damaged", `${what}: run \`stocktake verify --repair\``);
  }
}
