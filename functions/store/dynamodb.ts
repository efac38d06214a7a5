import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { QueryCommandInput } from "@aws-sdk/lib-dynamodb";
import type { Collection, KeyRange } from "../model/collection.ts";
import { compareKeys, successor } from "../model/collection.ts";
import { databaseOf } from "./database.ts";
import type { IndexEntry, ItemPlace, LogRange, Retention, Store } from "./port.ts";
import {
  type ChangeRecord,
  changeOfRecord,
  changeRecord,
  type InventoryRecord,
  inventoryRecord,
  itemOfRecord,
  logPosition,
  positionKey,
  type ScopeRecord,
  type SyncTableRecord,
  standingOfRecord,
  syncOfRecord,
  syncTableRecord,
} from "./records.ts";
import type { TableNames } from "./schema.ts";
import { scopeStore } from "./scopes.ts";

/** The store on DynamoDB. */
export function dynamoStore(client: DynamoDBClient, tables: TableNames, retention: Retention): Store {
  const database = databaseOf(client);
  const days = retention.days;
  return {
    ...scopeStore(database, tables.Scopes),

    async *index(collection, range, consistency = "strong") {
      const query = slice(tables.Inventory, "key", collection, bounds(range));
      if (!query) return;
      for await (const records of database.queryAll<Pick<InventoryRecord, "key" | "hash" | "removedAt">>({
        ...query,
        ConsistentRead: consistency === "strong",
        ProjectionExpression: "#sort, #hash, #removedAt",
        ExpressionAttributeNames: {
          ...query.ExpressionAttributeNames,
          "#sort": "key",
          "#hash": "hash",
          "#removedAt": "removedAt",
        },
      })) {
        yield records
          .filter((record) => record.key !== range.until)
          .map(({ key, hash, removedAt }): IndexEntry => ({ key, hash, present: removedAt === undefined }));
      }
    },
    async items(collection, keys) {
      const distinct = [...new Set(keys)].map((key) => ({ collection, key }));
      return (await database.getAll<InventoryRecord>(tables.Inventory, distinct)).map(itemOfRecord);
    },
    async standingAndItem(collection, scope, key) {
      const records = await database.getOneOfEach({
        [tables.Scopes]: { collection, scope },
        [tables.Inventory]: { collection, key },
      });
      const standing = records[tables.Scopes] as ScopeRecord | undefined;
      const item = records[tables.Inventory] as InventoryRecord | undefined;
      return { standing: standing && standingOfRecord(standing), item: item && itemOfRecord(item) };
    },
    async itemPage(collection, range, { limit, after }) {
      const query = slice(tables.Inventory, "key", collection, bounds(range, after));
      if (!query) return { items: [], end: true };
      const { records, end } = await database.query<InventoryRecord>({ ...query, Limit: limit });
      return { items: records.filter((record) => record.key !== range.until).map(itemOfRecord), end };
    },
    async lastKey(collection, range) {
      const query = slice(tables.Inventory, "key", collection, bounds(range));
      if (!query) return undefined;
      const { records } = await database.query<InventoryRecord>({ ...query, ScanIndexForward: false, Limit: 2 });
      return records.find((record) => record.key !== range.until)?.key;
    },
    writeItems: (items, signal) =>
      database.putAll(
        tables.Inventory,
        items.map((item) => inventoryRecord(item, days)),
        signal,
      ),
    deleteItems: (collection, keys, signal) =>
      database.deleteAll(
        tables.Inventory,
        [...new Set(keys)].map((key) => ({ collection, key })),
        signal,
      ),

    async *edgeCandidates(end, node) {
      const [former, name] = end === "from" ? (["formerFrom", "From"] as const) : (["formerTo", "To"] as const);
      const items = indexQuery(tables.Inventory, `by${name}`, end, node);
      for await (const records of database.queryAll<ItemPlace>(items)) {
        yield records.map(({ collection, key }) => ({ collection, key }));
      }
      const changes = indexQuery(tables.Changes, `byFormer${name}`, former, node);
      for await (const records of database.queryAll<Pick<ChangeRecord, "collection" | "position">>(changes)) {
        yield records.map(({ collection, position }) => ({ collection, key: logPosition(position).key }));
      }
    },

    async changes(collection, positions) {
      const distinct = [...new Set(positions.map(positionKey))].map((position) => ({ collection, position }));
      return (await database.getAll<ChangeRecord>(tables.Changes, distinct)).map(changeOfRecord);
    },
    async changePage(collection, range, limit) {
      const query = slice(tables.Changes, "position", collection, logBounds(range));
      if (!query) return { changes: [], end: true };
      const { records, end } = await database.query<ChangeRecord>({ ...query, Limit: limit });
      return { changes: records.map(changeOfRecord), end };
    },
    writeChanges: (changes, signal) =>
      database.putAll(
        tables.Changes,
        changes.map((change) => changeRecord(change, days)),
        signal,
      ),
    deleteChanges: (collection, positions, signal) =>
      database.deleteAll(
        tables.Changes,
        [...new Set(positions.map(positionKey))].map((position) => ({ collection, position })),
        signal,
      ),

    recordSync: (record) => database.put(tables.Syncs, syncTableRecord(record, days)),
    async syncPage(collection, { since, before }, limit) {
      const query = slice(tables.Syncs, "sync", collection, { from: since ?? "0", until: before ?? ":" });
      if (!query) return { syncs: [], end: true };
      const { records, end } = await database.query<SyncTableRecord>({
        ...query,
        ScanIndexForward: false,
        Limit: before === undefined ? limit : limit + 1,
      });
      const earlier = records.filter((record) => record.sync !== before);
      return { syncs: earlier.slice(0, limit).map(syncOfRecord), end: end && earlier.length <= limit };
    },
  };
}

/** The query for all records that an index has of a node. Indexes cannot be read strongly. */
function indexQuery(table: string, index: string, attribute: string, node: string): QueryCommandInput {
  return {
    TableName: table,
    IndexName: index,
    ConsistentRead: false,
    KeyConditionExpression: "#node = :node",
    ExpressionAttributeNames: { "#node": attribute },
    ExpressionAttributeValues: { ":node": node },
  };
}

/** Bounds of a sort key, both inclusive. */
interface Bounds {
  readonly from?: string;
  readonly until?: string;
}

function bounds(range: KeyRange, after?: string): Bounds {
  const from = [range.from, after === undefined ? undefined : successor(after)]
    .filter((bound) => bound !== undefined)
    .sort(compareKeys)
    .at(-1);
  return { ...(from !== undefined && { from }), ...(range.until !== undefined && { until: range.until }) };
}

/** Instants begin with a digit, and `#` follows them in a position: `$` comes after all positions of one instant. */
function logBounds({ after, until }: LogRange): Bounds {
  const from = after === undefined ? "0" : typeof after === "string" ? `${after}$` : successor(positionKey(after));
  return { from, until: until === undefined ? ":" : `${until}$` };
}

/** The query for a slice of a collection, or undefined when the bounds leave nothing (DynamoDB refuses to be asked). */
function slice(
  table: string,
  sort: string,
  collection: Collection,
  { from, until }: Bounds,
): QueryCommandInput | undefined {
  if (from !== undefined && until !== undefined && compareKeys(from, until) > 0) return undefined;
  const condition =
    from !== undefined && until !== undefined
      ? " AND #sort BETWEEN :from AND :until"
      : from !== undefined
        ? " AND #sort >= :from"
        : until !== undefined
          ? " AND #sort <= :until"
          : "";
  return {
    TableName: table,
    KeyConditionExpression: `#collection = :collection${condition}`,
    // DynamoDB refuses names that the expressions do not use.
    ExpressionAttributeNames: { "#collection": "collection", ...(condition && { "#sort": sort }) },
    ExpressionAttributeValues: {
      ":collection": collection,
      ...(from !== undefined && { ":from": from }),
      ...(until !== undefined && { ":until": until }),
    },
  };
}
