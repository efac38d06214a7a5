import type { Edge, Item } from "./answers.ts";
import { middleCut, plain, resourceOf, valueAt } from "./values.ts";

/*
 * How what each source lists is shown: the members that name things. A source that is not here is shown all the
 * same, by its keys and ARNs.
 */

/** Where a document says what is at an edge's end. */
interface End {
  readonly name?: string;
  readonly kind?: string;
  /** The kind, where it is always the same. */
  readonly is?: string;
}

interface Shown {
  readonly things: string;
  readonly title?: string;
  readonly columns: readonly string[];
  /** Where AWS says what state it is in. */
  readonly status?: string;
  /** Members with few values, by which the items are counted. */
  readonly facets?: readonly string[];
  readonly from?: End;
  readonly to?: End;
}

const SHOWN: Readonly<Record<string, Shown>> = {
  "sagemaker.associations": {
    things: "associations",
    facets: ["AssociationType", "SourceType", "DestinationType"],
    columns: ["AssociationType", "SourceType", "DestinationType", "CreationTime"],
    from: { name: "SourceName", kind: "SourceType" },
    to: { name: "DestinationName", kind: "DestinationType" },
  },
  "cleanrooms.memberships": {
    things: "memberships",
    title: "collaborationName",
    status: "status",
    facets: ["status", "collaborationCreatorDisplayName"],
    columns: ["status", "collaborationCreatorDisplayName", "createTime", "updateTime"],
    from: { is: "Membership" },
    to: { name: "collaborationName", is: "Collaboration" },
  },
  "iot.account-associations": {
    things: "account associations",
    title: "Name",
    status: "AssociationState",
    facets: ["AssociationState"],
    columns: ["AssociationState", "ConnectorDestinationId", "ErrorMessage"],
    from: { name: "Name", is: "Account association" },
    to: { is: "Connector" },
  },
  "workspaces.images": {
    things: "images",
    title: "Name",
    status: "State",
    facets: ["State", "OperatingSystem.Type"],
    columns: ["State", "OperatingSystem.Type", "OwnerAccountId", "Created"],
  },
  "workspaces.image-associations": {
    things: "image associations",
    status: "State",
    facets: ["State"],
    columns: ["ImageId", "AssociatedResourceId", "State", "Created", "LastUpdatedTime"],
    from: { is: "Image" },
    to: { is: "Application" },
  },
};

const PLAIN: Shown = { things: "items", columns: [] };

export const shownOf = (source: string): Shown => SHOWN[source] ?? PLAIN;

/** The columns that a table of a source's items begins with. */
export function defaultColumns(source: string | null): string[] {
  if (!source) return ["source", "edge.relation", "changedAt"];
  return [...shownOf(source).columns.map((path) => `document.${path}`), "changedAt"];
}

type Titled = Pick<Item, "source" | "key" | "document"> & { readonly edge?: Edge | undefined };

/** What an item is called: `churn-events → churn-prepare`; its ends cut where there is little room. */
export function titleOf({ source, key, edge, document }: Titled, max = 200): string {
  const { title, from, to } = shownOf(source);
  const named = title && plain(valueAt(document, title));
  if (named) return middleCut(named, 2 * max);
  if (!edge) return key;
  const end = (node: string, end: End = {}) => middleCut(textAt(document, end.name) ?? shortNode(node), max);
  return `${end(edge.from, from)} → ${end(edge.to, to)}`;
}

/** What an item is called in AWS: its ARN, if it has one of its own, otherwise its key. */
export function nodeOf({ key, document }: Pick<Titled, "key" | "document">): string {
  return textAt(document, "arn") ?? textAt(document, "Arn") ?? key;
}

/** What AWS says of the state that an item is in, where its source has that. */
export function statusOf({ source, document }: Pick<Titled, "source" | "document">): string | undefined {
  return textAt(document, shownOf(source).status);
}

/** The members of a document that say what it and its edge's ends are: for `fields`. */
export const END_FIELDS = [
  ...new Set(
    Object.values(SHOWN).flatMap(({ title, from, to }) =>
      [title, from?.name, from?.kind, to?.name, to?.kind].flatMap((path) => (path ? [`document.${path}`] : [])),
    ),
  ),
];

/** A node, and what an item's document says of it. */
export interface NamedNode {
  readonly node: string;
  readonly name: string | undefined;
  readonly kind: string | undefined;
}

/** What an item's document says of its edge's ends. */
export function endsOf({ source, edge, document }: Partial<Pick<Item, "source" | "edge" | "document">>): NamedNode[] {
  if (!source || !edge) return [];
  const { from = {}, to = {} } = shownOf(source);
  const read = (node: string, { name, kind, is }: End) => ({
    node,
    name: textAt(document, name),
    kind: is ?? textAt(document, kind),
  });
  return [read(edge.from, from), read(edge.to, to)];
}

function textAt(document: unknown, path: string | undefined): string | undefined {
  return (path && plain(valueAt(document, path))) || undefined;
}

/** A node as it can be shown in little room when nothing is known of it but its name: the last part of an ARN. */
export function shortNode(node: string): string {
  const resource = resourceOf(node);
  return resource.split("/").at(-1) || resource;
}

/** What kind of thing a node is, as far as its own name says. */
export function kindOfNode(node: string): string {
  const resource = resourceOf(node);
  const [kind = ""] = resource.split("/");
  return node.startsWith("arn:") && kind !== resource ? sentence(kind) : "Node";
}

function sentence(words: string): string {
  const text = words.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
