import { collect, get } from "./api.js";
import { DAY, instantOf } from "./time.js";

/*
 * The log is read oldest first; people want the newest first. So a period is read in slices, the last hour first, until
 * all of it is there, or as much as can be shown.
 */

const MAX_CHANGES = 5_000;
const SIZE = 100;
const SLICES = [DAY / 24, DAY, Number.POSITIVE_INFINITY];

/** One page of the changes of a period. `rest` is there when older ones were left out: the instant that they end at. */
export async function readChanges(query, params, signal) {
  const cursor = params.get("cursor");
  const read = cursor ? undefined : await newestFirst(query, signal);
  if (!read) {
    const page = await get("/v1/changes", { ...query, limit: SIZE, cursor }, signal);
    return { changes: page.items, asOf: page.asOf, nextCursor: page.nextCursor };
  }
  const { changes, asOf, rest } = read;
  const lastPage = Math.max(1, Math.ceil(changes.length / SIZE));
  const page = Math.min(Math.max(1, Number(params.get("page")) || 1), lastPage);
  const kinds = ["added", "modified", "removed"].map((kind) => [
    kind,
    changes.filter((change) => change.kind === kind).length,
  ]);
  const total = changes.length;
  return { changes: changes.slice((page - 1) * SIZE, page * SIZE), asOf, total, kinds, page, lastPage, rest };
}

/** Undefined when there are too many even in the last slice. */
async function newestFirst(query, signal) {
  const end = query.until ? Date.parse(query.until) : Date.now();
  const changes = [];
  let asOf;
  let { until } = query;
  for (const slice of SLICES) {
    const begin = end - slice;
    const since = begin > Date.parse(query.since) ? instantOf(begin) : query.since;
    const read = await collect(
      "/v1/changes",
      { ...query, since, until },
      { most: MAX_CHANGES - changes.length, signal },
    );
    asOf ??= read.asOf;
    if (read.more) return changes.length === 0 ? undefined : { changes, asOf, rest: until };
    changes.push(...read.entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)));
    if (since === query.since) break;
    until = since;
  }
  return { changes, asOf };
}
