import { type Names, namesOf } from "../graph/names.ts";
import { EDGE_FIELDS } from "../graph/query.ts";
import type { GraphAnswer, GraphEdge, Item } from "../ui/answers.ts";
import { GRAPH, get } from "../ui/api.ts";
import { CopyButton } from "../ui/copy.tsx";
import { Failure, Skeleton, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { counted } from "../ui/values.ts";

const MAX_EDGES = 50;

/** What leads to the item's nodes, and away from them. An item without an edge is itself a node, by its key. */
export function ItemEdges({ item, at }: { item: Item; at: string }) {
  const nodes = item.edge ? [item.edge.from, item.edge.to] : [item.key];
  const loaded = useLoaded(
    (signal) =>
      Promise.all(
        nodes.map((node) =>
          get(GRAPH, { node, direction: "both", depth: 1, limit: MAX_EDGES, at, fields: EDGE_FIELDS }, signal),
        ),
      ),
    [item.id, at],
  );
  const { data, busy } = loaded;
  const own = item.edge ? [{ ...item.edge, source: item.source, item }] : [];
  const names = namesOf(...(data ?? []).map(({ edges }) => edges), own);
  return (
    <section aria-labelledby="edges">
      <h2 id="edges">Edges</h2>
      <Failure of={loaded} />
      {!data && busy && <Skeleton lines={4} />}
      {item.edge && (
        <p class="edge">
          <NodeLink node={item.edge.from} names={names} at={at} />
          <span class="relation">{item.edge.relation ?? "leads to"} →</span>
          <NodeLink node={item.edge.to} names={names} at={at} />
        </p>
      )}
      {data?.map((graph) => (
        <Around key={graph.nodes[0]?.node} graph={graph} names={names} item={item} at={at} />
      ))}
    </section>
  );
}

function NodeLink({ node, names, at }: { node: string; names: Names; at: string }) {
  return (
    <span>
      <a href={href("lineage", { node, direction: "both", depth: 2, at })} title={node}>
        {names.describe(node).name}
      </a>
      <CopyButton text={node} />
    </span>
  );
}

interface AroundProps {
  readonly graph: GraphAnswer;
  readonly names: Names;
  readonly item: Item;
  readonly at: string;
}

/** The edges of the node that a graph starts from, without the item's own. */
function Around({ graph, names, item, at }: AroundProps) {
  const node = graph.nodes[0]?.node ?? "";
  const others = graph.edges.filter(({ itemId }) => itemId !== item.id);
  const list = (title: string, edges: readonly GraphEdge[], end: "from" | "to") =>
    edges.length > 0 && (
      <>
        <h3>{title}</h3>
        <ul class="edges">
          {edges.map((edge) => (
            <li key={edge.itemId}>
              <a href={href("items", { at }, edge.itemId)}>{edge.relation ?? "edge"}</a>{" "}
              <NodeLink node={edge[end]} names={names} at={at} />
            </li>
          ))}
        </ul>
      </>
    );
  if (others.length === 0) return <p class="quiet">No other edges of {names.describe(node).name}.</p>;
  return (
    <details open={others.length <= 12}>
      <summary>
        {counted(others.length, "other edge")}
        {graph.truncated ? " and more" : ""} of {names.describe(node).name}
      </summary>
      {list(
        "in",
        others.filter(({ to }) => to === node),
        "from",
      )}
      {list(
        "out",
        others.filter(({ from }) => from === node),
        "to",
      )}
    </details>
  );
}
