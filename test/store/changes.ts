import { EMPTY_CHECKSUM } from "../../functions/model/checksum.ts";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import { NO_COUNTS } from "../../functions/model/counters.ts";
import type { Change, ItemVersion } from "../../functions/model/item.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";

export const COLLECTION = "test.things/123456789012/eu-west-1";
export const signal = new AbortController().signal;

export function instant(second: number): string {
  return new Date(Date.UTC(2026, 2, 1) + second * 1000).toISOString();
}

/** A first version, in two edges. */
export function added(key: string, at: string, document = `{"Name":"${key}"}`): Change {
  const after: ItemVersion = {
    ...{ collection: COLLECTION, key, at, scope: "all", state: "present", version: 1, hash: EMPTY_CHECKSUM, document },
    ...{ edges: [{ from: `of ${key}`, to: "a hub", relation: "In" }], edgeAt: at, firstSeenAt: at },
  };
  return { kind: "added", after };
}

export function modified(before: ItemVersion, at: string, document = before.document): Change {
  const after: ItemVersion = { ...before, at, document, version: before.version + 1, previousAt: before.at };
  return { kind: "modified", before, after };
}

export function removed(before: ItemVersion, at: string): Change {
  const { after } = modified(before, at);
  return { kind: "removed", before, after: { ...after, state: "removed", cause: "not listed" } };
}

export function stateOf(revision: number, set: Partial<ScopeState> = {}): ScopeState {
  return { ...initialState(COLLECTION, { id: "all", range: {} }), revision, ...set };
}

export function collectionRecord(revision: number, set: Partial<CollectionRecord> = {}): CollectionRecord {
  return { collection: COLLECTION, revision, status: "active", nextAt: 1_000, ...set };
}

export function syncRecord(startedAt: string, set: Partial<SyncRecord> = {}): SyncRecord {
  return {
    ...{ ...NO_COUNTS, collection: COLLECTION, startedAt, scope: "all", kind: "full", outcome: "complete" },
    ...{ durationMs: 9, ...set },
  };
}
