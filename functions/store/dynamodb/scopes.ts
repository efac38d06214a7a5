import { isDeepStrictEqual } from "node:util";
import type { Collection } from "../../model/collection.ts";
import type { CollectionRecord } from "../../model/collection-record.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import { STORED_FORMAT, type Store } from "../port.ts";
import { assertFormat } from "./format.ts";
import { partitionQuery } from "./queries.ts";
import type { Attributes, Requests } from "./requests.ts";
import type { TableNames } from "./schema.ts";

/*
 * Scope states stand in their collection's partition. Beside them are partitions that no collection can be named like: each collection's
 * discards, the collection records, and the clock (clock.ts). The collection records are one partition, whatever their services: a
 * collection does not tell its service, and dispatchers count what is due over all of them.
 */
const DUE = "due";
const discardsPartition = (collection: Collection) => `discards/${collection}`;

const DISCARDS_IN_FLIGHT = 8;

type ScopeStore = Pick<
  Store,
  | "scopeState"
  | "scopeStates"
  | "putScopeState"
  | "discards"
  | "addDiscards"
  | "collectionRecord"
  | "collectionRecords"
  | "putCollectionRecord"
>;

interface RecordKey {
  readonly partition: string;
  readonly scope: string;
}

export function createScopes(requests: Requests, tables: TableNames): ScopeStore {
  const checked = (record: Attributes): Attributes => {
    assertFormat(record, tables.Scopes);
    return record;
  };
  const get = async (key: RecordKey) => {
    const record = await requests.get("Scopes", { ...key });
    return record && checked(record);
  };
  const partition = async (name: string) => {
    const records: Attributes[] = [];
    for await (const page of requests.queryAll("Scopes", partitionQuery("Scopes", name))) records.push(...page);
    return records;
  };

  /**
   * Stores a record in place of the one a revision earlier. When that is not there, an earlier try may have stored this very record and
   * its answer may have been lost.
   */
  const compareAndSet = async (key: RecordKey, content: { readonly revision: number }) => {
    const record: Attributes = JSON.parse(JSON.stringify({ ...key, format: STORED_FORMAT, ...content }));
    const stored = await requests.put("Scopes", record, {
      ...(content.revision === 1
        ? { ConditionExpression: "attribute_not_exists(#revision)" }
        : {
            ConditionExpression: "#revision = :previous",
            ExpressionAttributeValues: { ":previous": content.revision - 1 },
          }),
      ExpressionAttributeNames: { "#revision": "revision" },
    });
    return stored || isDeepStrictEqual(await get(key), record);
  };

  return {
    async scopeState(collection, scope) {
      const record = await get({ partition: collection, scope });
      return record && stateOf(record);
    },
    async scopeStates(collection) {
      return (await partition(collection)).map((record) => stateOf(checked(record)));
    },
    putScopeState({ collection, scope, ...content }) {
      return compareAndSet({ partition: collection, scope }, content);
    },
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
      const record = await get({ partition: DUE, scope: collection });
      return record && collectionRecordOf(record);
    },
    async collectionRecords(services) {
      const records = (await partition(DUE)).map((record) => collectionRecordOf(checked(record)));
      return records.filter(({ service }) => services.includes(service));
    },
    putCollectionRecord({ collection, ...content }) {
      return compareAndSet({ partition: DUE, scope: collection }, content);
    },
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
