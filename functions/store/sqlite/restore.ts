import type { EdgeRef, Store } from "../port.ts";
import { chunksOf } from "./chunks.ts";
import type { SqliteDatabase } from "./database.ts";
import { edgeRow, edgesOf, hasEdge, insertEdges } from "./edges.ts";
import { insertRows } from "./insert.ts";
import { CHANGE_COLUMNS, changeRow, ITEM_COLUMNS, itemRow } from "./rows.ts";

/** Records that one transaction writes, or one turn of the event loop reads. */
const CHUNK = 500;

const PUT_VERSION = "INSERT OR REPLACE INTO stored_versions";
const PUT_CHANGE = "INSERT OR REPLACE INTO stored_changes";

/** What verifying and repairing need besides reading and writing. */
export function restorer(database: SqliteDatabase): Pick<Store, "edgesAt" | "restore"> {
  return {
    async edgesAt(collection, edges) {
      const found: EdgeRef[] = [];
      for await (const some of chunksOf(edges, CHUNK)) {
        found.push(...(await database.read(() => some.filter((edge) => hasEdge(database, edgeRow(collection, edge))))));
      }
      return found;
    },

    async restore({ versions = [], changes = [], edges = [] }, signal) {
      signal.throwIfAborted();
      for await (const some of chunksOf(edges, CHUNK)) {
        const rows = some.flatMap((version) => edgesOf({ ...version, at: version.edgeAt }));
        await database.write(() => insertEdges(database, rows, false), signal);
      }
      for await (const some of chunksOf(changes, CHUNK)) {
        await database.write(() => insertRows(database, PUT_CHANGE, CHANGE_COLUMNS, some.map(changeRow)), signal);
      }
      for await (const some of chunksOf(versions, CHUNK)) {
        await database.write(() => insertRows(database, PUT_VERSION, ITEM_COLUMNS, some.map(itemRow)), signal);
      }
    },
  };
}
