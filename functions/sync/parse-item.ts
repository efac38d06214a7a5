import { hash } from "node:crypto";
import { canonical, MAX_DEPTH } from "../model/canonical.ts";
import { toSingleLine } from "../model/errors.ts";
import {
  type GraphMembers,
  type ItemVersion,
  isStorableKey,
  isStorableNode,
  MAX_KEY_BYTES,
  MAX_NODE_BYTES,
} from "../model/item.ts";
import type { Source } from "../model/source.ts";

/** A listed document that can be stored. */
export type ListedItem = Pick<ItemVersion, "key" | "hash" | "document" | "edges" | "names">;

/** A listed document that cannot be stored, and why, in one line. `key` is absent when it has no identity. */
export interface RejectedItem {
  readonly key?: string;
  readonly reason: string;
}

/** DynamoDB's 400 KB for an item: a change holds the document and its edges twice, before and after, and some 5 KB beside them. */
export const MAX_DOCUMENT_BYTES = 195_000;
/** What the hash of an item is made of, and by what rules. */
export type ItemRules = Pick<Source, "key" | "edges" | "names" | "ignoredPaths">;

/** Parses one listed document: an item that can be stored, or the reason why not. Never throws, whatever the document. */
export function parseItem(source: ItemRules, listed: unknown): ListedItem | RejectedItem {
  const text = jsonOf(listed);
  if (text === undefined) return { reason: `an item nests deeper than ${MAX_DEPTH} levels: ${excerpt(listed)}` };
  const document: unknown = JSON.parse(text);
  const key = source.key(document);
  if (key === undefined) return { reason: `an item without an identity was listed: ${excerpt(document)}` };
  if (!key.isWellFormed()) return { reason: `an item's identity is not valid Unicode: ${excerpt(document)}` };
  if (!isStorableKey(key)) {
    return { reason: `an item's identity is longer than ${MAX_KEY_BYTES} bytes: ${toSingleLine(key, 120)}` };
  }
  const content = canonical(document, new Set(source.ignoredPaths));
  if (content === undefined) return { key, reason: `item ${toSingleLine(key)} nests deeper than ${MAX_DEPTH} levels` };
  const edges = source.edges(document);
  const names = source.names(document);
  const bytes = Buffer.byteLength(text) + (edges.length > 1 ? Buffer.byteLength(JSON.stringify(edges)) : 0);
  if (bytes > MAX_DOCUMENT_BYTES) {
    return { key, reason: `item ${toSingleLine(key)} is larger than ${MAX_DOCUMENT_BYTES} bytes` };
  }
  if (edges.some((edge) => Object.values(edge).some((name) => !isStorableNode(name)))) {
    return {
      key,
      reason: `item ${toSingleLine(key)} names an edge longer than ${MAX_NODE_BYTES} bytes or not valid Unicode`,
    };
  }
  if (names.length === 0) return { key, hash: itemHash(key, { edges }, content), document: text, edges };
  return { key, hash: itemHash(key, { edges, names }, content), document: text, edges, names };
}

/** A stored document; undefined when it is damaged. */
export function parseDocument(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A document as it is stored: an SDK gives instants as Dates. Undefined when it nests too deep even for that. */
function jsonOf(listed: unknown): string | undefined {
  try {
    return JSON.stringify(listed) ?? "null";
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** 128 bits in base64url of an item's key, edges, names and canonical document. */
function itemHash(key: string, { edges, names }: GraphMembers, content: string): string {
  const stated = edges.map(({ from, to, relation }) => [from, to, relation]);
  const named = edges.length === 0 && !names ? "" : JSON.stringify(names ? [...stated, names] : stated);
  return hash("sha256", `${key}\n${named}\n${content}`, "buffer").toString("base64url", 0, 16);
}

export function isRejected(parsed: ListedItem | RejectedItem): parsed is RejectedItem {
  return "reason" in parsed;
}

/** What can be shown of a document in an error without showing it: the names of its members. */
function excerpt(document: unknown): string {
  if (typeof document !== "object" || document === null) return `a ${document === null ? "null" : typeof document}`;
  return toSingleLine(`{ ${Object.keys(document).slice(0, 8).join(", ")} }`, 120);
}
