import { compareKeys, type KeyRange, successor } from "../../model/collection.ts";
import type { Instant } from "../../model/instant.ts";
import type { ItemVersion, LogPosition } from "../../model/item.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import type { Store, StoredItem } from "../port.ts";
import { type Bounds, prefixQuery, rangeQuery } from "./queries.ts";
import {
  AFTER_INSTANT,
  AFTER_KEY,
  changeKey,
  changeOf,
  changeRecord,
  edgeCandidateOf,
  edgeRecordKey,
  edgeRecords,
  KEY_END,
  positionOf,
  versionKey,
  versionOf,
  versionRecord,
} from "./records.ts";
import type { Attributes, Requests } from "./requests.ts";

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
      const query = rangeQuery("Versions", collection, versionBounds(range, after));
      if (!query) return { items: [] };
      const versions: ItemVersion[] = [];
      let start: Attributes | undefined;
      do {
        const page = await requests.query("Versions", {
          ...query,
          ConsistentRead: consistency === "strong",
          Limit: limit + 1,
          ...(start && { ExclusiveStartKey: start }),
        });
        versions.push(...page.records.map(versionOf));
        start = page.last;
      } while (start && versions[0]?.key === versions.at(-1)?.key);
      const read = byKey(versions);
      // More versions of the last key may follow.
      const items = (start ? read.slice(0, -1) : read).slice(0, limit);
      const next = items.length < read.length ? items.at(-1)?.[0].key : undefined;
      return { items, ...(next !== undefined && { next }) };
    },
    async itemsOf(collection, keys) {
      const items = await mapConcurrent(QUERIES_IN_FLIGHT, [...new Set(keys)], async (key) => {
        const query = prefixQuery("Versions", collection, `${key}${KEY_END}`);
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

/** No version's sort key is a bound itself, so that both may be inclusive: an instant follows every key. */
function versionBounds({ from, until }: KeyRange, after?: string): Bounds {
  const [first] = [from && boundOf(from), after && `${after}${AFTER_KEY}`]
    .filter((bound) => bound !== undefined)
    .sort((a, b) => compareKeys(b, a));
  return { ...(first && { from: first }), ...(until !== undefined && { until: boundOf(until) }) };
}

/** The bound of all versions of keys from this one on; of a key's successor, of all keys after it. */
function boundOf(key: string): string {
  return key.endsWith(KEY_END) ? `${key.slice(0, -KEY_END.length)}${AFTER_KEY}` : key;
}

function changeBounds({ after, until }: { after?: Instant | LogPosition; until?: Instant }): Bounds {
  const from = typeof after === "string" ? `${after}${AFTER_INSTANT}` : after && successor(changeKey(after));
  return { ...(from && { from }), ...(until !== undefined && { until: `${until}${AFTER_INSTANT}` }) };
}
