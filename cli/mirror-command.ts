import { createClient } from "../client/client.ts";
import { PositionExpiredError } from "../client/follow.ts";
import { ApiError, wait } from "../client/request.ts";
import { formatError } from "../functions/model/errors.ts";
import { openMirror } from "../functions/store/sqlite/mirror.ts";
import { catchUp } from "./mirror.ts";
import { assertOwnFile, mirrorFileError } from "./mirror-file.ts";
import { note, print } from "./output.ts";
import { openApi } from "./read/api.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { LocalError } from "./usage.ts";

export interface MirrorOptions {
  readonly api: string;
  readonly into: string;
  readonly profile?: string;
  readonly apiRegion?: string;
  readonly follow?: boolean;
  readonly every: number;
}

/** Copies a deployed inventory into a file, once or until it is stopped. */
export async function mirror(options: MirrorOptions, settings: Settings): Promise<void> {
  const { into, follow = false, every } = options;
  assertOwnFile(into, settings);
  const api = await openApi(options, settings);
  const signal = stopSignal();
  const copy = await openMirror(into, options.api.replace(/\/$/, "")).catch((error: unknown) => {
    throw mirrorFileError(error, into) ?? error;
  });
  const copying = {
    ...{ client: createClient({ baseUrl: "http://127.0.0.1", fetch: api.fetch }), mirror: copy, signal },
    ...(follow && { maxRetries: Number.POSITIVE_INFINITY }),
    onRetry: (error: unknown, waitMs: number) =>
      note(`${formatError(error)}. Trying again in ${Math.ceil(waitMs / 1_000)} s.`),
  };
  try {
    for (let isFirst = true; ; isFirst = false) {
      const { changes, at } = await catchUp(copying);
      if (isFirst || changes > 0) await print(`${into}: ${changes} new changes; as of ${at}\n`);
      if (!follow) return;
      await wait(1_000 * every, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw localError(error, into);
  } finally {
    copy.close();
    await api.close();
  }
}

function localError(error: unknown, into: string): unknown {
  if (error instanceof PositionExpiredError || (error instanceof ApiError && error.type === "beyond-retention")) {
    const remedy = "name another file with --into to begin again; this one keeps what it has";
    return new LocalError(`${into} was left behind: the log no longer reaches back to it. To go on, ${remedy}`, {
      cause: error,
    });
  }
  return error instanceof ApiError || error instanceof TypeError
    ? new LocalError(`the API cannot be copied: ${formatError(error)}`, { cause: error })
    : error;
}
