import type { Edge, Item } from "./answers.ts";
import { nodeMembersOf } from "./known-sources.ts";
import { middleCut, plain, resourceOf, valueAt } from "./values.ts";

/*
 * How what each source lists is shown. /v1/sources says where documents name things, and what they are; here is what is
 * shown beside that, and how relations are called.
 */

/** Where a document says what is at an edge's end. */
interface End {
  readonly name?: string;
  readonly kind?: string;
  /** The kind, where it is always the same. */
  readonly is?: string;
}

interface Shown {
  readonly columns: readonly string[];
  /** Members with few values, by which the items are counted. */
  readonly facets: readonly string[];
  readonly from?: End;
  readonly to?: End;
}

const INSTALLED = { columns: ["State", "Created", "LastUpdatedTime"], facets: ["State"], to: { is: "Application" } };

const SHOWN: Readonly<Record<string, Shown>> = {
  "sagemaker.associations": {
    facets: ["AssociationType", "SourceType", "DestinationType"],
    columns: ["AssociationType", "SourceType", "DestinationType", "CreationTime"],
    from: { name: "SourceName", kind: "SourceType" },
    to: { name: "DestinationName", kind: "DestinationType" },
  },
  "cleanrooms.memberships": {
    facets: ["status", "collaborationCreatorDisplayName"],
    columns: ["status", "collaborationCreatorDisplayName", "createTime", "updateTime"],
  },
  "iot.account-associations": {
    facets: ["AssociationState"],
    columns: ["AssociationState", "ConnectorDestinationId", "ErrorMessage"],
  },
  "workspaces.images": {
    facets: ["State", "OperatingSystem.Type"],
    columns: ["State", "OperatingSystem.Type", "OwnerAccountId", "Created"],
  },
  "workspaces.image-associations": {
    ...{ ...INSTALLED, from: { is: "Image" } },
    columns: ["ImageId", "AssociatedResourceId", "State", "Created", "LastUpdatedTime"],
  },
  "workspaces.bundle-associations": { ...INSTALLED, from: { is: "Bundle" } },
  "workspaces.workspace-associations": { ...INSTALLED, from: { is: "Workspace" } },
};

/** What is shown of a source's items. Without a choice of its own: what they are, and in which state. */
export function shownOf(source: string): Shown {
  const own = SHOWN[source];
  if (own) return own;
  const { typeMember, state } = nodeMembersOf(source) ?? {};
  const facets = [typeMember, state].flatMap((path) => path ?? []);
  return { columns: facets, facets };
}

/** What a source lists, in the plural: `training jobs`. */
export const thingsOf = (source: string): string => (source.split(".")[1] ?? "items").replaceAll("-", " ");

/** The columns that a table of a source's items begins with. */
export function defaultColumns(source: string | null): string[] {
  if (!source) return ["source", "edge.relation", "changedAt"];
  const columns = shownOf(source).columns.map((path) => `document.${path}`);
  return [...(nodeMembersOf(source) || columns.length > 0 ? columns : ["edge.relation"]), "changedAt"];
}

type Titled = Pick<Item, "source" | "key" | "document"> & {
  readonly name?: string | undefined;
  readonly edge?: Edge | undefined;
};

/** What an item is called, or, of a relation, its ends: `churn-events → churn-prepare`. Each is cut where there is little room. */
export function titleOf(item: Titled, max = 200): string {
  const { source, key, edge, document } = item;
  if (edge?.fromName !== undefined && edge.toName !== undefined && nodeMembersOf(source) === undefined) {
    return `${middleCut(edge.fromName, max)} → ${middleCut(edge.toName, max)}`;
  }
  const named = item.name ?? nameOf(item);
  if (named) return middleCut(named, 2 * max);
  if (!edge) return middleCut(shortNode(key), 2 * max);
  const { from, to } = shownOf(source);
  const end = (node: string, { name, kind }: End = {}) => {
    const named = textAt(document, name);
    const type = textAt(document, kind);
    // An id alone says nothing: `Dataset 60bd0787f418…` does.
    return middleCut(named ?? (type ? `${kindText(type)} ${middleCut(shortNode(node), 14)}` : shortNode(node)), max);
  };
  return `${end(edge.from, from)} → ${end(edge.to, to)}`;
}

/** What people call an item, if it is more than a relation. */
function nameOf({ source, document }: Titled): string | undefined {
  const node = nodeMembersOf(source);
  const name = textAt(document, node?.name);
  if (!node || name) return name;
  const [arn] = node.names.flatMap((path) => textAt(document, path) ?? []);
  // The resource of an ARN without its type: a model package is named by its group and number.
  return arn?.startsWith("arn:") ? resourceOf(arn).replace(/^[^/:]+[/:]/, "") : undefined;
}

/** What an item is called in AWS: its ARN or id, if it has one of its own, otherwise its key. */
export function nodeOf({ source, key, document }: Titled): string {
  const names = nodeMembersOf(source)?.names.flatMap((path) => textAt(document, path) ?? []) ?? [];
  const own = [textAt(document, "arn"), textAt(document, "Arn"), ...names];
  return own.find((name) => name?.startsWith("arn:")) ?? names[0] ?? key;
}

/** What kind of thing an item is: `Training job`; undefined of a relation. */
export function kindOf({ source, document }: Pick<Titled, "source" | "document">): string | undefined {
  const node = nodeMembersOf(source);
  return node && kindText(textAt(document, node.typeMember) ?? node.type);
}

/** `SageMakerTrainingJob` reads `Training job`. */
export function kindText(kind: string): string {
  const words = kind
    .replace(/^SageMaker/, "")
    .replace(/DataSet/, "Dataset")
    .replace(/([a-z])([A-Z])/g, "$1 $2");
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
}

/** What AWS says of the state that an item is in, where its source has that. */
export function statusOf({ source, document }: Pick<Titled, "source" | "document">): string | undefined {
  return textAt(document, nodeMembersOf(source)?.state ?? "State") ?? textAt(document, "status");
}

const END_PATHS = Object.values(SHOWN).flatMap(({ from, to }) => [from?.name, from?.kind, to?.name, to?.kind]);

/** The members of a document that say what its edge's ends are: for `fields`. */
export const END_FIELDS = fieldsOf(END_PATHS);

/** And what items are, of some sources. */
export function namingFields(sources: readonly string[]): string[] {
  const paths = sources.flatMap((source) => {
    const { name, typeMember, state, names = [] } = nodeMembersOf(source) ?? {};
    return [name, typeMember, state, ...names];
  });
  return fieldsOf([...END_PATHS, ...paths]);
}

function fieldsOf(paths: readonly (string | undefined)[]): string[] {
  return [...new Set(paths)].flatMap((path) => (path ? [`document.${path}`] : []));
}

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
