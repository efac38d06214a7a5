import { compareKeys, type KeyRange, successor } from "../../model/collection.ts";
import type { Instant } from "../../model/instant.ts";
import type { ItemVersion, LogPosition } from "../../model/item.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { Store, StoredItem } from "../port.ts";
import { type Bounds, prefixQuery, rangeQuery } from "./queries.ts";
import {
  AFTER_INSTANT,
  changeKey,
  changeOf,
  changeRecord,
  edgeCandidateOf,
  edgeRecordKey,
  edgeRecords,
  firstVersionKey,
  lastVersionKey,
  positionOf,
  versionKey,
  versionKeyPrefix,
  versionOf,
  versionRecord,
} from "./records.ts";
import type { Requests } from "./requests.ts";

const QUERIES_IN_FLIGHT = 16;

type RowStore = Pick<Store, "write" | "items" | "itemsOf" | "changesAt" | "changes" | "edgeCandidates" | "delete">;

/** Versions, Changes and Edges, whose records are never changed. */
export function createRows(requests: Requests, retentionDays: number): RowStore {
  return {
    async write(changes, signal) {
      const edges = changes.filter(({ after }) => after.edgeAt === after.at).flatMap(({ after }) => edgeRecords(after));
      await requests.writeAll(
        [
          ...edges.map((put) => ({ table: "Edges" as const, put })),
          ...changes.map((change) => ({ table: "Changes" as const, put: changeRecord(change, retentionDays) })),
        ],
        signal,
      );
      await requests.writeAll(
        changes.map(({ after }) => ({ table: "Versions", put: versionRecord(after) })),
        signal,
      );
    },
    async delete(collection, { versions = [], changes = [], edges = [] }, signal) {
      await requests.writeAll(
        [
          ...edges.map((edge) => ({ table: "Edges" as const, delete: edgeRecordKey(collection, edge) })),
          ...versions.map((version) => ({
            table: "Versions" as const,
            delete: { collection, versionKey: versionKey(version) },
          })),
        ],
        signal,
      );
      await requests.writeAll(
        changes.map((position) => ({ table: "Changes", delete: { collection, changeKey: changeKey(position) } })),
        signal,
      );
    },

    async items(collection, range, { limit, after, consistency = "strong" }) {
      const bounds = versionBounds(range, after);
      const versions: ItemVersion[] = [];
      let query = rangeQuery("Versions", collection, bounds);
      while (query && versions[0]?.key === versions.at(-1)?.key) {
        const ConsistentRead = consistency === "strong";
        const { records, last } = await requests.query("Versions", { ...query, ConsistentRead, Limit: limit + 1 });
        versions.push(...records.map(versionOf));
        const from = last && successor(String(last.versionKey));
        query = from === undefined ? undefined : rangeQuery("Versions", collection, { ...bounds, from });
      }
      const read = byKey(versions);
      // More versions of the last key may follow.
      const items = (query ? read.slice(0, -1) : read).slice(0, limit);
      const next = items.length < read.length ? items.at(-1)?.[0].key : undefined;
      return { items, ...(next !== undefined && { next }) };
    },
    async itemsOf(collection, keys) {
      const items = await mapConcurrent(QUERIES_IN_FLIGHT, [...new Set(keys)], async (key) => {
        const query = prefixQuery("Versions", collection, versionKeyPrefix(key));
        const versions: ItemVersion[] = [];
        for await (const page of requests.queryAll("Versions", query)) versions.push(...page.map(versionOf));
        return byKey(versions);
      });
      return items.flat();
    },

    async changesAt(collection, positions) {
      const keys = [...new Set(positions.map(changeKey))].map((changeKey) => ({ collection, changeKey }));
      return (await requests.getAll("Changes", keys)).map(changeOf);
    },
    async changes(collection, range, limit) {
      const query = rangeQuery("Changes", collection, changeBounds(range));
      if (!query) return { changes: [] };
      const { records, last } = await requests.query("Changes", { ...query, Limit: limit });
      return { changes: records.map(changeOf), ...(last && { next: positionOf(String(last.changeKey)) }) };
    },

    async *edgeCandidates(end, node) {
      // No node's name is empty, and no key may be.
      if (node === "") return;
      for await (const records of requests.queryAll("Edges", prefixQuery("Edges", node, `${end}/`))) {
        yield records.map(edgeCandidateOf);
      }
    },
  };
}

/** Versions in order, those of one key together. */
function byKey(versions: readonly ItemVersion[]): StoredItem[] {
  const items: [ItemVersion, ...ItemVersion[]][] = [];
  for (const version of versions) {
    const last = items.at(-1);
    if (last?.[0].key === version.key) last.push(version);
    else items.push([version]);
  }
  return items;
}

/** No version's sort key is a bound itself, so that both may be inclusive. */
function versionBounds({ from, until }: KeyRange, after?: string): Bounds {
  const starts = [
    ...(from === undefined ? [] : [firstVersionKey(from)]),
    ...(after === undefined ? [] : [lastVersionKey(after)]),
  ];
  const start = starts.sort(compareKeys).at(-1);
  return {
    ...(start !== undefined && { from: start }),
    ...(until !== undefined && { until: firstVersionKey(until) }),
  };
}

function changeBounds({ after, until }: { after?: Instant | LogPosition; until?: Instant }): Bounds {
  const from = typeof after === "string" ? `${after}${AFTER_INSTANT}` : after && successor(changeKey(after));
  return { ...(from && { from }), ...(until !== undefined && { until: `${until}${AFTER_INSTANT}` }) };
}
