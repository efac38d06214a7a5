import { middleCut, resourceOf, valueAt } from "./values.js";

/*
 * How what each source lists is shown: the members that name things. A source that is not here is shown all the
 * same, by its keys and ARNs.
 */

/** @typedef {{ name?: string, kind?: string, is?: string }} End where a document says what is at an edge's end */

/** @type {Record<string, { things: string, title?: string, columns: string[], from?: End, to?: End }>} */
const SHOWN = {
  "sagemaker.associations": {
    things: "associations",
    columns: ["AssociationType", "SourceType", "DestinationType", "CreationTime"],
    from: { name: "SourceName", kind: "SourceType" },
    to: { name: "DestinationName", kind: "DestinationType" },
  },
  "cleanrooms.memberships": {
    things: "memberships",
    title: "collaborationName",
    columns: ["status", "collaborationCreatorDisplayName", "createTime", "updateTime"],
    from: { is: "Membership" },
    to: { name: "collaborationName", is: "Collaboration" },
  },
  "iot.account-associations": {
    things: "account associations",
    title: "Name",
    columns: ["AssociationState", "ConnectorDestinationId", "ErrorMessage"],
    from: { name: "Name", is: "Account association" },
    to: { is: "Connector" },
  },
  "workspaces.images": {
    things: "images",
    title: "Name",
    columns: ["State", "OperatingSystem.Type", "OwnerAccountId", "Created"],
  },
  "workspaces.image-associations": {
    things: "image associations",
    columns: ["State", "AssociatedResourceType", "Created", "LastUpdatedTime"],
    from: { is: "Image" },
    to: { is: "Application" },
  },
};

const PLAIN = { things: "items", columns: [] };

export const shownOf = (source) => SHOWN[source] ?? PLAIN;

/** The columns that a table of a source's items begins with. */
export function usualColumns(source) {
  if (!source) return ["source", "edge.relation", "changedAt"];
  return [...shownOf(source).columns.map((path) => `document.${path}`), "changedAt"];
}

/** What an item is called: `churn-events → churn-prepare`; its ends cut where there is little room. */
export function titleOf({ source, key, edge, document }, most = 200) {
  const { title, from, to } = shownOf(source);
  const named = title && valueAt(document, title);
  if (named) return middleCut(String(named), 2 * most);
  if (!edge) return key;
  const end = (node, end) => middleCut(String((end?.name && valueAt(document, end.name)) || shortNode(node)), most);
  return `${end(edge.from, from)} → ${end(edge.to, to)}`;
}

/** The members of a document that say what its edge's ends are: for `fields`. */
export const END_FIELDS = [
  ...new Set(
    Object.values(SHOWN).flatMap(({ from, to }) =>
      [from?.name, from?.kind, to?.name, to?.kind].flatMap((path) => (path ? [`document.${path}`] : [])),
    ),
  ),
];

/**
 * What an item's document says of its edge's ends.
 * @returns {{ node: string, name?: string, kind?: string }[]}
 */
export function endsOf({ source, edge, document }) {
  if (!edge) return [];
  const { from = {}, to = {} } = shownOf(source);
  const read = (node, { name, kind, is }) => ({
    node,
    name: name && valueAt(document, name),
    kind: is ?? (kind && valueAt(document, kind)),
  });
  return [read(edge.from, from), read(edge.to, to)];
}

/** A node as it can be shown in little room when nothing is known of it but its name: the last part of an ARN. */
export function shortNode(node) {
  const resource = resourceOf(node);
  return resource.split("/").at(-1) || resource;
}

/** What kind of thing a node is, as far as its own name says. */
export function kindOfNode(node) {
  const resource = resourceOf(node);
  const [kind] = resource.split("/");
  return node.startsWith("arn:") && kind !== resource ? sentence(kind) : "Node";
}

function sentence(words) {
  const text = words.replaceAll("-", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
