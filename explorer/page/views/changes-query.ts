import type { Change, ChangeKind } from "../ui/answers.ts";
import { CHANGES, get } from "../ui/api.ts";
import type { ListPage } from "../ui/paging.tsx";

const SIZE = 50;
export const KINDS: readonly ChangeKind[] = ["added", "modified", "removed"];

/** The API's parameters. */
export interface ChangesQuery {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
  readonly kind: string;
  readonly q: string;
  readonly since: string;
  readonly until: string;
  /** `false` leaves out the first listing of each scope: everything is new then. */
  readonly initial: string;
}

/** The newest changes come first, of all collections. */
export const NEWEST_FIRST = { order: "desc" };

/** A page of changes, newest first. */
export interface ChangesPage extends ListPage {
  readonly changes: readonly Change[];
  readonly asOf: string;
}

export async function readChanges(query: ChangesQuery, cursor: string, signal: AbortSignal): Promise<ChangesPage> {
  const { items, asOf, nextCursor } = await get(
    CHANGES,
    { ...query, ...NEWEST_FIRST, limit: SIZE, names: true, cursor },
    signal,
  );
  return { changes: items, asOf, nextCursor };
}

/** How many changes there are of each kind, or at least. */
export type KindCounts = readonly (readonly [kind: ChangeKind, count: number, isCut: boolean])[];

/** Counts the changes on all pages, whichever kind is chosen. */
export function countKinds(query: ChangesQuery, signal: AbortSignal): Promise<KindCounts> {
  return Promise.all(
    KINDS.map(async (kind) => {
      const counted = await get(CHANGES, { ...query, kind, limit: 1, count: true }, signal);
      return [kind, counted.count ?? 0, counted.countTruncated ?? false] as const;
    }),
  );
}
