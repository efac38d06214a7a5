import type { SimulatedAccount } from "../account.ts";
import { ASSOCIATION_ORDERS, type AssociationKey, type AssociationOrder } from "../association-table.ts";
import type { Input, Rule } from "../constraints.ts";
import { SAGEMAKER } from "../errors.ts";
import { type Association, EDGE_TYPES } from "../shapes.ts";
import { type Operation, type Page, type Position, seconds } from "./operation.ts";

const ENTITY_ARN: Rule = {
  type: "string",
  min: 0,
  max: 256,
  pattern:
    "arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:(experiment|experiment-trial-component|artifact|action|context)/.*",
};
const ENTITY_TYPE: Rule = { type: "string", min: 0, max: 256 };

/** The members an association can be filtered by, each by equality. */
const FILTERS = ["SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType"] as const;

/** SageMaker ListAssociations: newest first and ten at a time unless told otherwise. */
export const listAssociations: Operation = {
  name: "ListAssociations",
  service: SAGEMAKER,
  address: "SageMaker.ListAssociations",
  rules: {
    SourceArn: ENTITY_ARN,
    DestinationArn: ENTITY_ARN,
    SourceType: ENTITY_TYPE,
    DestinationType: ENTITY_TYPE,
    AssociationType: { type: "string", oneOf: EDGE_TYPES },
    CreatedAfter: { type: "timestamp" },
    CreatedBefore: { type: "timestamp" },
    SortBy: { type: "string", oneOf: ASSOCIATION_ORDERS },
    SortOrder: { type: "string", oneOf: ["Ascending", "Descending"] },
    NextToken: { type: "string", min: 0, max: 8192, pattern: ".*" },
    MaxResults: { type: "integer", min: 1, max: 100 },
  },
  itemsMember: "AssociationSummaries",
  identityMember: "SourceArn",
  paging: { token: "NextToken", size: "MaxResults", defaultSize: 10 },
  page,
};

function page(account: SimulatedAccount, input: Input, position: Position, size: number): Page {
  const order = (input.SortBy ?? "CreationTime") as AssociationOrder;
  const descending = input.SortOrder !== "Ascending";
  const from = milliseconds(input.CreatedAfter, Number.NEGATIVE_INFINITY);
  const to = milliseconds(input.CreatedBefore, Number.POSITIVE_INFINITY);
  const after = position.after as AssociationKey | undefined;

  const sorted = account.associations.sortedBy(order);
  const windowed = order === "CreationTime";
  let start = windowed ? sorted.indexFrom(edgeOfTime(from)) : 0;
  let end = windowed ? sorted.indexFrom(edgeOfTime(to + 1)) : sorted.length;
  if (after !== undefined && descending) end = Math.min(end, sorted.indexFrom(after));
  if (after !== undefined && !descending) start = Math.max(start, sorted.indexAfter(after));

  const accepts = (item: Association) =>
    item.CreationTime >= from && item.CreationTime <= to && FILTERS.every((name) => matches(input[name], item[name]));
  const { items, more } = sorted.read({ start, end, size, descending, accepts });
  return { items: items.map(onTheWire), more, last: keyOf(items.at(-1), order) };
}

function matches(wanted: unknown, actual: string | undefined): boolean {
  return wanted == null || wanted === actual;
}

/** A key that sorts before everything created at that instant. */
function edgeOfTime(instant: number): AssociationKey {
  return { CreationTime: instant, SourceArn: "", DestinationArn: "" };
}

function keyOf(item: Association | undefined, order: AssociationOrder): AssociationKey | undefined {
  if (item === undefined) return undefined;
  const { CreationTime, SourceArn, DestinationArn } = item;
  return { CreationTime, SourceArn, DestinationArn, [order]: item[order] };
}

function milliseconds(value: unknown, otherwise: number): number {
  return typeof value === "number" ? Math.round(value * 1000) : otherwise;
}

function onTheWire(item: Association): Record<string, unknown> {
  return { ...item, CreationTime: seconds(item.CreationTime) };
}
