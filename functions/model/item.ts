import type { Collection } from "./collection.ts";
import { escapeNul } from "./escape-nul.ts";
import type { Instant } from "./instant.ts";

/** DynamoDB's 1,024 bytes for a sort key, less the instant and separator that stand beside it. */
export const MAX_KEY_BYTES = 998;
/** A node is a partition key of at most 2,048 bytes; item and change name it too. */
export const MAX_NODE_BYTES = 1_024;

/** Whether an item, or a scope, can be stored under this key. */
export function isStorableKey(key: string): boolean {
  return key.isWellFormed() && Buffer.byteLength(escapeNul(key)) <= MAX_KEY_BYTES;
}

/** Whether an edge can name this node. */
export function isStorableNode(name: string): boolean {
  return name.isWellFormed() && Buffer.byteLength(name) <= MAX_NODE_BYTES;
}

/** A directed relation that an item states. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation?: string;
}

/** Why an item was removed. */
export type RemovalCause = "not listed" | "parent removed" | "target retired" | "source changed" | "repaired";

/**
 * One state of an item over time: its content, or the tombstone that says that it was removed. Immutable: no other content is ever
 * stored under the same collection, key and instant.
 */
export interface ItemVersion {
  readonly collection: Collection;
  readonly key: string;
  /** The instant of the sync that wrote it. It names the change in the log that made it. */
  readonly at: Instant;
  /** The scope whose sync wrote it. */
  readonly scope: string;
  readonly state: "present" | "removed";
  /** 1 for the first; every change, a removal too, adds one. */
  readonly version: number;
  /** 128 bits in base64url of key, edges, names and canonical document (see canonical.ts). */
  readonly hash: string;
  /** JSON text of the document as listed; of a tombstone, as last listed. */
  readonly document: string;
  readonly edges: readonly Edge[];
  /** What the item can be found by in the graph, with the ends that it says are one; absent where there is nothing. */
  readonly names?: readonly string[];
  /** The instant of the version since which the item has these edges and names. */
  readonly edgeAt: Instant;
  readonly firstSeenAt: Instant;
  /** The instant of the version before; absent of the first. */
  readonly previousAt?: Instant;
  /** Of a tombstone. */
  readonly cause?: RemovalCause;
}

/** A version while it is built member by member. Spreads would take many times the time and memory. */
export type MutableVersion = { -readonly [Member in keyof ItemVersion]: ItemVersion[Member] };

/** What an item says of the graph. */
export type GraphMembers = Pick<ItemVersion, "edges" | "names">;

/** Names an item. */
export type ItemRef = Pick<ItemVersion, "collection" | "key">;

/** `reindexed`: only edges or ignored paths differ, since the source's version changed. Followers and people's views pass over it. */
export type ChangeKind = "added" | "modified" | "removed" | "reindexed";

/**
 * One record of the log: at the instant `after.at` the item became `after`. `before` is absent of an item never seen before; an added
 * item may have a tombstone before.
 */
export interface Change {
  readonly kind: ChangeKind;
  readonly before?: ItemVersion;
  readonly after: ItemVersion;
}

/** A change's place in its collection's log, which is in order of time, then of key. */
export interface LogPosition {
  readonly at: Instant;
  readonly key: string;
}
