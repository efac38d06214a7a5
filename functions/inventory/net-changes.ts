import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, ItemVersion, LogPosition } from "../model/item.ts";
import { readAllChanges, type VisibleKind } from "./changes.ts";
import { readItemsOf } from "./items.ts";
import type { ReadPage } from "./page.ts";
import type { ReadSnapshot } from "./read-timestamp.ts";

/** How one item differs between two instants. */
export interface NetChange {
  readonly collection: Collection;
  readonly key: string;
  readonly scope: string;
  readonly kind: VisibleKind;
  /** Absent of an item that was not there, or removed, at the first instant. */
  readonly before?: ItemVersion;
  /** Absent of an item that was not there, or removed, at the second. */
  readonly after?: ItemVersion;
  /** Where in the log the item's first change between the two is. */
  readonly position: LogPosition;
}

/**
 * Reads what differs between `from` and the snapshot, from at most `limit` records of the log between them. Each item comes once, at its
 * first change: that change holds what was there before, and the item is read as of the snapshot. The cost is that of the log between
 * the two, the memory that of a page.
 */
export async function readNetChanges(
  snapshot: ReadSnapshot,
  collection: Collection,
  page: { readonly from: Instant; readonly limit: number; readonly after?: LogPosition },
): Promise<ReadPage<NetChange, LogPosition>> {
  const { rows: changes, ...rest } = await readAllChanges(snapshot, collection, {
    after: page.after ?? page.from,
    limit: page.limit,
  });
  const first = changes.filter(({ after: { previousAt } }) => previousAt === undefined || previousAt <= page.from);
  const keys = first.map(({ after }) => after.key);
  const now = new Map((await readItemsOf(snapshot, collection, keys)).map((version) => [version.key, version]));
  return { rows: first.flatMap((change) => netChange(change, now.get(change.after.key)) ?? []), ...rest };
}

function netChange(first: Change, now: ItemVersion | undefined): NetChange | undefined {
  const { collection, key, scope, at } = first.after;
  const before = present(first.before);
  const after = present(now);
  // An item that was only reindexed since is the same: compare with what it was after that.
  const kind = kindOf(first.kind === "reindexed" ? first.after : before, after);
  if (!kind) return undefined;
  const ref = { collection, key, scope, kind, position: { at, key } };
  return { ...ref, ...(before && { before }), ...(after && { after }) };
}

function present(version: ItemVersion | undefined): ItemVersion | undefined {
  return version?.state === "present" ? version : undefined;
}

/** Equal documents with other hashes were reindexed on the way. */
function kindOf(before: ItemVersion | undefined, after: ItemVersion | undefined): VisibleKind | undefined {
  if (!before) return after && "added";
  if (!after) return "removed";
  return before.hash === after.hash || before.document === after.document ? undefined : "modified";
}
