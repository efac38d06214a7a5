import { successor } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import type { Store } from "../port.ts";
import { compareAndSet, recordOf } from "./compare-and-set.ts";
import type { SqliteDatabase } from "./database.ts";

const PAGE = 250;
const ONE = "SELECT record FROM stored_collections WHERE collection = ?";
const SOME = `
  SELECT record FROM stored_collections
  WHERE collection >= ? AND service IN (SELECT value FROM json_each(?)) ORDER BY collection LIMIT ${PAGE}`;
const PUT = "INSERT OR REPLACE INTO stored_collections (collection, service, record) VALUES (?, ?, ?)";

export function collectionStore(
  database: SqliteDatabase,
): Pick<Store, "collectionRecord" | "collectionRecords" | "putCollectionRecord"> {
  return {
    collectionRecord: (collection) =>
      database.read(() => recordOf<CollectionRecord>(database.first(ONE, [collection])?.[0])),

    async collectionRecords(services) {
      const records: CollectionRecord[] = [];
      for (let from = ""; ; from = successor(records.at(-1)?.collection ?? "")) {
        const rows = await database.read(() => database.all(SOME, [from, JSON.stringify(services)]));
        for (const [record] of rows) records.push(JSON.parse(String(record)));
        if (rows.length < PAGE) return records;
      }
    },

    putCollectionRecord: (record) =>
      database.write(() => {
        const stored = recordOf<CollectionRecord>(database.first(ONE, [record.collection])?.[0]);
        return compareAndSet(stored, record, (json) => database.run(PUT, [record.collection, record.service, json]));
      }),
  };
}
