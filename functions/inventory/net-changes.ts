import type { Collection } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { ChangeKind, Item, ItemVersion } from "../model/item.ts";
import type { LogPosition, Store } from "../store/port.ts";
import { itemsAt, type ScopeInstants } from "./reads.ts";

/** How one item differs between two instants. */
export interface NetChange {
  readonly collection: Collection;
  readonly key: string;
  readonly scope: string;
  readonly kind: ChangeKind;
  /** Absent of an item that was not there, or removed, at the first instant. */
  readonly before?: ItemVersion;
  /** Absent of an item that was not there, or removed, at the second. */
  readonly after?: ItemVersion;
  /** Where in the log the item's first change between the two is. */
  readonly position: LogPosition;
}

export interface NetChangePage {
  readonly changes: NetChange[];
  /** Records of the log read. */
  readonly read: number;
  /** The place in the log to go on after; absent at the end. */
  readonly rest?: LogPosition;
}

/**
 * What differs between two instants, from at most `limit` records of the log between them: each item is told of at its
 * first change, which holds what was there before; what is there afterwards is read as of the second instant.
 * `instants` are the second's. So it costs what the log between them does, and needs no more memory than a page.
 */
export async function netChangePage(
  store: Store,
  collection: Collection,
  between: { readonly from: Instant; readonly to: Instant; readonly instants: ScopeInstants },
  page: { readonly limit: number; readonly after?: LogPosition },
): Promise<NetChangePage> {
  const { from, to, instants } = between;
  const { changes, end } = await store.changePage(collection, { after: page.after ?? from, until: to }, page.limit);
  const first = changes.filter(
    ({ at, scope, previousAt }) => at <= instants(scope) && (previousAt === undefined || previousAt <= from),
  );
  const keys = first.map(({ key }) => key);
  const now = await itemsAt(store, await store.items(collection, keys), instants);
  const afterOf = new Map(now.map((item) => [item.key, item]));
  const net = first.flatMap(({ key, scope, at, before }) => {
    const was = present(before);
    const is = present(afterOf.get(key));
    const kind = kindOf(was, is);
    if (!kind) return [];
    return [
      { collection, key, scope, kind, ...(was && { before: was }), ...(is && { after: is }), position: { at, key } },
    ];
  });
  const last = changes.at(-1);
  return { changes: net, read: changes.length, ...(!end && last && { rest: { at: last.at, key: last.key } }) };
}

function present<Version extends ItemVersion | Item>(version: Version | undefined): Version | undefined {
  return version?.state === "present" ? version : undefined;
}

function kindOf(before: ItemVersion | undefined, after: ItemVersion | undefined): ChangeKind | undefined {
  if (!before) return after && "added";
  if (!after) return "removed";
  return before.hash === after.hash ? undefined : "modified";
}
