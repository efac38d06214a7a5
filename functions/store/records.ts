import type { Collection, KeyRange } from "../model/collection.ts";
import { epochMs, type Instant } from "../model/instant.ts";
import type { Change, ChangeKind, Item, ItemVersion, RemovalCause } from "../model/item.ts";
import type { Failure, HeldRemovals, LogPosition, Outcome, Standing, Sweep, SyncRecord } from "./port.ts";
import { syncKey } from "./port.ts";

/*
 * The records of the four tables, and their translation to and from the engine's terms. A document is kept as JSON
 * text: it survives whole whatever it nests or names its members, and costs no marshalling.
 */

interface VersionRecord {
  version: number;
  hash: string;
  document: string;
  from?: string;
  to?: string;
  relation?: string;
  firstSeenAt: Instant;
  changedAt: Instant;
  removedAt?: Instant;
  cause?: RemovalCause;
}

export interface InventoryRecord extends VersionRecord {
  collection: Collection;
  key: string;
  scope: string;
  /** Epoch seconds; of tombstones only. */
  expiresAt?: number;
}

export interface ChangeRecord {
  collection: Collection;
  /** `at#key` */
  position: string;
  scope: string;
  kind: ChangeKind;
  version: number;
  before?: VersionRecord;
  previousAt?: Instant;
  /** Absent of a removal, whose last known document is that of `before`. */
  document?: string;
  cause?: RemovalCause;
  formerFrom?: string;
  formerTo?: string;
  sync: string;
  expiresAt: number;
}

export interface ScopeRecord {
  collection: Collection;
  scope: string;
  rangeFrom?: string;
  rangeUntil?: string;
  leaseHolder?: string;
  leaseUntil?: number;
  snapshotAt?: Instant;
  completeAt?: Instant;
  dirtySince?: Instant;
  dirtyBy?: string;
  items?: number;
  digest?: string;
  listing?: string;
  triedAt?: Instant;
  outcome?: Outcome;
  error?: Failure;
  held?: readonly HeldRemovals[];
  window?: KeyRange;
  sweep?: Sweep;
  vanished?: boolean;
}

export type SyncTableRecord = SyncRecord & { sync: string; expiresAt: number };

const DAY_SECONDS = 86_400;

function expiry(instant: Instant, retentionDays: number): number {
  return Math.ceil(epochMs(instant) / 1000) + retentionDays * DAY_SECONDS;
}

function versionRecord(version: ItemVersion): VersionRecord {
  const { state: _state, edge, ...rest } = version;
  return { ...rest, ...edge };
}

function versionOfRecord(record: VersionRecord): ItemVersion {
  const { version, hash, document, from, to, relation, firstSeenAt, changedAt, removedAt, cause } = record;
  return {
    state: removedAt === undefined ? "present" : "removed",
    version,
    hash,
    document,
    ...(from !== undefined && to !== undefined && { edge: { from, to, ...(relation !== undefined && { relation }) } }),
    firstSeenAt,
    changedAt,
    ...(removedAt !== undefined && { removedAt }),
    ...(cause !== undefined && { cause }),
  };
}

export function inventoryRecord(item: Item, retentionDays: number): InventoryRecord {
  const { collection, key, scope, ...version } = item;
  return {
    collection,
    key,
    scope,
    ...versionRecord(version),
    ...(item.removedAt !== undefined && { expiresAt: expiry(item.removedAt, retentionDays) }),
  };
}

export function itemOfRecord(record: InventoryRecord): Item {
  const { collection, key, scope } = record;
  return { collection, key, scope, ...versionOfRecord(record) };
}

export function positionKey(position: LogPosition): string {
  return `${position.at}#${position.key}`;
}

/** Reads what `positionKey` writes. */
export function logPosition(position: string): LogPosition {
  const separator = position.indexOf("#");
  return { at: position.slice(0, separator), key: position.slice(separator + 1) };
}

export function changeRecord(change: Change, retentionDays: number): ChangeRecord {
  const { at, key, before, document, formerEdge, ...rest } = change;
  return {
    ...rest,
    position: positionKey(change),
    ...(before && { before: versionRecord(before) }),
    ...(change.kind !== "removed" && { document }),
    ...(formerEdge && { formerFrom: formerEdge.from, formerTo: formerEdge.to }),
    expiresAt: expiry(at, retentionDays),
  };
}

export function changeOfRecord(record: ChangeRecord): Change {
  const { position, before, document, formerFrom, formerTo, expiresAt: _expiresAt, ...rest } = record;
  const last = document ?? before?.document;
  if (last === undefined) throw new Error(`change ${position} of ${record.collection} has no document`);
  return {
    ...rest,
    ...logPosition(position),
    ...(before && { before: versionOfRecord(before) }),
    ...(formerFrom !== undefined && formerTo !== undefined && { formerEdge: { from: formerFrom, to: formerTo } }),
    document: last,
  };
}

export function standingOfRecord(record: ScopeRecord): Standing {
  const { rangeFrom, rangeUntil, leaseHolder, leaseUntil, items, ...rest } = record;
  return {
    ...rest,
    range: {
      ...(rangeFrom !== undefined && { from: rangeFrom }),
      ...(rangeUntil !== undefined && { until: rangeUntil }),
    },
    ...(leaseHolder !== undefined && leaseUntil !== undefined && { lease: { holder: leaseHolder, until: leaseUntil } }),
    items: items ?? 0,
  };
}

export function syncTableRecord(record: SyncRecord, retentionDays: number): SyncTableRecord {
  return { ...record, sync: syncKey(record), expiresAt: expiry(record.startedAt, retentionDays) };
}

export function syncOfRecord(record: SyncTableRecord): SyncRecord {
  const { sync: _sync, expiresAt: _expiresAt, ...rest } = record;
  return rest;
}
