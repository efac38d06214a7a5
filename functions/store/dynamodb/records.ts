import { hash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Collection } from "../../model/collection.ts";
import { formatEdges, parseEdges } from "../../model/edges-text.ts";
import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { epochMs, type Instant } from "../../model/instant.ts";
import type { Change, ChangeKind, ItemRef, ItemVersion, LogPosition } from "../../model/item.ts";
import { type SyncRecord, syncKey } from "../../model/sync-record.ts";
import { type EdgeRef, edgeRefsOf, LOG_GRACE_DAYS } from "../port.ts";
import type { Attributes } from "./requests.ts";

/*
 * The records of Versions, Changes, Edges and Syncs, and their translation to and from the model's terms. Documents and edges are kept
 * as JSON text: they survive whole whatever they nest or name their members, and cost no marshalling. Long ones are deflated, since
 * DynamoDB charges by the kilobyte and names repeat in them.
 */

/** A version without what names it. */
interface VersionContent
  extends Omit<ItemVersion, "collection" | "key" | "at" | "state" | "document" | "edges" | "names"> {
  /** Of a tombstone. */
  readonly removed?: true;
  readonly document?: string;
  /** Edges and names; absent where there are none. */
  readonly edges?: string;
  /** Document and edges in place of both, as JSON, deflated. */
  readonly deflated?: Uint8Array;
}

interface VersionRecord extends VersionContent {
  readonly collection: Collection;
  readonly versionKey: string;
}

interface ChangeRecord {
  readonly collection: Collection;
  readonly changeKey: string;
  readonly kind: ChangeKind;
  /** Its document is absent where it is the one of `before`, as of a removal. */
  readonly after: VersionContent;
  readonly before?: VersionContent & { readonly at: Instant };
  readonly expiresAt: number;
}

/** Between key and instant, so that all versions of a key stand together: no escaped key has it, and it sorts before all that they have. */
const KEY_END = "\u0000";
const AFTER_KEY_END = "\u0001";
/** Instants begin with a digit, and `#` follows them: `$` sorts after all changes of one instant. */
export const AFTER_INSTANT = "$";
const INSTANT_LENGTH = "2026-03-01T12:00:00.000Z".length;
const DAY_SECONDS = 86_400;

/** The sort key of a version. */
export function versionKey({ key, at }: LogPosition): string {
  return `${firstVersionKey(key)}${KEY_END}${at}`;
}

/** Sorts before all versions of this key and of later ones, after those of earlier ones. */
export function firstVersionKey(key: string): string {
  return escapeNul(key);
}

/** Sorts after all versions of this key, before those of later ones. */
export function lastVersionKey(key: string): string {
  return `${escapeNul(key)}${AFTER_KEY_END}`;
}

export function versionRecord(version: ItemVersion): Attributes {
  const { collection } = version;
  return { collection, versionKey: versionKey(version), ...contentOf(version) } satisfies VersionRecord;
}

export function versionOf(record: Attributes): ItemVersion {
  const { collection, versionKey, ...content } = record as unknown as VersionRecord;
  const key = unescapeNul(versionKey.slice(0, -(INSTANT_LENGTH + KEY_END.length)));
  return versionOfContent({ collection, key, at: versionKey.slice(-INSTANT_LENGTH) }, content);
}

/** A record with so much text and a usual key is larger than the kilobyte that one write unit pays for. */
const MAX_PLAIN_CHARACTERS = 300;

/** `withDocument`: false where the record holds the document already. */
function contentOf(version: ItemVersion, withDocument = true): VersionContent {
  const { collection: _collection, key: _key, at: _at, edges: _edges, names: _names, ...rest } = version;
  const { state, document, ...content } = rest;
  const edgesText = formatEdges(version);
  const texts = {
    ...(withDocument && { document }),
    ...(edgesText !== undefined && { edges: edgesText }),
  };
  const length = (texts.document?.length ?? 0) + (texts.edges?.length ?? 0);
  return {
    ...content,
    ...(length <= MAX_PLAIN_CHARACTERS ? texts : { deflated: deflateRawSync(JSON.stringify(texts)) }),
    ...(state === "removed" && { removed: true }),
  };
}

function versionOfContent(ref: ItemRef & LogPosition, content: VersionContent, documentBefore?: string): ItemVersion {
  const { removed, deflated, document: _document, edges: _edges, ...rest } = content;
  const texts: Partial<VersionContent> = deflated ? readable(() => inflateRawSync(deflated).toString(), {}) : content;
  const { edges, document = documentBefore ?? UNREADABLE } = texts;
  return {
    ...ref,
    ...rest,
    document,
    state: removed ? "removed" : "present",
    ...parseEdges(edges),
  };
}

/** Stands for a damaged document: it is no JSON, which verifying finds. */
const UNREADABLE = "";

/** What a text of JSON says; `otherwise` when it is damaged. */
function readable<T>(text: () => string, otherwise: T): T {
  try {
    return JSON.parse(text());
  } catch {
    return otherwise;
  }
}

export function changeKey({ at, key }: LogPosition): string {
  return `${at}#${key}`;
}

/** Reads what `changeKey` writes. */
export function positionOf(changeKey: string): LogPosition {
  return { at: changeKey.slice(0, INSTANT_LENGTH), key: changeKey.slice(INSTANT_LENGTH + 1) };
}

export function changeRecord({ kind, before, after }: Change, retentionDays: number): Attributes {
  return {
    collection: after.collection,
    changeKey: changeKey(after),
    kind,
    after: contentOf(after, after.document !== before?.document),
    ...(before && { before: { ...contentOf(before), at: before.at } }),
    expiresAt: expiryOf(after.at, retentionDays + LOG_GRACE_DAYS),
  } satisfies ChangeRecord;
}

export function changeOf(record: Attributes): Change {
  const { collection, changeKey, kind, before, after } = record as unknown as ChangeRecord;
  const { at, key } = positionOf(changeKey);
  if (!before) return { kind, after: versionOfContent({ collection, key, at }, after) };
  const { at: beforeAt, ...content } = before;
  const earlier = versionOfContent({ collection, key, at: beforeAt }, content);
  return { kind, before: earlier, after: versionOfContent({ collection, key, at }, after, earlier.document) };
}

/** The records of the edges and names that a version introduced. */
export function edgeRecords(version: ItemVersion): Attributes[] {
  const { collection, key } = version;
  return edgeRefsOf(version).map((edge) => ({ ...edgeRecordKey(collection, edge), collection, key }));
}

/** An item's name in sort keys is a hash, since collection and key would be too long for DynamoDB. */
export function edgeRecordKey(collection: Collection, { node, end, key, edgeAt }: EdgeRef): Attributes {
  const name = hash("sha256", `${collection}${KEY_END}${key}`, "buffer").toString("base64url", 0, 16);
  return { node, edgeKey: `${end}/${name}/${edgeAt}` };
}

export function edgeCandidateOf(record: Attributes): ItemRef & { readonly edgeAt: Instant } {
  const { collection, key, edgeKey } = record as { collection: Collection; key: string; edgeKey: string };
  return { collection, key, edgeAt: edgeKey.slice(-INSTANT_LENGTH) };
}

export function syncTableRecord(record: SyncRecord, retentionDays: number): Attributes {
  return { ...record, syncKey: syncKey(record), expiresAt: expiryOf(record.startedAt, retentionDays) };
}

export function syncOf(record: Attributes): SyncRecord {
  const { syncKey: _syncKey, expiresAt: _expiresAt, ...sync } = record;
  return sync as unknown as SyncRecord;
}

function expiryOf(instant: Instant, retentionDays: number): number {
  return Math.ceil(epochMs(instant) / 1000) + retentionDays * DAY_SECONDS;
}
