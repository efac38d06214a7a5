import { isDeepStrictEqual } from "node:util";
import { type Collection, compareKeys, serviceOf } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import { syncKey } from "../../model/sync-record.ts";
import { type DiscoveryRecord, type TargetRecord, targetName } from "../../model/target-record.ts";
import { STORED_FORMAT, type Store } from "../port.ts";
import { syncOf, syncTableRecord } from "./records.ts";
import type { Attributes, Requests } from "./requests.ts";
import { assertFormat, type TableNames } from "./schema.ts";

/*
 * Scope states stand in their collection's partition. Beside them are partitions that no collection can be named like: each collection's
 * discards, each service's collection records, and the clock (clock.ts).
 */
const duePartition = (service: string) => `due/${service}`;
const discardsPartition = (collection: Collection) => `discards/${collection}`;

const TARGETS = "targets";
const DISCOVERY = { partition: "discovery", scope: "discovery" };

const DISCARDS_IN_FLIGHT = 8;
const SERVICES_AT_ONCE = 8;

type ScopeStore = Pick<Store, "scopeState" | "scopeStates" | "putScopeState" | "discards" | "addDiscards">;
type CollectionStore = Pick<Store, "collectionRecord" | "collectionRecords" | "putCollectionRecord">;
type TargetStore = Pick<Store, "target" | "targets" | "putTarget" | "discovery" | "putDiscovery">;
type SyncStore = Pick<Store, "recordSync" | "syncs">;

/** Scope states, discards, collection records and targets. */
export function createScopes(requests: Requests, tables: TableNames): ScopeStore & CollectionStore & TargetStore {
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
      const record = await get(duePartition(serviceOf(collection)), collection);
      return record && collectionRecordOf(record);
    },
    async collectionRecords(services) {
      const partitions = await mapConcurrent(SERVICES_AT_ONCE, [...new Set(services)], (service) =>
        checkedPartition(duePartition(service)),
      );
      const records = partitions.flat().map(collectionRecordOf);
      return partitions.length > 1 ? records.sort((a, b) => compareKeys(a.collection, b.collection)) : records;
    },
    putCollectionRecord: ({ collection, ...content }) =>
      compareAndSet(duePartition(serviceOf(collection)), collection, content),
    async target(target) {
      const record = await get(TARGETS, targetName(target));
      return record && targetOf(record);
    },
    targets: async () => (await checkedPartition(TARGETS)).map(targetOf),
    putTarget: (target) => compareAndSet(TARGETS, targetName(target), target),
    async discovery() {
      const record = await get(DISCOVERY.partition, DISCOVERY.scope);
      return record && discoveryOf(record);
    },
    async putDiscovery(record) {
      await requests.put("Scopes", { ...DISCOVERY, format: STORED_FORMAT, ...record });
    },
  };
}

function targetOf(record: Attributes): TargetRecord {
  const { partition: _partition, scope: _name, format: _format, ...target } = record;
  return target as unknown as TargetRecord;
}

function discoveryOf(record: Attributes): DiscoveryRecord {
  const { partition: _partition, scope: _scope, format: _format, ...discovery } = record;
  return discovery as unknown as DiscoveryRecord;
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
    async syncs(collection, { since, after, before, order = "desc" }, limit) {
      // Bounds are inclusive here: one more than the limit, for the one that is not.
      const options = { ScanIndexForward: order === "asc", Limit: limit + 1 };
      const range = { from: after ?? since, until: before };
      const { records, last } = await requests.query("Syncs", collection, range, options);
      const found = records.map(syncOf).filter((sync) => ![after, before].includes(syncKey(sync)));
      const syncs = found.slice(0, limit);
      const end = syncs.at(-1);
      return { syncs, ...(end && (last || syncs.length < found.length) && { next: syncKey(end) }) };
    },
  };
}
