import type { Change, ChangeKind } from "../ui/answers.ts";
import { CHANGES, collect, get } from "../ui/api.ts";
import type { ListPage } from "../ui/paging.tsx";
import { DAY, instantOf } from "../ui/time.ts";

/*
 * The log is read oldest first; people want the newest first. So a period is read in slices, the last hour first, until
 * all of it is there, or as much as can be shown.
 */

const MAX_CHANGES = 5_000;
const SIZE = 100;
const SLICES = [DAY / 24, DAY, Number.POSITIVE_INFINITY];
const KINDS = ["added", "modified", "removed"] as const;

/** The API's parameters. */
export interface ChangesQuery {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
  readonly kind: string;
  readonly since: string;
  readonly until: string;
}

/** A page of changes: in the log's order, or, with `newest`, the newest first. */
export interface ChangesPage extends ListPage {
  readonly changes: readonly Change[];
  readonly asOf: string;
  readonly newest?: NewestFirst;
}

/** The whole that a page is of. */
interface NewestFirst extends ListPage {
  readonly total: number;
  readonly kinds: readonly (readonly [ChangeKind, number])[];
  /** The instant that older changes end at which were left out. */
  readonly rest: string | undefined;
}

/** One page of the changes of a period. */
export async function readChanges(
  query: ChangesQuery,
  params: URLSearchParams,
  signal: AbortSignal,
): Promise<ChangesPage> {
  const cursor = params.get("cursor");
  const read = cursor ? undefined : await readNewest(query, signal);
  if (!read) {
    const page = await get(CHANGES, { ...query, limit: SIZE, cursor }, signal);
    return { changes: page.items, asOf: page.asOf, nextCursor: page.nextCursor };
  }
  const { changes, asOf, rest } = read;
  const lastPage = Math.max(1, Math.ceil(changes.length / SIZE));
  const page = Math.min(Math.max(1, Math.floor(Number(params.get("page"))) || 1), lastPage);
  const kinds = KINDS.map((kind) => [kind, changes.filter((change) => change.kind === kind).length] as const);
  return {
    changes: changes.slice((page - 1) * SIZE, page * SIZE),
    asOf,
    newest: { total: changes.length, kinds, page, lastPage, rest },
  };
}

interface Newest {
  readonly changes: readonly Change[];
  readonly asOf: string;
  readonly rest: string | undefined;
}

/** The changes of a period, newest first. Undefined when there are too many even in the last slice. */
async function readNewest(query: ChangesQuery, signal: AbortSignal): Promise<Newest | undefined> {
  const end = query.until ? Date.parse(query.until) : Date.now();
  const changes: Change[] = [];
  let asOf = "";
  let { until } = query;
  for (const slice of SLICES) {
    const begin = end - slice;
    const since = begin > Date.parse(query.since) ? instantOf(begin) : query.since;
    const max = MAX_CHANGES - changes.length;
    const read = await collect(CHANGES, { ...query, since, until }, { max, signal });
    asOf ||= read.asOf;
    if (read.more) return changes.length === 0 ? undefined : { changes, asOf, rest: until };
    changes.push(...read.entries.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)));
    if (since === query.since) break;
    until = since;
  }
  return { changes, asOf, rest: undefined };
}
