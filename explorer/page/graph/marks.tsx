import { memo } from "../ui/memo.ts";
import type { Drawing, DrawnEdge, DrawnNode } from "./drawing.ts";
import { fitText } from "./fit-text.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

/** The part of a drawing that is in sight. */
export interface VisibleGraph {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  readonly labelled: ReadonlySet<string>;
}

interface NearGraphProps {
  readonly visible: VisibleGraph;
  /** The node that the keyboard reaches. */
  readonly active: string | undefined;
  readonly chosen: string | undefined;
  /** The edges of a path that is shown. */
  readonly path: ReadonlySet<string>;
}

/** Nodes and edges as they can be read. */
export const NearGraph = memo(({ visible, active, chosen, path }: NearGraphProps) => {
  const touched = ({ from, to, key }: DrawnEdge) =>
    path.size > 0 ? path.has(key) : chosen !== undefined && (from === chosen || to === chosen);
  return (
    <>
      <g class="edges-drawn">
        {visible.edges.map((edge) => (
          <Line key={edge.key} edge={edge} isTouched={touched(edge)} />
        ))}
        {visible.edges.map(
          ({ key, relation, presence, middle: [x, y] }) =>
            visible.labelled.has(key) && (
              <text key={key} class={`edge-label ${presence}`} x={x} y={y + 3}>
                {SIGNS[presence]}
                {relation}
              </text>
            ),
        )}
      </g>
      {visible.nodes.map((node) => (
        <Node key={node.id} node={node} active={node.id === active} chosen={node.id === chosen} />
      ))}
    </>
  );
});

const SIGNS = { there: "", new: "+ ", gone: "− " };
const SAID = { there: "", new: ", appeared", gone: ", gone" };

/* Moving the graph draws few of them again: what was in sight and still is stays as it is. */

const Line = memo(({ edge: { presence, path }, isTouched }: { edge: DrawnEdge; isTouched: boolean }) => (
  <path class={`edge-line ${presence} ${isTouched ? "touched" : ""}`} d={path} marker-end={`url(#arrow-${presence})`} />
));

const Node = memo(({ node, active, chosen }: { node: DrawnNode; active: boolean; chosen: boolean }) => {
  const { id, x, y, name, kind, hue, presence, start, more, members, isDangling } = node;
  return (
    <g
      class={`node hue-${hue} ${presence} ${chosen ? "chosen" : ""} ${start ? "start" : ""} ${members ? "group" : ""} ${isDangling ? "dangling" : ""}`}
      transform={`translate(${x} ${y})`}
      data-node={id}
      role="button"
      tabindex={active ? 0 : -1}
      aria-pressed={chosen}
    >
      <title>{`${kind} ${name}${members ? "" : SAID[presence]}`}</title>
      {members && <rect class="box behind" x="5" y="5" width={NODE_WIDTH} height={NODE_HEIGHT} rx="6" />}
      <rect class="box" width={NODE_WIDTH} height={NODE_HEIGHT} rx="6" />
      <path class="stripe" d={`M6 0H5a5 5 0 0 0-5 5v${NODE_HEIGHT - 10}a5 5 0 0 0 5 5h1z`} />
      <text class="name" x="14" y="16">
        {fitText(name, NODE_WIDTH - (more ? 36 : 24), "600 12px")}
      </text>
      <text class="kind" x="14" y="30">
        {fitText((members ? "" : SIGNS[presence]) + kind, NODE_WIDTH - 36, "10.5px")}
      </text>
      {more && (
        <g class="more" data-expand="" transform={`translate(${NODE_WIDTH} ${NODE_HEIGHT / 2})`}>
          <circle r="9" />
          <path d="M-4 0H4M0 -4V4" />
        </g>
      )}
    </g>
  );
});

/** Thousands of nodes and edges as a few strokes, one of each colour. */
export const FarGraph = memo(({ drawing, active }: { drawing: Drawing; active: string | undefined }) => {
  const strokes = new Map<string, string>();
  const add = (name: string, path: string) => strokes.set(name, (strokes.get(name) ?? "") + path);
  for (const { presence, path } of drawing.edges) add(`edge-line ${presence}`, path);
  for (const { hue, presence, x, y } of drawing.nodes.values()) {
    add(`far-node hue-${hue} ${presence}`, `M${x} ${y}h${NODE_WIDTH}v${NODE_HEIGHT}h${-NODE_WIDTH}z`);
  }
  const node = drawing.nodes.get(active ?? "");
  return (
    <>
      {[...strokes].map(([name, path]) => (
        <path key={name} class={name} d={path} />
      ))}
      {node && <Node node={node} active={true} chosen={false} />}
    </>
  );
});
