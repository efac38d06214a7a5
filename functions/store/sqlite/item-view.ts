import type { CollectionRecord } from "../../model/collection-record.ts";
import { escapeNul } from "../../model/escape-nul.ts";
import { EPOCH } from "../../model/instant.ts";
import { byKey, type Store } from "../port.ts";
import type { SqliteDatabase } from "./database.ts";
import { VERSION_COLUMNS, versionOf } from "./rows.ts";
import { parsed } from "./scopes.ts";

const ITEM_VIEW = `
  SELECT
    (SELECT at FROM read_timestamp),
    (SELECT record FROM stored_collections WHERE collection = ?1),
    (SELECT json_group_array(at) FROM stored_discards WHERE collection = ?1),
    ${VERSION_COLUMNS.map((column) => `v.${column}`)}
  FROM (SELECT 1) LEFT JOIN stored_versions v ON v.collection = ?1 AND v.key = ?2 ORDER BY v.at`;
const VERSION = 3;

/** One statement in place of four: each takes locks of its own, which is most of what reading one item takes. */
export function itemViewStore(database: SqliteDatabase): Required<Pick<Store, "itemView">> {
  return {
    itemView: ({ collection, key }) =>
      database.read(() => {
        const rows = database.all(ITEM_VIEW, [collection, escapeNul(key)]);
        const [at, record, discards] = rows[0] ?? [];
        const versions = rows.map((row) => row.slice(VERSION)).filter(([isStored]) => isStored !== null);
        return [
          typeof at === "string" ? at : EPOCH,
          parsed<CollectionRecord>([record ?? null])[0] ?? undefined,
          new Set(JSON.parse(String(discards)) as string[]),
          byKey(versions.map(versionOf)),
        ];
      }),
  };
}
