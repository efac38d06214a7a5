import { differencesBetween } from "../inventory/differences.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, Item, ItemVersion } from "../model/item.ts";
import { partOf } from "../model/paths.ts";
import { placeMembers } from "./ids.ts";
import type { Selection } from "./parameters.ts";

/** An item as the API answers it, but for its document. */
function itemHead(item: Item) {
  const { collection, key, scope, state, version, firstSeenAt, changedAt, removedAt, cause, edge } = item;
  const { id, ...place } = placeMembers({ collection, key });
  return {
    id,
    ...place,
    scope,
    key,
    state,
    version,
    firstSeenAt,
    changedAt,
    ...(removedAt !== undefined && { removedAt }),
    ...(cause !== undefined && { cause }),
    ...(edge && { edge }),
  };
}

/** An item as the API answers it; `document` is its content, when that has been read already. */
export function itemBody(item: Item, document: unknown = JSON.parse(item.document)) {
  return { ...itemHead(item), document };
}

/** An item as the API answers it, as JSON text: the document's own is taken as it is. */
export function itemText(item: Item, after: Readonly<Record<string, unknown>> = {}): string {
  const rest = JSON.stringify(after).slice(1);
  return `${JSON.stringify(itemHead(item)).slice(0, -1)},"document":${item.document}${rest === "}" ? rest : `,${rest}`}`;
}

export type ItemBody = ReturnType<typeof itemBody>;

/** The members of an item that a request selects. */
export function selectedFrom(body: ItemBody, { members, paths }: Selection): Partial<ItemBody> {
  const selected = Object.fromEntries(Object.entries(body).filter(([name]) => members.has(name)));
  const document = paths.length > 0 ? partOf(body.document, paths) : undefined;
  return document === undefined ? selected : { ...selected, document };
}

/** A change as the API answers it. */
export function changeBody(change: Change) {
  const { collection, key, scope, at, kind, version, previousAt, cause } = change;
  const { id, ...place } = placeMembers({ collection, key });
  const document: unknown = JSON.parse(change.document);
  return {
    at,
    kind,
    id,
    ...place,
    scope,
    key,
    version,
    ...(previousAt !== undefined && { previousAt }),
    ...(cause !== undefined && { cause }),
    ...(kind === "modified" && change.before && { differences: differencesFrom(change.before, document) }),
    document,
  };
}

/** One version of an item, the change that made it if that is kept, and until when it was. */
export function versionBody(version: ItemVersion, change: Change | undefined, until: Instant | undefined) {
  const document: unknown = JSON.parse(version.document);
  const kind = change?.kind ?? (version.state === "removed" ? "removed" : version.version === 1 ? "added" : undefined);
  return {
    version: version.version,
    state: version.state,
    ...(kind && { kind }),
    from: version.changedAt,
    ...(until !== undefined && { until }),
    ...(version.cause !== undefined && { cause: version.cause }),
    ...(version.edge && { edge: version.edge }),
    document,
    ...(change?.kind === "modified" && change.before && { differences: differencesFrom(change.before, document) }),
  };
}

/** Where a document differs from what it was. */
export function differencesFrom(before: Pick<ItemVersion, "document">, document: unknown) {
  return differencesBetween(JSON.parse(before.document), document);
}
