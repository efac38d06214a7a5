import type { Client } from "./client.ts";
import { type ListEntry, type ListParameters, readPage } from "./lists.ts";
import { ApiError, type RetryOptions, wait } from "./request.ts";

/** How far a follower has come. It is JSON: store it with the effects of its batch, and give it back as it is. */
export interface Position {
  /** Every change up to this instant has been given; absent while that is none. */
  readonly since?: string;
  /** Where the walk that goes on from there continues. */
  readonly cursor?: string;
}

type Path = "/v1/changes";
type Query = NonNullable<ListParameters<Path>["query"]>;

/** Changes, and the position that is reached with them. */
export interface ChangeBatch {
  /** Those of a collection in order. Empty when the position alone has moved on. */
  readonly changes: readonly ListEntry<Path>[];
  /** Store it in the same transaction as what the changes cause. */
  readonly position: Position;
  /** The instant that the walk of this batch goes up to. */
  readonly asOf: string;
  /** Whether everything up to `asOf` has now been given. */
  readonly caughtUp: boolean;
}

export interface FollowOptions extends RetryOptions {
  /** Where to go on. Default: at `query.since`, or else where the log begins. */
  readonly position?: Position | undefined;
  /** Which changes to follow. A position is for the query that it was reached with. */
  readonly query?: Omit<Query, "cursor" | "order" | "count" | "until" | "format">;
  /** End when caught up with what there is at the call. Default: ask again after `pollMs`, for ever. */
  readonly once?: boolean;
  /** How long to wait before asking for more. Default: 30 seconds. */
  readonly pollMs?: number;
}

/** The position is older than the log. */
export class PositionExpiredError extends ApiError {
  override readonly name = "PositionExpiredError";
}

const DEFAULT_POLL_MS = 30_000;
const MAX_PAGE = 1_000;

/**
 * Follows the change log: gives each change exactly once, in batches, each with the position that it reaches. Store the effects of a batch and
 * its position in one transaction, and go on from the stored position after whatever happens: nothing is repeated, and nothing is left out.
 * The next batch is asked for when this one has been taken.
 *
 * Without `once` it waits for more, and repeats requests that fail for a passing reason as long as it takes; `onRetry` hears of them. It ends
 * when the signal aborts. Throws PositionExpiredError for a position that is older than the log, and otherwise ApiError.
 */
export async function* followChanges(
  client: Client,
  options: FollowOptions = {},
): AsyncGenerator<ChangeBatch, void, undefined> {
  const { query = {}, once = false, pollMs = DEFAULT_POLL_MS, signal, sleep = wait } = options;
  const retry: RetryOptions = { ...options, maxRetries: options.maxRetries ?? (once ? 5 : Number.POSITIVE_INFINITY) };
  let position: Position = options.position ?? (query.since === undefined ? {} : { since: query.since });
  // A walk that another process began shows the inventory as of then.
  let isResumed = position.cursor !== undefined;
  try {
    for (;;) {
      const page = await pageAt(client, query, position, retry);
      const caughtUp = page.nextCursor === undefined;
      const next: Position = caughtUp
        ? { since: later(position.since, page.asOf) }
        : { ...position, cursor: page.nextCursor };
      const hasMoved = next.since !== position.since || next.cursor !== position.cursor;
      position = next;
      if (page.items.length > 0 || hasMoved) yield { changes: page.items, position, asOf: page.asOf, caughtUp };
      if (!caughtUp) continue;
      if (isResumed) isResumed = false;
      else if (once) return;
      else await sleep(pollMs, signal);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

async function pageAt(client: Client, query: object, { since, cursor }: Position, retry: RetryOptions) {
  const parameters = { query: { limit: MAX_PAGE, ...query, since } };
  try {
    return await readPage(client, "/v1/changes", parameters, cursor, retry);
  } catch (error) {
    if (!(error instanceof ApiError && error.type === "beyond-retention")) throw error;
    const remedy = "list the items, and follow from the asOf of that list";
    throw new PositionExpiredError(`the position is older than the log: ${error.message}. To go on, ${remedy}`, error, {
      cause: error,
    });
  }
}

/** A read timestamp can be earlier than one that was answered before. What was given up to the later one is not given again. */
function later(since: string | undefined, asOf: string): string {
  if (since === undefined || !/^\d{4}-/.test(since)) return asOf;
  const given = new Date(since).toISOString();
  return given > asOf ? given : asOf;
}
