import type { Instant } from "../model/instant.ts";

/** The request asks for a state that the log does not lead back to any more: it has expired, or a part of it was lost for good. */
export class HistoryExpiredError extends Error {
  override readonly name = "HistoryExpiredError";
  /** The first instant that can be read. */
  readonly since: Instant;

  constructor(what: string, since: Instant) {
    super(`${what}: ask for ${since} or later`);
    this.since = since;
  }
}
