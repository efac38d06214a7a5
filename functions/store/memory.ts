import { type Collection, compareKeys, inRange, PLAN, type Scope } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import { BEGINNING, epochMs, instantOf } from "../model/instant.ts";
import type { Change, Item } from "../model/item.ts";
import type { Holder, LogPosition, LogRange, Standing, Store, SyncEnd, SyncRecord } from "./port.ts";
import { hasEndedSo, syncKey } from "./port.ts";

/** Records of one partition, in order of their sort keys. */
interface Partition<Record> {
  get(key: string): Record | undefined;
  set(key: string, record: Record): void;
  delete(key: string): void;
  sorted(): readonly string[];
  all(): Record[];
}

function newPartition<Record>(): Partition<Record> {
  const records = new Map<string, Record>();
  let order: string[] | undefined;
  return {
    get: (key) => records.get(key),
    set(key, record) {
      if (!records.has(key)) order = undefined;
      records.set(key, record);
    },
    delete(key) {
      if (records.delete(key)) order = undefined;
    },
    sorted() {
      order ??= [...records.keys()].sort(compareKeys);
      return order;
    },
    all: () => [...records.values()],
  };
}

const INDEX_PAGE = 1_000;

/** A store in memory: it keeps every promise of the port while the process lives, and nothing expires in it. */
export function memoryStore(): Store {
  const inventory = new Map<Collection, Partition<Item>>();
  const log = new Map<Collection, Partition<Change>>();
  const scopes = new Map<Collection, Map<string, Standing>>();
  const outlines = new Map<string, Uint8Array>();
  const syncs = new Map<Collection, Partition<SyncRecord>>();
  let clock = BEGINNING;

  const partitionOf = <Record>(table: Map<Collection, Partition<Record>>, collection: Collection) => {
    const partition = table.get(collection) ?? newPartition<Record>();
    table.set(collection, partition);
    return partition;
  };
  const scopesOf = (collection: Collection) => {
    const standings = scopes.get(collection) ?? new Map<string, Standing>();
    scopes.set(collection, standings);
    return standings;
  };
  const standingOf = (collection: Collection, scope: Pick<Scope, "id" | "range">): Standing =>
    scopesOf(collection).get(scope.id) ?? { collection, scope: scope.id, range: scope.range, items: 0 };

  const updateHeld = (holder: Holder, change: (standing: Standing) => Standing) => {
    const standing = scopes.get(holder.collection)?.get(holder.scope);
    if (standing?.lease?.holder !== holder.holder) {
      throw new SyncError("superseded", `another sync has taken over scope ${holder.scope}; this one has stopped`);
    }
    scopesOf(holder.collection).set(holder.scope, change(standing));
  };

  return {
    async standing(collection, scope) {
      return scopes.get(collection)?.get(scope);
    },
    async standingAndItem(collection, scope, key) {
      return { standing: scopes.get(collection)?.get(scope), item: inventory.get(collection)?.get(key) };
    },
    async standings(collection) {
      const standings = [...(scopes.get(collection)?.values() ?? [])];
      return standings.sort((a, b) => compareKeys(a.scope, b.scope));
    },
    async collections() {
      return [...scopes.keys()].sort(compareKeys);
    },
    async takeLease({ collection, scope, holder, now, until }) {
      const standing = standingOf(collection, scope);
      const { lease } = standing;
      if (lease && lease.until >= now && lease.holder !== holder) return { taken: false, standing };
      const taken = { ...standing, range: scope.range, lease: { holder, until } };
      scopesOf(collection).set(scope.id, taken);
      return { taken: true, standing: taken };
    },
    async renewLease(holder, until) {
      updateHeld(holder, (standing) => ({
        ...standing,
        lease: { holder: holder.holder, until: Math.max(until, standing.lease?.until ?? 0) },
      }));
    },
    async markDirty(holder, dirtySince) {
      updateHeld(holder, (standing) => ({ ...standing, dirtySince, dirtyBy: holder.holder }));
    },
    async clearDirty(holder) {
      updateHeld(holder, ({ dirtySince: _undone, dirtyBy: _by, ...standing }) => standing);
    },
    async endSync(holder, end) {
      const now = scopes.get(holder.collection)?.get(holder.scope);
      if (now && now.lease?.holder !== holder.holder && hasEndedSo(now, end)) return;
      updateHeld(holder, (standing) => ended(standing, end));
    },
    async notePlan(collection, end) {
      const { error: _cleared, ...before } = standingOf(collection, { id: PLAN, range: {} });
      scopesOf(collection).set(PLAN, { ...before, ...end });
    },

    async outline(collection, scope) {
      return outlines.get(`${collection} ${scope}`);
    },
    async putOutline(collection, scope, outline) {
      outlines.set(`${collection} ${scope}`, outline);
    },

    async readClock() {
      return clock;
    },
    async tick(now) {
      clock = instantOf(Math.max(now, epochMs(clock) + 1));
      return clock;
    },

    async *index(collection, range) {
      const partition = partitionOf(inventory, collection);
      const keys = partition.sorted().filter((key) => inRange(range, key));
      for (let from = 0; from < keys.length; from += INDEX_PAGE) {
        const items = keys.slice(from, from + INDEX_PAGE).flatMap((key) => partition.get(key) ?? []);
        yield items.map(({ key, hash, state }) => ({ key, hash, present: state === "present" }));
      }
    },
    async items(collection, keys) {
      return [...new Set(keys)].flatMap((key) => inventory.get(collection)?.get(key) ?? []);
    },
    async itemPage(collection, range, { limit, after }) {
      const partition = partitionOf(inventory, collection);
      const inside = (key: string) => inRange(range, key) && (after === undefined || compareKeys(key, after) > 0);
      const keys = partition.sorted().filter(inside);
      return {
        items: keys.slice(0, limit).flatMap((key) => partition.get(key) ?? []),
        end: keys.length <= limit,
      };
    },
    async lastKey(collection, range) {
      return inventory
        .get(collection)
        ?.sorted()
        .findLast((key) => inRange(range, key));
    },
    async writeItems(items, signal) {
      signal.throwIfAborted();
      for (const item of items) partitionOf(inventory, item.collection).set(item.key, item);
    },
    async deleteItems(collection, keys, signal) {
      signal.throwIfAborted();
      for (const key of keys) inventory.get(collection)?.delete(key);
    },
    async *edgeCandidates(end, node) {
      for (const partition of inventory.values()) {
        yield partition.all().filter(({ edge }) => edge?.[end] === node);
      }
      for (const partition of log.values()) {
        yield partition.all().filter(({ formerEdge }) => formerEdge?.[end] === node);
      }
    },

    async changes(collection, positions) {
      const distinct = new Set(positions.map(positionKey));
      return [...distinct].flatMap((position) => log.get(collection)?.get(position) ?? []);
    },
    async changePage(collection, range, limit) {
      const partition = partitionOf(log, collection);
      const keys = partition.sorted().filter((key) => inLog(range, key));
      return {
        changes: keys.slice(0, limit).flatMap((key) => partition.get(key) ?? []),
        end: keys.length <= limit,
      };
    },
    async writeChanges(changes, signal) {
      signal.throwIfAborted();
      for (const change of changes) partitionOf(log, change.collection).set(positionKey(change), change);
    },
    async deleteChanges(collection, positions, signal) {
      signal.throwIfAborted();
      for (const position of positions) log.get(collection)?.delete(positionKey(position));
    },

    async recordSync(record) {
      partitionOf(syncs, record.collection).set(syncKey(record), record);
    },
    async syncPage(collection, { since, before }, limit) {
      const partition = partitionOf(syncs, collection);
      const keys = partition
        .sorted()
        .filter(
          (key) => (since === undefined || key >= since) && (before === undefined || compareKeys(key, before) < 0),
        )
        .reverse();
      return { syncs: keys.slice(0, limit).flatMap((key) => partition.get(key) ?? []), end: keys.length <= limit };
    },
  };
}

function ended(standing: Standing, end: SyncEnd): Standing {
  const { error: _error, lease, dirtySince, dirtyBy, listing, held, window, sweep, vanished, ...rest } = standing;
  if (end.outcome === "failed") {
    const { abandoned, ...failed } = end;
    const marks = abandoned
      ? {
          ...(lease && { lease }),
          ...(dirtySince !== undefined && { dirtySince }),
          ...(dirtyBy !== undefined && { dirtyBy }),
        }
      : {};
    const kept = {
      ...(listing !== undefined && { listing }),
      ...(held && { held }),
      ...(window && { window }),
      ...(sweep && { sweep }),
      ...(vanished && { vanished }),
    };
    return { ...rest, ...kept, ...marks, ...failed };
  }
  return { ...rest, ...end };
}

function positionKey(position: LogPosition): string {
  return `${position.at}#${position.key}`;
}

function inLog({ after, until }: LogRange, key: string): boolean {
  if (typeof after === "string" && compareKeys(key, `${after}$`) < 0) return false;
  if (typeof after === "object" && compareKeys(key, positionKey(after)) <= 0) return false;
  return until === undefined || compareKeys(key, `${until}$`) < 0;
}
