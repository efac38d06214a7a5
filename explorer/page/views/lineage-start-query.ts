import type { Item, ItemSelection, Source } from "../ui/answers.ts";
import { get, ITEM_SELECTIONS, SEARCH } from "../ui/api.ts";
import { nodeMembersOf, sourceIds } from "../ui/known-sources.ts";
import type { ListPage } from "../ui/paging.tsx";
import {
  endsOf,
  kindOf,
  kindOfNode,
  kindText,
  namingFields,
  nodeOf,
  shortNode,
  shownOf,
  statusOf,
  titleOf,
} from "../ui/sources.ts";
import { plain, valueAt } from "../ui/values.ts";

/* What a lineage may start from. */

const SIZE = 50;

/** A type of nodes, and the source that lists them. */
export interface StartType {
  readonly source: string;
  readonly type: string;
  /** How many there are; an API of an earlier version does not say. */
  readonly items: number | undefined;
  /** Whether a member of its documents says the kind more closely. */
  readonly hasKinds: boolean;
}

/** The types of which there are nodes. */
export function startTypes(sources: readonly Source[]): StartType[] {
  const types = new Map<string, StartType>();
  for (const { id: source, node, totals } of sources) {
    const items = totals?.items;
    if (items === 0 || !node) continue;
    const known = types.get(node.type);
    // Of several sources that list a type, the one that names its items.
    if (known && (node.name === undefined || nodeMembersOf(known.source)?.name !== undefined)) continue;
    types.set(node.type, { source, type: node.type, items, hasKinds: node.typeMember !== undefined });
  }
  return [...types.values(), ...namingRelations(sources, types)].sort((a, b) => (a.type < b.type ? -1 : 1));
}

/** Associations stand for the artifacts that they connect, where those are not inventoried themselves. */
function namingRelations(sources: readonly Source[], types: ReadonlyMap<string, StartType>): StartType[] {
  if (types.has("artifact")) return [];
  return sources.flatMap(({ id: source, totals }) => {
    const items = totals?.items;
    const isNaming = shownOf(source).from?.name !== undefined && items !== 0;
    return isNaming ? [{ source, type: "end of associations", items, hasKinds: false }] : [];
  });
}

/** The type that is shown: of a source that was chosen, of none while something is searched for, or the one with the most nodes. */
export function typeToShow(types: readonly StartType[], source: string, find: string): StartType | undefined {
  const chosen = types.find((type) => type.source === source);
  if (chosen || find) return chosen;
  return [...types].sort((a, b) => (b.items ?? 0) - (a.items ?? 0))[0];
}

export interface KnownNode {
  readonly node: string;
  readonly name: string;
  readonly kind: string;
  /** The kind as documents have it. */
  readonly kindValue?: string | undefined;
  readonly state?: string | undefined;
}

export interface KnownNodes extends ListPage {
  readonly nodes: readonly KnownNode[];
  readonly count: number;
}

interface Wanted {
  readonly type: StartType | undefined;
  /** Only nodes of this kind. */
  readonly kind: string;
  readonly params: URLSearchParams;
}

/** A page of the nodes of a type, or of what a search finds. */
export async function readNodes({ type, kind, params }: Wanted, signal: AbortSignal): Promise<KnownNodes> {
  const value = (name: string) => params.get(name) ?? "";
  const ids = await sourceIds();
  const source = type?.source;
  const fields = ["source", "key", "edge", ...namingFields(source ? [source] : ids)].join(",");
  const query = { source, at: value("at"), cursor: value("cursor"), fields, limit: SIZE };
  if (value("find")) {
    const page = await get(SEARCH, { ...query, q: value("find") }, signal);
    const nodes = distinct(page.items.flatMap(nodesOf));
    return { nodes, count: nodes.length, nextCursor: page.nextCursor };
  }
  const typeMember = source && nodeMembersOf(source)?.typeMember;
  const filter = typeMember && kind ? { [`filter[${typeMember}]`]: kind } : {};
  const page = await get(ITEM_SELECTIONS, { ...query, ...filter, count: true }, signal);
  const nodes = distinct(page.items.flatMap(nodesOf));
  return { nodes, count: page.count ?? nodes.length, nextCursor: page.nextCursor };
}

/** The node that an item is; of a relation, its ends. */
function nodesOf({ source, key, edge, document = {} }: Partial<ItemSelection>): KnownNode[] {
  if (source === undefined || key === undefined) return [];
  const item: Pick<Item, "source" | "key" | "document" | "edge"> = { source, key, document, ...(edge && { edge }) };
  const kind = kindOf(item);
  if (kind === undefined) {
    return endsOf(item).map(({ node, name, kind: stated }) => ({
      node,
      name: name ?? shortNode(node),
      kind: kindText(stated ?? kindOfNode(node)),
    }));
  }
  const member = nodeMembersOf(source)?.typeMember;
  const kindValue = (member && plain(valueAt(document, member))) || undefined;
  return [{ node: nodeOf(item), name: titleOf(item), kind, kindValue, state: statusOf(item) }];
}

function distinct(nodes: readonly KnownNode[]): KnownNode[] {
  // What is known of an item is more than what a relation says of it.
  const sorted = [...nodes].sort((a, b) => Number(b.state !== undefined) - Number(a.state !== undefined));
  const known = new Map(sorted.map((each) => [each.node, each]).reverse() as [string, KnownNode][]);
  return nodes.flatMap(({ node }) => {
    const found = known.get(node);
    known.delete(node);
    return found ? [found] : [];
  });
}
