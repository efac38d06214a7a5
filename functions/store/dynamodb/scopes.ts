import { isDeepStrictEqual } from "node:util";
import { type Collection, compareKeys, serviceOf } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import { syncKey } from "../../model/sync-record.ts";
import { type DiscoveryRecord, type TargetRecord, targetName } from "../../model/target-record.ts";
import { type Consistency, STORED_FORMAT, type Store } from "../port.ts";
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

const REQUESTS_IN_FLIGHT = 8;

/** Scope states, discards, collection records and targets. */
export function createScopes(requests: Requests, tables: TableNames) {
  const recordsIn = (partition: string, consistency: Consistency = "strong") =>
    requests.queryAll("Scopes", partition, {}, { ConsistentRead: consistency === "strong" });
  const checked = <T>(record: Attributes, parse: (record: Attributes) => T): T => {
    assertFormat(record, tables.Scopes);
    return parse(record);
  };
  const read = async <T>(partition: string, scope: string, parse: (record: Attributes) => T) => {
    const record = await requests.get("Scopes", { partition, scope });
    return record && checked(record, parse);
  };
  const readAll = async <T>(partition: string, parse: (record: Attributes) => T, consistency?: Consistency) =>
    (await recordsIn(partition, consistency)).map((record) => checked(record, parse));

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
    return stored || isDeepStrictEqual(await read(partition, scope, (found) => found), record);
  };

  return {
    scopeState: (collection, scope) => read(collection, scope, stateOf),
    scopeStates: (collection) => readAll(collection, stateOf),
    putScopeState: ({ collection, scope, ...content }) => compareAndSet(collection, scope, content),
    discards: async (collection) =>
      new Set((await recordsIn(discardsPartition(collection))).map(({ scope }) => String(scope))),
    async addDiscards(collection, instants) {
      await mapConcurrent(REQUESTS_IN_FLIGHT, instants, (scope) =>
        requests.put("Scopes", { partition: discardsPartition(collection), scope }),
      );
    },
    collectionRecord: (collection) => read(duePartition(serviceOf(collection)), collection, collectionRecordOf),
    async collectionRecords(services, { consistency } = {}) {
      const partitions = await mapConcurrent(REQUESTS_IN_FLIGHT, [...new Set(services)], (service) =>
        readAll(duePartition(service), collectionRecordOf, consistency),
      );
      return partitions.flat().sort((a, b) => compareKeys(a.collection, b.collection));
    },
    putCollectionRecord: ({ collection, ...content }) =>
      compareAndSet(duePartition(serviceOf(collection)), collection, content),
    target: (target) => read(TARGETS, targetName(target), contentOf<TargetRecord>),
    targets: () => readAll(TARGETS, contentOf<TargetRecord>),
    putTarget: (target) => compareAndSet(TARGETS, targetName(target), target),
    discovery: () => read(DISCOVERY.partition, DISCOVERY.scope, contentOf<DiscoveryRecord>),
    async putDiscovery(record) {
      await requests.put("Scopes", { ...DISCOVERY, format: STORED_FORMAT, ...record });
    },
  } satisfies Partial<Store>;
}

/** What a record holds besides its key and format. */
function contentOf<T>({ partition: _partition, scope: _scope, format: _format, ...content }: Attributes): T {
  return content as T;
}

function stateOf(record: Attributes): ScopeState {
  const key = { collection: String(record.partition), scope: String(record.scope) };
  return { ...contentOf<Omit<ScopeState, keyof typeof key>>(record), ...key };
}

function collectionRecordOf(record: Attributes): CollectionRecord {
  return { ...contentOf<Omit<CollectionRecord, "collection">>(record), collection: String(record.scope) };
}

/** Sync records. */
export function createSyncs(requests: Requests, retentionDays: number) {
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
  } satisfies Partial<Store>;
}
