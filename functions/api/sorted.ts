import { readDocument } from "../inventory/document.ts";
import type { Collection } from "../model/collection.ts";
import { compareKeys } from "../model/collection.ts";
import type { ItemVersion } from "../model/item.ts";
import type { NameOf } from "../model/node.ts";
import { textsAt } from "../model/paths.ts";
import type { Order } from "../store/port.ts";
import type { Position } from "./cursors.ts";
import type { SortKey } from "./parameters.ts";
import { Problem } from "./problems.ts";
import { ALL_COLLECTIONS, type Batch, type BatchRequest, type Row, type Walk, type WalkedPage, walk } from "./walk.ts";

/*
 * Lists in another order than the store's. Each page reads all items, and keeps those that come next: no more than fit the page.
 */

/** A row, and the item that it is made of. */
export interface ItemRow extends Row {
  readonly items: readonly [ItemVersion];
}

export type ItemBatch = Batch & { readonly rows: readonly ItemRow[] };

export interface SortedRequest {
  readonly collections: readonly Collection[];
  readonly readBatch: (request: BatchRequest) => Promise<ItemBatch>;
  readonly sort: SortKey;
  readonly order: Order;
  readonly limit: number;
  readonly from: Position | undefined;
  readonly write: (json: string) => string;
  readonly nameOf: NameOf;
  readonly prepare: Walk["prepare"];
}

const MAX_SORTED = 100_000;
const READ_AT_A_TIME = 1_000;

/** What an item is sorted by, and then by collection and key. */
interface SortedRow {
  readonly row: ItemRow;
  readonly position: SortPosition;
}

/** Value, collection, key: as a cursor carries it. The value is JSON; absent values are empty. */
type SortPosition = readonly [value: string, collection: string, key: string];

/** One page of a list in this order. */
export async function readSorted(request: SortedRequest): Promise<WalkedPage> {
  const { sort, order, limit, from, write, nameOf, prepare } = request;
  const [value, collection, key] = from?.after ?? [];
  const after: SortPosition | undefined =
    value === undefined || collection === undefined || key === undefined ? undefined : [value, collection, key];
  let next: SortedRow[] = [];
  const trim = () => {
    next.sort((a, b) => compare(a.position, b.position, order));
    // One more than the page says that there is more.
    next = next.slice(0, limit + 1);
  };
  for await (const row of allRows(request)) {
    const [item] = row.items;
    const position: SortPosition = [sortValueOf(item, sort, nameOf), item.collection, item.key];
    if (after && compare(position, after, order) <= 0) continue;
    next.push({ row, position });
    if (next.length >= 4 * (limit + 1)) trim();
  }
  trim();
  const rows = next.map(({ row: { text, items }, position }) => ({ text, items, after: position }));
  return walk({
    ...{ collections: [ALL_COLLECTIONS], from: undefined, limit, write, prepare },
    read: async ({ after: done }) => ({ rows: done ? [] : rows, read: rows.length }),
  });
}

async function* allRows({ collections, readBatch }: SortedRequest): AsyncGenerator<ItemRow> {
  let read = 0;
  for (const collection of collections) {
    for (let after: readonly string[] | undefined, end = false; !end; ) {
      const batch: ItemBatch = await readBatch({ collection, after, remaining: READ_AT_A_TIME, filtering: false });
      read += batch.read;
      if (read > MAX_SORTED) {
        const detail =
          "sort reads 100,000 items at most, and there are more: name a source, account, region or scope, or search with q";
        throw new Problem("invalid-parameter", detail, { members: { parameter: "sort" } });
      }
      yield* batch.rows;
      after = batch.next;
      end = after === undefined;
    }
  }
}

function sortValueOf(item: ItemVersion, { member, path }: SortKey, nameOf: NameOf): string {
  if (member === "changedAt") return JSON.stringify(item.at);
  if (member === "firstSeenAt") return JSON.stringify(item.firstSeenAt);
  if (member === "version") return JSON.stringify(item.version);
  const document = readDocument(item);
  if (member === "name") return JSON.stringify(nameOf(item, document));
  const [text] = textsAt(document, path);
  if (text === undefined) return "";
  const number = Number(text);
  return JSON.stringify(text.trim() !== "" && Number.isFinite(number) ? number : text);
}

function compare(a: SortPosition, b: SortPosition, order: Order): number {
  const direction = order === "asc" ? 1 : -1;
  return compareValues(a[0], b[0], direction) || direction * (compareTexts(a[1], b[1]) || compareKeys(a[2], b[2]));
}

/** Numbers before texts, and what is absent last in either order. */
function compareValues(a: string, b: string, direction: 1 | -1): number {
  if (a === b) return 0;
  if (a === "" || b === "") return a === "" ? 1 : -1;
  const [one, other] = [JSON.parse(a) as string | number, JSON.parse(b) as string | number];
  if (typeof one === "number" && typeof other === "number") return direction * (one - other);
  if (typeof one !== typeof other) return direction * (typeof one === "number" ? -1 : 1);
  return (
    direction * compareTexts(String(one).toLowerCase(), String(other).toLowerCase()) || direction * compareTexts(a, b)
  );
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
