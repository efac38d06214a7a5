import type { VNode } from "preact";
import type { Comparison } from "../graph/comparison.ts";
import type { Drawing, DrawnNode } from "../graph/drawing.ts";
import type { Frame } from "../graph/frames.ts";
import type { Names, NodeDescription } from "../graph/names.ts";
import type { Graph, GraphQuery } from "../graph/query.ts";
import type { GraphEdge } from "../ui/answers.ts";
import { ConsoleLink } from "../ui/console-link.tsx";
import { IdLine } from "../ui/copy.tsx";
import { href } from "../ui/route.ts";
import { before, dateTime } from "../ui/time.ts";
import { counted, middleCut } from "../ui/values.ts";
import { ImpactPart } from "./impact-part.tsx";
import { type Path, PathsPart } from "./paths-part.tsx";

/** A button that chooses a node. */
type NodeButton = (id: string) => VNode;

/** What can be done with the graph. */
interface GraphActions {
  readonly onChoose: (node: string) => void;
  readonly onExpand: (node: string, direction: "upstream" | "downstream") => void;
  /** Draws the members of a group. */
  readonly onOpen: (group: string) => void;
  /** Brings what changed into sight. */
  readonly onLook: () => void;
  /** Marks a path, and brings it into sight. */
  readonly onPath: (path: Path) => void;
}

interface LineagePanelProps {
  readonly drawing: Drawing;
  readonly shown: Frame;
  readonly names: Names;
  readonly chosen: string | undefined;
  /** Which part of the graph is shown. */
  readonly query: Pick<GraphQuery, "direction"> & { readonly at: string };
  readonly actions: GraphActions;
}

/** What the drawing says, in words: the node chosen, what was reached by kind, and what the last step changed. */
export function LineagePanel({ drawing, shown, names, chosen, query, actions }: LineagePanelProps) {
  const { frame, union, comparison } = shown;
  const group = drawing.nodes.get(chosen ?? "");
  const node = chosen !== undefined && union.nodes.has(chosen) ? chosen : frame.start;
  const button: NodeButton = (id) => (
    <button type="button" class="link" title={id} onClick={() => actions.onChoose(id)}>
      {middleCut(names.describe(id).name, 38)}
    </button>
  );
  const parts = { drawing, frame, names, query, button, actions };
  return (
    <aside class="panel" aria-label="About the graph">
      {comparison && <Changed comparison={comparison} {...parts} />}
      {group?.members ? <ChosenGroup group={group} {...parts} /> : <Chosen node={node} {...parts} />}
      <Reached {...parts} />
    </aside>
  );
}

interface PartProps extends Pick<LineagePanelProps, "drawing" | "names" | "query" | "actions"> {
  readonly frame: Graph;
  readonly button: NodeButton;
}

/** The members of a group, which the drawing shows as one. */
function ChosenGroup({ group, button, actions }: PartProps & { group: DrawnNode }) {
  const { id, name, hue, members = [] } = group;
  return (
    <section aria-labelledby="chosen">
      <h2 id="chosen">
        <span class={`dot hue-${hue}`} aria-hidden="true"></span>
        {name}
      </h2>
      <p class="quiet">Drawn as one, since they are alike.</p>
      <div class="buttons">
        <button type="button" onClick={() => actions.onOpen(id)}>
          Open the group
        </button>
      </div>
      <ul>
        {members.slice(0, 500).map((member) => (
          <li key={member}>{button(member)}</li>
        ))}
      </ul>
    </section>
  );
}

function Chosen({ node, drawing, frame, names, query, button, actions }: PartProps & { node: string }) {
  const edges = [...frame.edges.values()];
  const described = names.describe(node);
  const { name, kind } = described;
  const list = (title: string, edges: readonly GraphEdge[], end: "from" | "to") =>
    edges.length > 0 && (
      <details open={edges.length <= 6}>
        <summary>
          {title} <span class="quiet">{edges.length}</span>
        </summary>
        <ul>
          {edges.slice(0, 200).map((edge) => (
            <li key={edge.itemId}>
              <a href={href("items", { at: frame.asOf }, edge.itemId)}>{edge.relation ?? "edge"}</a> {button(edge[end])}
            </li>
          ))}
        </ul>
      </details>
    );
  return (
    <section aria-labelledby="chosen">
      <h2 id="chosen">
        <span class={`dot hue-${drawing.hues.get(kind)}`} aria-hidden="true"></span>
        {name}
      </h2>
      <NodeState node={node} described={described} at={query.at} />
      <IdLine text={node} what="ARN" />
      <div class="buttons">
        <button type="button" title="Expand upstream" onClick={() => actions.onExpand(node, "upstream")}>
          + Upstream
        </button>
        <button type="button" title="Expand downstream" onClick={() => actions.onExpand(node, "downstream")}>
          + Downstream
        </button>
        {node !== frame.start && (
          <a class="button" href={href("lineage", { ...query, node })}>
            Start here
          </a>
        )}
      </div>
      <PathsPart
        key={`path ${node}`}
        from={frame.start}
        to={node === frame.start ? undefined : node}
        direction={query.direction}
        at={query.at}
        onPath={actions.onPath}
      />
      <ImpactPart
        key={`down ${node}`}
        title="All that depends on it"
        node={node}
        at={query.at}
        direction="downstream"
      />
      <ImpactPart key={`up ${node}`} title="All that it came from" node={node} at={query.at} direction="upstream" />
      {list(
        "From",
        edges.filter(({ to }) => to === node),
        "from",
      )}
      {list(
        "To",
        edges.filter(({ from }) => from === node),
        "to",
      )}
    </section>
  );
}

/** What a node is, in which state, and the item that says so. */
function NodeState({ node, described, at }: { node: string; described: NodeDescription; at: string }) {
  const { kind, state, itemId, removedAt, isDangling } = described;
  return (
    <p class="quiet">
      {kind} {state && <span class="chip">{state}</span>}{" "}
      {isDangling && (
        <span class="chip chip-bad">{removedAt ? `removed ${dateTime(removedAt)}` : "not in the inventory"}</span>
      )}{" "}
      {itemId && <a href={href("items", { at: removedAt ? before(removedAt) : at }, itemId)}>Open the item</a>}{" "}
      <ConsoleLink node={node} />
    </p>
  );
}

/** What changed between the instant that is shown and the one that was shown before it, or after it. */
function Changed({ comparison, frame, button, actions }: PartProps & { comparison: Comparison }) {
  const { newEdges, goneEdges, since, until } = comparison;
  const rows: [string, string, GraphEdge][] = [
    ...newEdges.map((edge): [string, string, GraphEdge] => ["+", "kind-added", edge]),
    ...goneEdges.map((edge): [string, string, GraphEdge] => ["−", "kind-removed", edge]),
  ];
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="compared">
      <h2 id="compared">
        Since {dateTime(since)}
        {until !== frame.asOf && `, until ${dateTime(until)}`}
      </h2>
      <ul class="compared">
        {rows.slice(0, 30).map(([sign, kind, { from, to, relation, itemId }]) => (
          <li key={itemId} class={kind}>
            <span class="mark">{sign}</span>
            <div>
              {button(from)} <span class="quiet">{relation ?? ""} →</span> {button(to)}
            </div>
          </li>
        ))}
      </ul>
      {rows.length > 30 && <p class="quiet">and {counted(rows.length - 30, "more edge")}</p>}
      <button type="button" onClick={actions.onLook}>
        Show in the graph
      </button>
    </section>
  );
}

/** The nodes by kind, the answer to "which models did this feed?". It also says what the colours mean. */
function Reached({ drawing, frame, names, button }: PartProps) {
  const kinds = new Map<string, string[]>();
  for (const id of frame.nodes.keys()) {
    if (id === frame.start) continue;
    const { kind } = names.describe(id);
    const known = kinds.get(kind);
    if (known) known.push(id);
    else kinds.set(kind, [id]);
  }
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section aria-labelledby="reached">
      <h2 id="reached">Reached</h2>
      {sorted.length === 0 && <p class="quiet">Nothing, in this direction.</p>}
      {sorted.map(([kind, nodes]) => (
        <details key={kind} class="reached" open={nodes.length <= 3}>
          <summary>
            <span class={`dot hue-${drawing.hues.get(kind)}`} aria-hidden="true"></span>
            {kind} <span class="quiet">{nodes.length}</span>
          </summary>
          <ul>
            {nodes.slice(0, 500).map((id) => (
              <li key={id}>{button(id)}</li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
