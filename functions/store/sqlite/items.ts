import { type Collection, compareKeys, successor } from "../../model/collection.ts";
import { escapeNul } from "../../model/escape-nul.ts";
import type { ItemVersion } from "../../model/item.ts";
import type { Store, StoredItem } from "../port.ts";
import { chunksOf } from "./chunks.ts";
import type { SqliteDatabase, Value } from "./database.ts";
import { ITEM_COLUMNS, itemOfRow } from "./rows.ts";

const SELECT = `SELECT ${ITEM_COLUMNS.slice(1)} FROM stored_versions WHERE collection = ?`;
const ONE = `${SELECT} AND key = ? ORDER BY at`;
const SOME = `${SELECT} AND key IN (SELECT value FROM json_each(?)) ORDER BY key, at`;
const FROM = `${SELECT} AND key >= ? ORDER BY key, at LIMIT ?`;
const FROM_UNTIL = `${SELECT} AND key >= ? AND key < ? ORDER BY key, at LIMIT ?`;
const MAX_KEYS = 500;

type Reader = Pick<Store, "items" | "itemsOf">;

export function itemReader(database: SqliteDatabase): Reader {
  const read = (collection: Collection, sql: string, parameters: readonly Value[]) =>
    database.all(sql, [collection, ...parameters]).map((row) => itemOfRow(collection, row));

  return {
    items: (collection, range, { limit, after }) =>
      database.read(() => {
        const from = after === undefined ? "" : successor(after);
        const bounds = [laterKey(from, range.from ?? ""), ...(range.until === undefined ? [] : [range.until])];
        const sql = range.until === undefined ? FROM : FROM_UNTIL;
        const found = read(collection, sql, [...bounds.map(escapeNul), limit + 1]);
        const items = byKey(found);
        if (found.length <= limit) return { items };
        // The last key may have more versions than were read.
        const cut = items.pop();
        const next = items.at(-1)?.[0].key;
        if (next !== undefined || cut === undefined) return { items, ...(next !== undefined && { next }) };
        const { key } = cut[0];
        return { items: byKey(read(collection, ONE, [escapeNul(key)])), next: key };
      }),

    async itemsOf(collection, keys) {
      const items: StoredItem[] = [];
      for await (const some of chunksOf([...new Set(keys)], MAX_KEYS)) {
        const [only = ""] = some;
        const [sql, parameter] =
          some.length === 1 ? [ONE, escapeNul(only)] : [SOME, JSON.stringify(some.map((key) => escapeNul(key)))];
        items.push(...byKey(await database.read(() => read(collection, sql, [parameter]))));
      }
      return items;
    },
  };
}

function laterKey(a: string, b: string): string {
  return compareKeys(a, b) < 0 ? b : a;
}

/** Groups versions, which are in order. */
function byKey(versions: readonly ItemVersion[]): StoredItem[] {
  const items: [ItemVersion, ...ItemVersion[]][] = [];
  for (const version of versions) {
    const last = items.at(-1);
    if (last && last[0].key === version.key) last.push(version);
    else items.push([version]);
  }
  return items;
}
