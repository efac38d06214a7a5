// @ts-check
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

/** @typedef {import("stocktake/api").components["schemas"]["Change"]} Change */
/** @typedef {ReturnType<typeof import("stocktake/api").createClient>} Client */

/**
 * Hands every change since the last run to `handle`, those of a collection in order, and then saves the instant to go on from in `file`.
 * If it stops before that, the next run hands over the same changes again. So `handle` sees each change at least once: make it
 * idempotent by the change's `id` and `at`.
 *
 * @param {Client} client
 * @param {string} file
 * @param {(change: Change) => void | Promise<void>} handle
 */
export async function followChanges(client, file, handle) {
  // The first run has no instant yet: it starts at the beginning of the log.
  const since = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  /** @type {string | undefined} */
  let cursor;
  let asOf = "";
  do {
    const { data, error } = await client.GET("/v1/changes", {
      params: { query: { limit: 1000, ...(since && { since }), ...(cursor && { cursor }) } },
    });
    if (!data) throw new Error(`the changes cannot be read: ${error.detail}`);
    for (const change of data.items) await handle(change);
    ({ asOf, nextCursor: cursor } = data);
  } while (cursor);
  save(file, asOf);
}

/** Replaces the file in one step: a crash leaves the old instant or the new one, never half of one. */
function save(/** @type {string} */ file, /** @type {string} */ instant) {
  writeFileSync(`${file}.new`, instant);
  renameSync(`${file}.new`, file);
}
