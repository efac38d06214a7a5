// @ts-check
import { appendFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { followChanges } from "stocktake/client";

/** @typedef {import("stocktake/client").Client} Client */
/** @typedef {{ position?: import("stocktake/client").Position, bytes: number }} State */

/**
 * Appends every change since the last run to a file, a line of JSON each, exactly once. The position is saved with the length that the file has
 * there. What a run appended before it died, and could not save, is cut off by the next one, which is given those changes again.
 *
 * @param {Client} client
 * @param {string} file
 * @param {import("stocktake/client").FollowOptions} options
 */
export async function appendChanges(client, file, options) {
  const { position, bytes } = load(`${file}.position`);
  if (existsSync(file)) truncateSync(file, bytes);
  let length = bytes;
  for await (const batch of followChanges(client, { ...options, position })) {
    const lines = Buffer.from(batch.changes.map((change) => `${JSON.stringify(change)}\n`).join(""));
    appendFileSync(file, lines, { flush: true });
    length += lines.length;
    save(`${file}.position`, { position: batch.position, bytes: length });
  }
}

/** @returns {State} */
function load(/** @type {string} */ file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { bytes: 0 };
}

/** Replaces the file in one step: a crash leaves the old state or the new one, never half of one. */
function save(/** @type {string} */ file, /** @type {State} */ state) {
  writeFileSync(`${file}.new`, JSON.stringify(state), { flush: true });
  renameSync(`${file}.new`, file);
}
