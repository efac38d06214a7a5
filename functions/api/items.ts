import type { VisibleChange } from "../inventory/changes.ts";
import { differencesBetween } from "../inventory/differences.ts";
import { documentText, readDocument } from "../inventory/document.ts";
import type { HistoryEntry } from "../inventory/history.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, Edge, ItemVersion, RemovalCause } from "../model/item.ts";
import { itemRefFields } from "../model/item-id.ts";
import type { NameOf } from "../model/node.ts";
import { partOf } from "../model/paths.ts";
import type { Names } from "./names.ts";
import type { Selection } from "./parameters.ts";
import type { Entry } from "./schemas/responses.ts";

/** What the service listed. */
export type Document = Readonly<Record<string, unknown>>;

/** An item's document, parsed. */
export function documentOf(item: ItemVersion): Document {
  return readDocument(item) as Document;
}

interface ItemFields
  extends ReturnType<typeof itemRefFields>,
    Pick<ItemVersion, "key" | "scope" | "state" | "version" | "firstSeenAt"> {
  readonly changedAt: Instant;
  readonly removedAt?: Instant | undefined;
  readonly cause?: RemovalCause | undefined;
  readonly edge?: Edge | undefined;
}

/** An item as the API shows it, without its document. JSON leaves members out that are undefined. */
function itemFields(item: ItemVersion): ItemFields {
  const { collection, key, scope, at, state, version, firstSeenAt, cause, edges } = item;
  const { id, shortId, source, account, region } = itemRefFields({ collection, key });
  // Spreads would take most of the time here.
  return {
    id,
    shortId,
    source,
    account,
    region,
    scope,
    key,
    state,
    version,
    firstSeenAt,
    changedAt: at,
    removedAt: state === "removed" ? at : undefined,
    cause,
    edge: edges[0],
  };
}

/** An item as the API shows it. `document` is its content, when that has been parsed already. */
export function itemBody(item: ItemVersion, document = documentOf(item)) {
  return { ...itemFields(item), document };
}

/** An item as the API shows it, as JSON text. The document's own text is taken as it is. */
export function itemText(item: ItemVersion, after?: Readonly<Record<string, unknown>>): string {
  const rest = after ? `,${JSON.stringify(after).slice(1)}` : "}";
  return `${JSON.stringify(itemFields(item)).slice(0, -1)},"document":${documentText(item)}${rest}`;
}

export type ItemBody = ReturnType<typeof itemBody>;

/** What a request wants of its items. */
export interface ItemOptions {
  readonly fields?: Selection | undefined;
  /** What else is stored, too. */
  readonly full?: boolean | undefined;
  /** What it and its ends are called, too. */
  readonly names?: Names | undefined;
  readonly nameOf: NameOf;
}

/** An item in a list, as JSON text: whole, or what a request selects of it; and what else it wants. */
export function itemRow(item: ItemVersion, { fields, full, names, nameOf }: ItemOptions): string {
  const rest = full ? { stored: versionDetails(item) } : undefined;
  if (!fields && !names) return itemText(item, rest);
  const document = documentOf(item);
  const body = names ? namedItemBody(item, names, document) : itemBody(item, document);
  if (!fields) return JSON.stringify({ ...body, ...rest });
  const name = names || fields.members.has("name") ? { name: "name" in body ? body.name : nameOf(item, document) } : {};
  return JSON.stringify({ ...name, ...selectedFrom(body, fields), ...rest });
}

/** An item as the API shows it, with its name first. */
export function namedItemBody(item: ItemVersion, names: Names, document = documentOf(item)) {
  const { name, edge } = names.of(item, document);
  return { name, ...itemBody(item, document), ...(edge && { edge }) };
}

/** What is stored of a version beside what an item shows. */
function versionDetails({ hash, edges, names, edgeAt, previousAt }: ItemVersion) {
  return { hash, edges, ...(names && { names }), edgesSince: edgeAt, ...(previousAt !== undefined && { previousAt }) };
}

/** The columns of an item as CSV, unless a request selects others. */
export const ITEM_COLUMNS = [
  ...["id", "shortId", "source", "account", "region", "scope", "key", "state", "version", "firstSeenAt", "changedAt"],
  ...["removedAt", "cause", "edge.from", "edge.to", "edge.relation", "document"],
];

/** The members of an item that a request selects. */
export function selectedFrom<Body extends ItemBody>(body: Body, { members, paths }: Selection): Partial<Body> {
  const selected = Object.fromEntries(Object.entries(body).filter(([member]) => members.has(member))) as Partial<Body>;
  const document = paths.length > 0 ? (partOf(body.document, paths) as Document | undefined) : undefined;
  return document === undefined ? selected : { ...selected, document };
}

/** A change with everything that is stored of it. */
export function fullChangeBody({ kind, before, after }: Change, names?: Names): Entry<"ChangeList"> {
  const stored = {
    ...{ kind, ...versionDetails(after), firstSeenAt: after.firstSeenAt },
    ...(before && {
      before: {
        ...versionDetails(before),
        ...{ at: before.at, scope: before.scope, state: before.state, version: before.version },
        ...{ firstSeenAt: before.firstSeenAt, ...(before.cause !== undefined && { cause: before.cause }) },
        ...(before.document !== after.document && { document: documentOf(before) }),
      },
    }),
  };
  const shown: VisibleChange = { kind: kind === "reindexed" ? "modified" : kind, after, ...(before && { before }) };
  return { ...changeBody(shown, names), stored };
}

/** A change as the API shows it. */
export function changeBody({ kind, before, after }: VisibleChange, names?: Names): Entry<"ChangeList"> {
  const { collection, key, scope, at, version, previousAt, cause } = after;
  const document = documentOf(after);
  const { name, edge } = names?.of(after, document) ?? {};
  return {
    at,
    kind,
    ...(name !== undefined && { name }),
    ...itemRefFields({ collection, key }),
    scope,
    key,
    version,
    ...(previousAt !== undefined && { previousAt }),
    ...(cause !== undefined && { cause }),
    ...(edge && { edge }),
    ...(kind === "modified" && before && { differences: differencesFrom(before, document) }),
    document,
  };
}

/** One version of an item, as its history shows it. */
export function versionBody({ version, content, change, until }: HistoryEntry, names?: Names): Entry<"History"> {
  const document = documentOf(content);
  const kind = change?.kind ?? (version.state === "removed" ? "removed" : version.version === 1 ? "added" : undefined);
  const { name, edge = content.edges[0] } = names?.of(content, document) ?? {};
  return {
    ...(name !== undefined && { name }),
    version: version.version,
    state: version.state,
    ...(kind && { kind }),
    from: version.at,
    ...(until !== undefined && { until }),
    ...(version.cause !== undefined && { cause: version.cause }),
    ...(edge && { edge }),
    document,
    ...(change?.kind === "modified" && change.before && { differences: differencesFrom(change.before, document) }),
  };
}

/** Where a document differs from what it was. */
export function differencesFrom(before: ItemVersion, document: Document) {
  return differencesBetween(documentOf(before), document);
}
