import { isDeepStrictEqual } from "node:util";
import type { Collection } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import { syncKey } from "../../model/sync-record.ts";
import { STORED_FORMAT, type Store } from "../port.ts";
import { syncOf, syncTableRecord } from "./records.ts";
import type { Attributes, Requests } from "./requests.ts";
import { assertFormat, type TableNames } from "./schema.ts";

/*
 * Scope states stand in their collection's partition. Beside them are partitions that no collection can be named like: each collection's
 * discards, the collection records, and the clock (clock.ts). The collection records are one partition, whatever their services: a
 * collection does not tell its service, and dispatchers count what is due over all of them.
 */
const DUE = "due";
const discardsPartition = (collection: Collection) => `discards/${collection}`;

const DISCARDS_IN_FLIGHT = 8;

type ScopeStore = Pick<Store, "scopeState" | "scopeStates" | "putScopeState" | "discards" | "addDiscards">;
type CollectionStore = Pick<Store, "collectionRecord" | "collectionRecords" | "putCollectionRecord">;
type SyncStore = Pick<Store, "recordSync" | "syncs">;

/** Scope states, discards and collection records. */
export function createScopes(requests: Requests, tables: TableNames): ScopeStore & CollectionStore {
  const get = async (partition: string, scope: string) => {
    const record = await requests.get("Scopes", { partition, scope });
    if (record) assertFormat(record, tables.Scopes);
    return record;
  };
  const partition = async (name: string) => {
    const records: Attributes[] = [];
    for await (const page of requests.queryAll("Scopes", name)) records.push(...page);
    return records;
  };
  const checkedPartition = async (name: string) => {
    const records = await partition(name);
    for (const record of records) assertFormat(record, tables.Scopes);
    return records;
  };

  /**
   * Stores a record in place of the one a revision earlier. When that is not there, an earlier try may have stored this very record and
   * its answer may have been lost.
   */
  const compareAndSet = async (partition: string, scope: string, content: { readonly revision: number }) => {
    const record: Attributes = JSON.parse(JSON.stringify({ partition, scope, format: STORED_FORMAT, ...content }));
    const { revision } = content;
    const stored = await requests.put("Scopes", record, {
      ConditionExpression: revision === 1 ? "attribute_not_exists(#revision)" : "#revision = :previous",
      ExpressionAttributeNames: { "#revision": "revision" },
      ...(revision !== 1 && { ExpressionAttributeValues: { ":previous": revision - 1 } }),
    });
    return stored || isDeepStrictEqual(await get(partition, scope), record);
  };

  return {
    async scopeState(collection, scope) {
      const record = await get(collection, scope);
      return record && stateOf(record);
    },
    scopeStates: async (collection) => (await checkedPartition(collection)).map(stateOf),
    putScopeState: ({ collection, scope, ...content }) => compareAndSet(collection, scope, content),
    async discards(collection) {
      const records = await partition(discardsPartition(collection));
      return new Set(records.map(({ scope }) => String(scope)));
    },
    async addDiscards(collection, instants) {
      await mapConcurrent(DISCARDS_IN_FLIGHT, instants, (scope) =>
        requests.put("Scopes", { partition: discardsPartition(collection), scope }),
      );
    },
    async collectionRecord(collection) {
      const record = await get(DUE, collection);
      return record && collectionRecordOf(record);
    },
    async collectionRecords(services) {
      const records = (await checkedPartition(DUE)).map(collectionRecordOf);
      return records.filter(({ service }) => services.includes(service));
    },
    putCollectionRecord: ({ collection, ...content }) => compareAndSet(DUE, collection, content),
  };
}

function stateOf(record: Attributes): ScopeState {
  const { partition: collection, format: _format, ...state } = record;
  return { collection, ...state } as unknown as ScopeState;
}

function collectionRecordOf(record: Attributes): CollectionRecord {
  const { partition: _partition, scope: collection, format: _format, ...content } = record;
  return { collection, ...content } as unknown as CollectionRecord;
}

/** Sync records. */
export function createSyncs(requests: Requests, retentionDays: number): SyncStore {
  return {
    async recordSync(record) {
      await requests.put("Syncs", syncTableRecord(record, retentionDays));
    },
    async syncs(collection, { since, before }, limit) {
      // One more than the limit, for `before` itself.
      const options = { ScanIndexForward: false, Limit: limit + 1 };
      const { records, last } = await requests.query("Syncs", collection, { from: since, until: before }, options);
      const earlier = records.map(syncOf).filter((sync) => syncKey(sync) !== before);
      const syncs = earlier.slice(0, limit);
      const oldest = syncs.at(-1);
      return { syncs, ...(oldest && (last || syncs.length < earlier.length) && { next: syncKey(oldest) }) };
    },
  };
}
