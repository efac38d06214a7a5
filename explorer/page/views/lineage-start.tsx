import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import { type Hue, huesOf, kindText } from "../graph/kinds.ts";
import type { Item } from "../ui/answers.ts";
import { each, get, ITEM_SELECTIONS, SEARCH } from "../ui/api.ts";
import { IdLine } from "../ui/copy.tsx";
import { sourceIds } from "../ui/known-sources.ts";
import { Failure, Skeleton, useLoaded } from "../ui/loading.tsx";
import { paramsWith } from "../ui/params.ts";
import { go, href, type ViewProps } from "../ui/route.ts";
import { END_FIELDS, endsOf, kindOfNode, shortNode } from "../ui/sources.ts";
import { count, counted } from "../ui/values.ts";

const FIELDS = ["source", "edge", ...END_FIELDS].join(",");
const SHOWN = 60;
/** How many edges are read: of each source, and of what a search finds. */
const FIRST_EDGES = 60;
const MAX_FOUND = 200;

/** What an edge's item says of its ends. */
type NamingItem = Partial<Pick<Item, "source" | "edge" | "document">>;

interface KnownNode {
  readonly node: string;
  readonly name: string;
  readonly kind: string;
  /** How many edges lead away from it, and to it. */
  readonly out: number;
  readonly into: number;
}

interface KnownNodes {
  readonly nodes: readonly KnownNode[];
  /** Whether they are all there are. */
  readonly isAll: boolean;
}

/** Where a lineage begins: a node that is given, that a search finds, or one of those there are. */
export function LineageStart({ params }: Pick<ViewProps, "params">) {
  const query = params.get("find") ?? "";
  const [text, setText] = useState(query);
  const loaded = useLoaded((signal) => readNodes(query, signal), [query]);
  const { data: known, busy } = loaded;
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = text.trim();
    if (given.startsWith("arn:")) go(href("lineage", { node: given }));
    else go(href("lineage", paramsWith(params, { find: given })));
  };
  const kind = params.get("kind") ?? "";
  const nodes = known && matching(known.nodes, text.trim(), kind);
  return (
    <>
      <h1>Lineage</h1>
      <p class="lead">What something fed, and what it came from. Choose where to start.</p>
      <form class="fields find" onSubmit={submit} role="search">
        <label class="field wide">
          <span>Name or ARN</span>
          <input
            type="search"
            value={text}
            placeholder="part of a name, or a whole ARN"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <button type="submit">Search all</button>
      </form>
      <Failure of={loaded} />
      {!known && busy && <Skeleton lines={16} />}
      {known && <Kinds nodes={known.nodes} kind={kind} params={params} />}
      {nodes && (
        <p class="lead" role="status">
          {counted(nodes.length, "node")}
          {known.isAll ? "" : query ? ", among the best matches" : ", among the first edges of each source"}
        </p>
      )}
      {nodes && <Nodes nodes={nodes} hues={huesOf(known.nodes.map((each) => kindText(each.kind)))} />}
    </>
  );
}

/** The ends of the edges that a search finds, or of the first ones of each source. */
async function readNodes(query: string, signal: AbortSignal): Promise<KnownNodes> {
  const nodes = new Map<string, KnownNode>();
  const add = (items: readonly NamingItem[]) => {
    for (const item of items) {
      for (const { node, name, kind } of endsOf(item)) {
        const known = nodes.get(node) ?? { node, name: shortNode(node), kind: kindOfNode(node), out: 0, into: 0 };
        const end = node === item.edge?.from ? "out" : "into";
        nodes.set(node, { ...known, [end]: known[end] + 1, name: name ?? known.name, kind: kind ?? known.kind });
      }
    }
  };
  let isAll = true;
  if (query) {
    const page = await get(SEARCH, { q: query, fields: FIELDS, limit: MAX_FOUND }, signal);
    add(page.items);
    isAll = !page.nextCursor;
  } else {
    await each(await sourceIds(), 3, async (source) => {
      const page = await get(ITEM_SELECTIONS, { source, fields: FIELDS, limit: FIRST_EDGES }, signal);
      add(page.items);
      isAll &&= !page.nextCursor;
    });
  }
  return { nodes: [...nodes.values()].sort((a, b) => b.out - a.out || b.into - a.into), isAll };
}

function matching(nodes: readonly KnownNode[], text: string, kind: string): KnownNode[] {
  const words = text.toLowerCase();
  return nodes.filter(
    (each) =>
      (!kind || kindText(each.kind) === kind) &&
      (each.name.toLowerCase().includes(words) || each.node.toLowerCase().includes(words)),
  );
}

interface KindsProps {
  readonly nodes: readonly KnownNode[];
  /** The kind that is chosen. */
  readonly kind: string;
  readonly params: URLSearchParams;
}

function Kinds({ nodes, kind, params }: KindsProps) {
  const kinds = new Map<string, number>();
  for (const each of nodes) kinds.set(kindText(each.kind), (kinds.get(kindText(each.kind)) ?? 0) + 1);
  const hues = huesOf(kinds.keys());
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  const link = (name: string, number: number) => (
    <a
      key={name}
      class="tag"
      aria-current={kind === name ? "true" : undefined}
      href={href("lineage", paramsWith(params, { kind: name }))}
    >
      {name && <span class={`dot hue-${hues.get(name)}`} aria-hidden="true"></span>}
      {name || "All"} <span class="quiet">{count(number)}</span>
    </a>
  );
  return (
    <nav class="tags" aria-label="Kinds">
      {link("", nodes.length)} {sorted.map(([name, number]) => link(name, number))}
    </nav>
  );
}

function Nodes({ nodes, hues }: { nodes: readonly KnownNode[]; hues: ReadonlyMap<string, Hue> }) {
  return (
    <>
      <div class="table" role="region" aria-label="Nodes" tabindex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Kind</th>
              <th scope="col">Leads to</th>
              <th scope="col">Comes from</th>
              <th scope="col">ARN</th>
            </tr>
          </thead>
          <tbody>
            {nodes.slice(0, SHOWN).map(({ node, name, kind, out, into }) => (
              <tr key={node}>
                <th scope="row">
                  <a href={href("lineage", { node, direction: out === 0 ? "in" : "" })}>{name}</a>
                </th>
                <td>
                  <span class={`dot hue-${hues.get(kindText(kind))}`} aria-hidden="true"></span>
                  {kindText(kind)}
                </td>
                <td class="number">{count(out)}</td>
                <td class="number">{count(into)}</td>
                <td class="arn">
                  <IdLine text={node} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {nodes.length > SHOWN && (
        <p class="quiet">{count(nodes.length - SHOWN)} more; part of a name narrows them down.</p>
      )}
    </>
  );
}
