import { type Names, namesOf } from "../graph/names.ts";
import { readPart } from "../graph/query.ts";
import type { GraphAnswer, GraphEdge, Item } from "../ui/answers.ts";
import { CopyButton } from "../ui/copy.tsx";
import { Failure } from "../ui/failure.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { kindOf } from "../ui/sources.ts";
import { counted } from "../ui/values.ts";

const MAX_EDGES = 50;

/** What leads to the item and away from it; of a relation, what leads to its ends and away from them. */
export function ItemEdges({ item, at }: { item: Item; at: string }) {
  const isRelation = item.edge !== undefined && kindOf(item) === undefined;
  const nodes = item.edge && isRelation ? [item.edge.from, item.edge.to] : [item.id];
  const loaded = useLoaded(
    (signal) => {
      const around = (node: string) => readPart({ node, direction: "both", depth: 1, limit: MAX_EDGES, at }, signal);
      return Promise.all(nodes.map(around));
    },
    [item.id, at],
  );
  const { data, busy } = loaded;
  const own = item.edge ? [{ ...item.edge, source: item.source, item }] : [];
  const names = namesOf({ nodes: [], edges: own }, ...(data ?? []));
  return (
    <section aria-labelledby="edges">
      <h2 id="edges">Edges</h2>
      <Failure of={loaded} />
      {!data && busy && <Skeleton lines={4} />}
      {item.edge && isRelation && (
        <p class="edge">
          <NodeLink node={item.edge.from} names={names} at={at} />
          <span class="relation">{item.edge.relation ?? "leads to"} →</span>
          <NodeLink node={item.edge.to} names={names} at={at} />
        </p>
      )}
      {data?.map((graph) => (
        <Around key={graph.nodes[0]?.node} graph={graph} names={names} item={item} at={at} isRelation={isRelation} />
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
  readonly isRelation: boolean;
}

/** The edges of the node that a graph starts from, without the item's own. */
function Around({ graph, names, item, at, isRelation }: AroundProps) {
  const node = graph.nodes[0]?.node ?? "";
  const others = isRelation ? graph.edges.filter(({ itemId }) => itemId !== item.id) : graph.edges;
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
  const { name } = names.describe(node);
  if (others.length === 0) return <p class="quiet">{isRelation ? `No other edges of ${name}.` : "None."}</p>;
  return (
    <details open={others.length <= 30}>
      <summary>
        {counted(others.length, isRelation ? "other edge" : "edge")}
        {graph.truncated ? " and more" : ""} of {name}
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
