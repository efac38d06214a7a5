import { type Collection, compareKeys, type KeyRange, successor } from "../../model/collection.ts";
import type { ItemVersion } from "../../model/item.ts";
import { mapConcurrent } from "../../model/map-concurrent.ts";
import { byKey, recordsOf, type Store, type StoredPage } from "../port.ts";
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
  versionOf,
  versionRecord,
} from "./records.ts";
import type { Attributes, BatchWrite, Bounds, Requests } from "./requests.ts";

const QUERIES_IN_FLIGHT = 16;

/** Versions, changes and edges, whose records are never changed. */
export function createVersions(requests: Requests, retentionDays: number) {
  const restore: Store["restore"] = async ({ versions = [], changes = [], edges = [] }, signal) => {
    await requests.writeAll(
      [
        ...edges.flatMap(edgeRecords).map((put): BatchWrite => ({ table: "Edges", put })),
        ...changes.map((change): BatchWrite => ({ table: "Changes", put: changeRecord(change, retentionDays) })),
      ],
      signal,
    );
    const puts = versions.map((version): BatchWrite => ({ table: "Versions", put: versionRecord(version) }));
    await requests.writeAll(puts, signal);
  };

  /**
   * The last keys of a range, in descending order. Of a key's versions a newer one could be written, and an older one deleted, between two
   * requests, or amid one: only who reads the older one first cannot miss both. So the keys are looked up backwards, and the range from the
   * last of them on is read forwards.
   */
  const lastItems = async (collection: Collection, range: KeyRange, limit: number): Promise<StoredPage> => {
    const bounds = boundsOf(range);
    const keys: string[] = [];
    let start: Attributes | undefined;
    do {
      const options = { ScanIndexForward: false, Limit: limit + 1, ...(start && { ExclusiveStartKey: start }) };
      const page = await requests.query("Versions", collection, bounds, options);
      for (const { key } of page.records.map(versionOf)) if (keys.at(-1) !== key) keys.push(key);
      start = page.last;
    } while (start && keys.length <= limit);
    const first = keys.length > limit || start ? keys[limit - 1] : undefined;
    const last = { ...bounds, ...(first !== undefined && { from: firstVersionKey(first) }) };
    const versions = (await requests.queryAll("Versions", collection, last)).map(versionOf);
    return { items: byKey(versions).reverse(), ...(first !== undefined && { next: first }) };
  };

  return {
    restore,
    write: (changes, signal) => restore(recordsOf(changes), signal),
    async delete(collection, { versions = [], changes = [], edges = [] }, signal) {
      const remove = (table: BatchWrite["table"], key: Attributes): BatchWrite => ({ table, delete: key });
      await requests.writeAll(
        [
          ...edges.map((edge) => remove("Edges", edgeRecordKey(collection, edge))),
          ...versions.map((version) => remove("Versions", { collection, versionKey: versionKey(version) })),
        ],
        signal,
      );
      const log = changes.map((position) => remove("Changes", { collection, changeKey: changeKey(position) }));
      await requests.writeAll(log, signal);
    },

    async items(collection, range, { limit, after, order = "asc", consistency = "strong" }) {
      if (order === "desc") return lastItems(collection, { ...range, until: least(range.until, after) }, limit);
      const options = { ConsistentRead: consistency === "strong", Limit: limit + 1 };
      const { from = "", until } = boundsOf(range);
      const versions: ItemVersion[] = [];
      // No version's sort key is a bound itself, so that both may be inclusive.
      const starts = [from, after === undefined ? "" : lastVersionKey(after)];
      let start = starts.sort(compareKeys).at(-1);
      while (start !== undefined && versions[0]?.key === versions.at(-1)?.key) {
        const page = await requests.query("Versions", collection, { from: start, until }, options);
        versions.push(...page.records.map(versionOf));
        start = page.last && successor(String(page.last.versionKey));
      }
      const read = byKey(versions);
      // More versions of the last key may follow.
      const items = (start === undefined ? read : read.slice(0, -1)).slice(0, limit);
      const next = items.length < read.length ? items.at(-1)?.[0].key : undefined;
      return { items, ...(next !== undefined && { next }) };
    },
    async itemsOf(collection, keys) {
      const items = await mapConcurrent(QUERIES_IN_FLIGHT, [...new Set(keys)], async (key) => {
        const bounds = { from: firstVersionKey(key), until: lastVersionKey(key) };
        return byKey((await requests.queryAll("Versions", collection, bounds)).map(versionOf));
      });
      return items.flat();
    },

    async changes(collection, { after, until, before }, limit, order = "asc") {
      const from = typeof after === "string" ? `${after}${AFTER_INSTANT}` : after && successor(changeKey(after));
      const end = least(until && `${until}${AFTER_INSTANT}`, before && changeKey(before));
      // The end itself is no change that is wanted: it is one too many at most.
      const { records, last } = await requests.query(
        "Changes",
        collection,
        { from, until: end },
        {
          Limit: before ? limit + 1 : limit,
          ScanIndexForward: order === "asc",
        },
      );
      const wanted = records.filter(({ changeKey }) => changeKey !== end);
      const changes = wanted.slice(0, limit).map(changeOf);
      const isMore = last !== undefined || wanted.length > limit;
      const next = changes.at(-1)?.after ?? (last && positionOf(String(last.changeKey)));
      return { changes, ...(isMore && next && { next: { at: next.at, key: next.key } }) };
    },
    async changesAt(collection, positions) {
      const keys = [...new Set(positions.map(changeKey))].map((changeKey) => ({ collection, changeKey }));
      return (await requests.getAll("Changes", keys)).map(changeOf);
    },

    async *edgeCandidates(end, node) {
      // Hashes follow the slash, and sort before `~`.
      for await (const records of requests.pages("Edges", node, { from: `${end}/`, until: `${end}/~` })) {
        yield records.map(edgeCandidateOf);
      }
    },
    async edgesAt(collection, edges) {
      const nameOf = ({ node, edgeKey }: Attributes) => `${node}\n${edgeKey}`;
      const named = new Map(edges.map((edge) => [nameOf(edgeRecordKey(collection, edge)), edge]));
      const keys = [...named.values()].map((edge) => edgeRecordKey(collection, edge));
      return (await requests.getAll("Edges", keys)).flatMap((record) => {
        const edge = named.get(nameOf(record));
        // A record that leads to another item is as good as none.
        return edge && record.collection === collection && record.key === edge.key ? [edge] : [];
      });
    },
  } satisfies Partial<Store>;
}

/** The sort keys of a range of keys. */
function boundsOf({ from, until }: KeyRange): Bounds {
  return { from: from && firstVersionKey(from), until: until && firstVersionKey(until) };
}

/** The first of those bounds that there are, in the order of keys. */
function least(...bounds: readonly (string | undefined)[]): string | undefined {
  return bounds.filter((bound) => bound !== undefined).sort(compareKeys)[0];
}
