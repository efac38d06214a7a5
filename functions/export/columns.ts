import type { ItemBody } from "../api/items.ts";
import type { Instant } from "../model/instant.ts";

/** The columns' version, which a manifest states. A new column does not raise it; a column that changes or goes does. */
export const COLUMNS_VERSION = 1;

/** A column of an export. Instants are text, as everywhere: ISO 8601 in UTC, with milliseconds. */
export interface Column {
  readonly name: string;
  readonly type: "text" | "integer";
  readonly nullable: boolean;
}

/** An item as it is exported: the value of each column, in their order. Absent values are null. */
export type Row = readonly (string | number | null)[];

/** An item, and what it is called. */
export type NamedItemBody = ItemBody & { readonly name: string };

type Read = (item: NamedItemBody, asOf: Instant) => string | number | undefined;

/** Every column with what it says of an item. docs/exports.md describes them. */
const DECLARED: readonly (Column & { readonly read: Read })[] = [
  always("as_of", (_item, asOf) => asOf),
  always("id", ({ id }) => id),
  always("short_id", ({ shortId }) => shortId),
  always("source", ({ source }) => source),
  always("account", ({ account }) => account),
  always("region", ({ region }) => region),
  always("scope", ({ scope }) => scope),
  always("key", ({ key }) => key),
  always("name", ({ name }) => name),
  { ...always("version", ({ version }) => version), type: "integer" },
  always("first_seen_at", ({ firstSeenAt }) => firstSeenAt),
  always("changed_at", ({ changedAt }) => changedAt),
  sometimes("edge_from", ({ edge }) => edge?.from),
  sometimes("edge_to", ({ edge }) => edge?.to),
  sometimes("edge_relation", ({ edge }) => edge?.relation),
  always("document", ({ document }) => JSON.stringify(document)),
];

/** The columns of every export, in order. */
export const COLUMNS: readonly Column[] = DECLARED;

function always(name: string, read: Read) {
  return { name, type: "text" as const, nullable: false, read };
}

function sometimes(name: string, read: Read) {
  return { ...always(name, read), nullable: true };
}

/** What is exported of an item. */
export function rowOf(item: NamedItemBody, asOf: Instant): Row {
  return DECLARED.map(({ read }) => read(item, asOf) ?? null);
}
