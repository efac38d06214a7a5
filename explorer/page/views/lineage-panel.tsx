import type { VNode } from "preact";
import type { Comparison } from "../graph/comparison.ts";
import type { Drawing, DrawnNode } from "../graph/drawing.ts";
import type { Frame } from "../graph/frames.ts";
import type { Names } from "../graph/names.ts";
import type { Graph } from "../graph/query.ts";
import type { GraphEdge } from "../ui/answers.ts";
import { href } from "../ui/route.ts";
import { dateTime } from "../ui/time.ts";
import { middleCut } from "../ui/values.ts";

/** A button that chooses a node. */
type NodeButton = (id: string) => VNode;

interface LineagePanelProps {
  readonly drawing: Drawing;
  readonly shown: Frame;
  readonly names: Names;
  readonly chosen: string | undefined;
  readonly onChoose: (node: string) => void;
  readonly onExpand: (node: string, direction: "in" | "out") => void;
}

/** What the drawing says, in words: the node chosen, what was reached by kind, and what the last step changed. */
export function LineagePanel({ drawing, shown, names, chosen, onChoose, onExpand }: LineagePanelProps) {
  const { frame, comparison } = shown;
  const node = drawing.nodes.get(chosen ?? "") ?? drawing.nodes.get(drawing.start);
  const button: NodeButton = (id) => (
    <button type="button" class="link" title={id} onClick={() => onChoose(id)}>
      {middleCut(names.describe(id).name, 38)}
    </button>
  );
  return (
    <aside class="panel" aria-label="About the graph">
      {comparison && <Changed comparison={comparison} frame={frame} button={button} />}
      {node && <Chosen node={node} frame={frame} button={button} onExpand={onExpand} />}
      <Reached drawing={drawing} button={button} />
    </aside>
  );
}

interface ChosenProps extends Pick<LineagePanelProps, "onExpand"> {
  readonly node: DrawnNode;
  readonly frame: Graph;
  readonly button: NodeButton;
}

function Chosen({ node, frame, button, onExpand }: ChosenProps) {
  const edges = [...frame.edges.values()];
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
        <span class={`dot hue-${node.hue}`} aria-hidden="true"></span>
        {node.name}
      </h2>
      <p class="quiet">{node.kind}</p>
      <p class="arn">
        <code>{node.id}</code>
      </p>
      <div class="buttons">
        <button type="button" onClick={() => onExpand(node.id, "in")}>
          Expand in
        </button>
        <button type="button" onClick={() => onExpand(node.id, "out")}>
          Expand out
        </button>
        {!node.start && (
          <a class="button" href={href("lineage", { node: node.id })}>
            Start here
          </a>
        )}
      </div>
      {list(
        "From",
        edges.filter(({ to }) => to === node.id),
        "from",
      )}
      {list(
        "To",
        edges.filter(({ from }) => from === node.id),
        "to",
      )}
    </section>
  );
}

interface ChangedProps {
  readonly comparison: Comparison;
  readonly frame: Graph;
  readonly button: NodeButton;
}

/** What changed between the instant that is shown and the one that was shown before it, or after it. */
function Changed({ comparison, frame, button }: ChangedProps) {
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
      {rows.length > 30 && <p class="quiet">and {rows.length - 30} more edges</p>}
    </section>
  );
}

/** The nodes by kind, the answer to "which models did this feed?". */
function Reached({ drawing, button }: { drawing: Drawing; button: NodeButton }) {
  const kinds = new Map<string, DrawnNode[]>();
  for (const node of drawing.nodes.values()) {
    if (node.start || node.presence === "gone") continue;
    kinds.set(node.kind, [...(kinds.get(node.kind) ?? []), node]);
  }
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section aria-labelledby="reached">
      <h2 id="reached">Reached</h2>
      {sorted.length === 0 && <p class="quiet">Nothing, in this direction.</p>}
      {sorted.map(([kind, nodes]) => (
        <details key={kind} class="reached">
          <summary>
            <span class={`dot hue-${nodes[0]?.hue}`} aria-hidden="true"></span>
            {kind} <span class="quiet">{nodes.length}</span>
          </summary>
          <ul>
            {nodes.slice(0, 500).map(({ id }) => (
              <li key={id}>{button(id)}</li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  );
}
