import { createClient } from "../../client/client.ts";
import { followChanges, type Position } from "../../client/follow.ts";
import { ApiError } from "../../client/request.ts";
import type { changeBody } from "../../functions/api/items.ts";
import { formatError } from "../../functions/model/errors.ts";
import { note } from "../output.ts";
import type { Api } from "../read/api.ts";
import { LocalError } from "../usage.ts";
import type { PositionFile } from "./position-file.ts";

/** A change as the API shows it. */
export type FollowedChange = ReturnType<typeof changeBody>;

/** How the log is followed. */
export interface FollowRun {
  readonly api: Api;
  /** Which changes, as the API's parameters have it. */
  readonly query: Readonly<Record<string, string>>;
  /** Without one, what was given is known only while the process lives. */
  readonly file?: PositionFile | undefined;
  /** End once everything until now is given. */
  readonly once: boolean;
  readonly pollMs: number;
  /** Changes that are given together, at most. */
  readonly batch: number;
  /** Resolves once they are where they belong: only then does the position move. */
  readonly give: (changes: readonly FollowedChange[]) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Gives every change from the position on, at least once, those of a collection in order. Begins at `since`, or at what changes from now
 * on, where there is no position yet.
 */
export async function follow({ api, query, file, once, pollMs, batch, give, signal }: FollowRun): Promise<void> {
  const client = createClient({ baseUrl: "http://127.0.0.1", fetch: api.fetch });
  const { since, ...filters } = query;
  const position = (await file?.read()) ?? (await firstPosition(api, since));
  await file?.write(position);
  const options = { query: { ...filters, limit: batch }, position, once, pollMs, signal };
  const onRetry = (error: unknown, waitMs: number) =>
    note(`${formatError(error)}: trying again in ${Math.ceil(waitMs / 1000)} s`);
  try {
    for await (const { changes, position } of followChanges(client, { ...options, onRetry })) {
      if (changes.length > 0) await give(changes as readonly FollowedChange[]);
      await file?.write(position);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof ApiError ? new LocalError(error.message, { cause: error }) : error;
  }
}

/** What is committed by now is not followed, unless `since` says so. */
async function firstPosition(api: Api, since: string | undefined): Promise<Position> {
  if (since !== undefined) return { since };
  const { asOf } = await api.get<{ readonly asOf: string }>("/v1/sources", [["limit", "1"]]);
  return { since: asOf };
}
