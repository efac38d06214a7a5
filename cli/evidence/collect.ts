import type { ItemBody } from "../../functions/api/items.ts";
import type { ItemNames } from "../../functions/api/names.ts";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { type Instant, instantOf } from "../../functions/model/instant.ts";
import type { Edge } from "../../functions/model/item.ts";
import { mapConcurrent } from "../../functions/model/map-concurrent.ts";
import { type Api, entriesOf } from "../read/api.ts";
import { itemIdOf } from "../read/find-item.ts";
import { UsageError } from "../usage.ts";
import { documentSha256, type ReportedGraph, type ReportedItem, type Subject } from "./contents.ts";

/** What of an inventory a report tells, as of an instant. */
export interface Collected {
  readonly asOf: Instant;
  readonly items: readonly ReportedItem[];
  readonly graph?: ReportedGraph;
}

/** A larger report is one that nobody reads. */
const MAX_ITEMS = 10_000;
const MAX_EDGES = 5_000;
const REQUESTS_AT_ONCE = 8;

/** Reads what a report is about, as of an instant. Everything is read at one instant, whatever is synced meanwhile. */
export async function collect(api: Api, subject: Subject, at: Instant): Promise<Collected> {
  if (subject.item !== undefined) {
    const id = await itemIdOf(api, subject.item, at);
    const { asOf, ...item } = await readItem(api, id, at);
    return { asOf, items: [await withVersions(api, item, asOf)] };
  }
  if (subject.lineage) return collectLineage(api, subject.lineage, at);
  return collectList(api, subject, at);
}

type Item = ItemBody & Pick<ItemNames, "name">;

async function readItem(api: Api, id: string, at: Instant): Promise<Item & { readonly asOf: Instant }> {
  const { freshAt: _freshAt, ...item } = await api.get<Item & { asOf: Instant; freshAt?: Instant }>(`/v1/items/${id}`, [
    ["at", at],
    ["names", "true"],
  ]);
  return item;
}

async function withVersions(api: Api, item: Item, asOf: Instant): Promise<ReportedItem> {
  const versions: Entry<"History">[] = [];
  const path = `/v1/items/${item.id}/history`;
  for await (const version of entriesOf<Entry<"History">>(api, path, [["at", asOf]], Number.POSITIVE_INFINITY)) {
    versions.push(version);
  }
  const { edge, ...members } = item;
  return {
    ...members,
    // What the ends are called is theirs, and not of the item.
    ...(edge && { edge: edgeOf(edge) }),
    sha256: documentSha256(item.document),
    versions: versions.map((version) => ({ ...version, sha256: documentSha256(version.document) })),
  };
}

function edgeOf({ from, to, relation }: Edge): Edge {
  return { from, to, ...(relation !== undefined && { relation }) };
}

async function collectLineage(
  api: Api,
  { node, direction, depth }: NonNullable<Subject["lineage"]>,
  at: Instant,
): Promise<Collected> {
  const { asOf, truncated, ...graph } = await readGraph(api, { node, direction, depth }, at);
  if (truncated)
    throw new UsageError(`the lineage of ${node} has more than ${MAX_EDGES} edges: give a smaller --depth`);
  const ids = new Set([...graph.nodes, ...graph.edges].flatMap(({ itemId }) => itemId ?? []));
  const items = await mapConcurrent(REQUESTS_AT_ONCE, [...ids], async (id) => {
    const { asOf: _asOf, ...item } = await readItem(api, id, asOf);
    return withVersions(api, item, asOf);
  });
  return { asOf, items, graph };
}

/** Reads a lineage as of an instant. `truncated`: there is more than the API answers with. */
export async function readGraph(
  api: Api,
  { node, direction, depth }: NonNullable<Subject["lineage"]>,
  at: Instant | undefined,
): Promise<ReportedGraph & { readonly asOf: Instant; readonly truncated: boolean }> {
  const { nodes, edges, truncated, asOf } = await api.get<
    ReportedGraph & { readonly asOf: Instant; readonly truncated: boolean }
  >("/v1/graph", [
    ["node", node],
    ["direction", direction],
    ["depth", String(depth)],
    ["limit", String(MAX_EDGES)],
    ["at", at],
  ]);
  return { nodes, edges, truncated, asOf };
}

async function collectList(api: Api, { source, account, region }: Subject, at: Instant): Promise<Collected> {
  const filter = [
    ["source", source],
    ["account", account],
    ["region", region],
  ] as const;
  const { asOf } = await api.get<{ readonly asOf: Instant }>("/v1/items", [...filter, ["at", at], ["limit", "1"]]);
  const found: Item[] = [];
  for await (const item of entriesOf<Item>(
    api,
    "/v1/items",
    [...filter, ["at", asOf], ["names", "true"]],
    MAX_ITEMS + 1,
  )) {
    if (found.length === MAX_ITEMS) {
      const remedy = "name a --source, --account or --region";
      throw new UsageError(`there are more than ${MAX_ITEMS} items, which is the most that a report has: ${remedy}`);
    }
    found.push(item);
  }
  const items = await mapConcurrent(REQUESTS_AT_ONCE, found, (item) => withVersions(api, item, asOf));
  return { asOf, items };
}

/** The instant that a report is about: as requested for, but not later than now, since nobody knows what comes. */
export function instantOfReport(requested: Instant | undefined, now: number): Instant {
  const latest = instantOf(now);
  return requested === undefined || requested > latest ? latest : requested;
}
