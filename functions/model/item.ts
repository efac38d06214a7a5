import { hash } from "node:crypto";
import type { Collection } from "./collection.ts";
import { explain, oneLine } from "./errors.ts";
import type { Instant } from "./instant.ts";
import { type Edge, MAX_DEPTH, type Source } from "./source.ts";

/** What an item was between two changes. */
export interface ItemVersion {
  readonly state: "present" | "removed";
  /** 1 for the first; every change, a removal too, adds one. */
  readonly version: number;
  /** Hash of key and content: equal exactly when, key order and volatile members aside, the documents are equal. */
  readonly hash: string;
  /** JSON text of the document as listed; of a tombstone, as last listed. */
  readonly document: string;
  readonly edge?: Edge;
  readonly firstSeenAt: Instant;
  /** The instant of the change that made this version, which names that change in the log. */
  readonly changedAt: Instant;
  readonly removedAt?: Instant;
  /** Why it was removed. */
  readonly cause?: RemovalCause;
}

export type RemovalCause = "not listed" | "parent removed";

/** An item's newest version, or its tombstone. */
export interface Item extends ItemVersion {
  readonly collection: Collection;
  readonly key: string;
  readonly scope: string;
}

export type ChangeKind = "added" | "modified" | "removed";

/** One record of the log. `before` is absent of an item never seen before; an added item may have a tombstone before. */
export interface Change {
  readonly collection: Collection;
  readonly at: Instant;
  readonly key: string;
  readonly scope: string;
  readonly kind: ChangeKind;
  /** The version that the change made. */
  readonly version: number;
  readonly before?: ItemVersion;
  /** The item's change before this one. */
  readonly previousAt?: Instant;
  /** JSON text of the content after the change; of a removal, the last known. */
  readonly document: string;
  readonly cause?: RemovalCause;
  /** The ends of the edge it had before, if they were others: by these is found whose edge has moved since. */
  readonly formerEdge?: { readonly from: string; readonly to: string };
  /** The sync that saw it, as its record's sort key. */
  readonly sync: string;
}

/** A listed document that can be stored. */
export interface ListedItem {
  readonly key: string;
  readonly hash: string;
  /** Characters of its content. */
  readonly size: number;
  /** The document's JSON text, made only when it is needed: most listed items have not changed. */
  readonly document: () => string;
  readonly edge: () => Edge | undefined;
}

/** A listed document that cannot be stored, and why, in one line. `key` is absent when it has no identity. */
export interface Refusal {
  readonly key?: string;
  readonly reason: string;
}

/** DynamoDB's 1,024 bytes for a sort key, less the instant and separator that precede it in the log, and a byte to name its successor. */
const MAX_KEY_BYTES = 998;
/** DynamoDB's 400 KB for an item: a change holds the document twice, before and after, and some 5 KB beside it. */
export const MAX_DOCUMENT_BYTES = 195_000;
/** DynamoDB's limit for an index partition key; the relation shares the record with it. */
const MAX_NODE_BYTES = 1_024;

/** Looks at one listed document: an item that can be stored, or the reason why not. Never throws on any document. */
export function examine(
  source: Pick<Source, "read" | "key" | "edge" | "volatile">,
  listed: unknown,
): ListedItem | Refusal {
  let document: unknown;
  try {
    document = source.read(listed);
  } catch (error) {
    return { reason: oneLine(`an item that cannot be read was listed: ${excerpt(listed)}: ${explain(error)}`) };
  }
  const key = source.key(document);
  if (key === undefined) return { reason: `an item without an identity was listed: ${excerpt(document)}` };
  if (!key.isWellFormed()) return { reason: `an item's identity is not valid Unicode: ${excerpt(document)}` };
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) {
    return { reason: `an item's identity is longer than ${MAX_KEY_BYTES} bytes: ${oneLine(key, 120)}` };
  }
  const content = canonical(document, new Set(source.volatile));
  if (content === undefined) return { key, reason: `item ${oneLine(key)} nests deeper than ${MAX_DEPTH} levels` };
  if (Buffer.byteLength(content) > MAX_DOCUMENT_BYTES) return { key, reason: tooLarge(key) };
  const edge = source.edge(document);
  if (edge && Object.values(edge).some((node) => !isStorableName(node))) {
    return {
      key,
      reason: `item ${oneLine(key)} names an edge longer than ${MAX_NODE_BYTES} bytes or not valid Unicode`,
    };
  }
  if (source.volatile.length > 0 && Buffer.byteLength(JSON.stringify(document)) > MAX_DOCUMENT_BYTES) {
    return { key, reason: tooLarge(key) };
  }
  return {
    key,
    hash: hashOf(key, content),
    size: content.length,
    document: () => JSON.stringify(document),
    edge: () => edge,
  };
}

/** 128 bits in base64url. The key is in it, so that the hashes of a set of items tell the set (see digest.ts). */
function hashOf(key: string, content: string): string {
  return hash("sha256", `${key}\n${content}`, "buffer").toString("base64url", 0, 16);
}

export function isRefusal(seen: ListedItem | Refusal): seen is Refusal {
  return "reason" in seen;
}

function tooLarge(key: string): string {
  return `item ${oneLine(key)} is larger than ${MAX_DOCUMENT_BYTES} bytes`;
}

function isStorableName(name: string): boolean {
  return name.isWellFormed() && Buffer.byteLength(name) <= MAX_NODE_BYTES;
}

/** What can be shown of a document in an error without showing it: the names of its members. */
function excerpt(document: unknown): string {
  if (typeof document !== "object" || document === null) return `a ${document === null ? "null" : typeof document}`;
  return oneLine(`{ ${Object.keys(document).slice(0, 8).join(", ")} }`, 120);
}

/**
 * One text for equal documents: JSON with members sorted by name, volatile members (dotted paths) left out, members
 * without a value left out as JSON leaves them out. Undefined when the document nests deeper than MAX_DEPTH.
 */
export function canonical(document: unknown, volatile: ReadonlySet<string> = new Set()): string | undefined {
  try {
    return canonicalText(document, volatile, "", 0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function canonicalText(value: unknown, volatile: ReadonlySet<string>, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new RangeError(`deeper than ${MAX_DEPTH}`);
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) {
    return `[${value.map((element) => canonicalText(element, volatile, path, depth + 1)).join(",")}]`;
  }
  let members = "";
  for (const name of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[name];
    if (member === undefined) continue;
    const memberPath = volatile.size === 0 ? "" : path === "" ? name : `${path}.${name}`;
    if (volatile.size > 0 && volatile.has(memberPath)) continue;
    members += `${members === "" ? "" : ","}${quotedName(name)}:${canonicalText(member, volatile, memberPath, depth + 1)}`;
  }
  return `{${members}}`;
}

const quotedNames = new Map<string, string>();
/** A service's documents have few members' names; others, of members that a document makes up itself, must not pile up. */
const MAX_QUOTED_NAMES = 1_000;

function quotedName(name: string): string {
  let quoted = quotedNames.get(name);
  if (quoted === undefined) {
    quoted = JSON.stringify(name);
    if (quotedNames.size < MAX_QUOTED_NAMES) quotedNames.set(name, quoted);
  }
  return quoted;
}
