import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { counted } from "../ui/values.ts";
import { type Area, useCamera } from "./camera.ts";
import { type Drawing, type DrawnEdge, type DrawnNode, PRESENCES } from "./drawing.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";
import { FarGraph, NearGraph, type VisibleGraph } from "./marks.tsx";
import { Minimap } from "./minimap.tsx";
import { nodeOf, usePointers } from "./pointers.ts";

/** Smaller than this nothing can be read, so nodes are drawn as mere marks, all of them in a few strokes. */
const READABLE = 0.45;

/** From how many nodes on a map helps. */
const MIN_NODES = 24;

interface GraphCanvasProps {
  readonly drawing: Drawing | undefined;
  /** Names what is drawn: another one is looked at from its start. */
  readonly subject: string;
  readonly chosen: string | undefined;
  /** Nodes to bring into sight; the same ones again when it is another list. */
  readonly looked: readonly string[] | undefined;
  /** The edges of a path that is shown. */
  readonly path: ReadonlySet<string>;
  readonly onChoose: (node: string) => void;
  readonly onExpand: (node: string) => void;
}

/** Draws a graph, to be moved, zoomed, and walked with the arrow keys. */
export function GraphCanvas({ drawing, subject, chosen, looked, path, onChoose, onExpand }: GraphCanvasProps) {
  const viewport = useRef<HTMLDivElement>(null);
  const moved = useRef<SVGSVGElement>(null);
  const onSeen = useRef<((seen: Area) => void) | null>(null);
  const camera = useCamera({ viewport, moved, onSeen, drawing, subject });
  const pointers = usePointers(camera, ({ id, expand }) => (expand ? onExpand(id) : onChoose(id)));
  const { view, seen, zoom, showAll, lookAt } = camera;
  const active = chosen !== undefined && drawing?.nodes.has(chosen) ? chosen : drawing?.start;
  /** The node that the keyboard is on. Its element comes and goes with what is in sight, the focus stays. */
  const focused = useRef<string | undefined>(undefined);
  const near = view.k >= READABLE;
  const visible = useMemo(
    () => (drawing && near ? visibleIn(drawing, seen, active) : undefined),
    [drawing, near, seen, active],
  );

  useEffect(() => {
    if (chosen !== undefined) lookAt(chosen);
  }, [chosen]);
  useEffect(() => {
    if (looked) camera.lookAtAll(looked);
  }, [looked]);
  // What a step through time changed is brought into sight, if none of it is.
  useEffect(() => {
    if (drawing) camera.lookAtAll(changedIn(drawing), { unlessSeen: true });
  }, [drawing]);
  const keepFocus = () => {
    const id = focused.current;
    if (id === undefined || nodeOf(document.activeElement) === id) return;
    const elements = moved.current?.querySelectorAll<SVGElement>("[data-node]") ?? [];
    [...elements].find((each) => each.dataset.node === id)?.focus({ preventScroll: true });
  };
  useLayoutEffect(keepFocus);
  useEffect(() => {
    const forget = () => {
      focused.current = undefined;
    };
    addEventListener("pointerdown", forget, true);
    return () => removeEventListener("pointerdown", forget, true);
  }, []);

  const move = (id: string | undefined) => {
    if (id === undefined) return;
    focused.current = id;
    onChoose(id);
    // Nothing is drawn again when it was chosen already.
    keepFocus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = nodeOf(event.target);
    const step = NEIGHBOURS[event.key];
    if (at !== undefined && drawing && step) move(step(drawing, at));
    else if (at !== undefined && event.key === "Enter") onExpand(at);
    else if (at !== undefined && event.key === " ") onChoose(at);
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") showAll();
    else return;
    event.preventDefault();
  };
  const onFocusIn = ({ target }: FocusEvent) => {
    focused.current = nodeOf(target);
  };
  const onFocusOut = ({ relatedTarget }: FocusEvent) => {
    if (relatedTarget) focused.current = nodeOf(relatedTarget);
  };
  const label = drawing
    ? `Graph of ${counted(drawing.nodes.size, "node")} and ${counted(drawing.edges.length, "edge")}. Arrow keys walk along the edges, Enter expands.`
    : "Graph";
  return (
    <div class="canvas">
      <div
        ref={viewport}
        class="viewport"
        role="group"
        aria-label={label}
        onKeyDown={onKeyDown}
        onFocusIn={onFocusIn}
        onFocusOut={onFocusOut}
        {...pointers}
      >
        <svg ref={moved} role="presentation">
          <defs>
            {PRESENCES.map((presence) => (
              <marker
                key={presence}
                id={`arrow-${presence}`}
                class={`arrow ${presence}`}
                viewBox="0 0 8 8"
                refX="7"
                refY="4"
                markerWidth="7"
                markerHeight="7"
                orient="auto"
              >
                <path d="M0 0.8L8 4L0 7.2z" />
              </marker>
            ))}
          </defs>
          {drawing && !near && <FarGraph drawing={drawing} active={active} />}
          {visible && <NearGraph visible={visible} active={active} chosen={chosen} path={path} />}
        </svg>
      </div>
      {drawing && drawing.nodes.size >= MIN_NODES && <Minimap drawing={drawing} onSeen={onSeen} camera={camera} />}
      <div class="zoom" role="group" aria-label="Zoom">
        <button type="button" aria-label="Zoom in" onClick={() => zoom(1.4)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoom(1 / 1.4)}>
          −
        </button>
        <button type="button" onClick={showAll}>
          Fit
        </button>
      </div>
    </div>
  );
}

/** The nodes that came or went, and the ends of edges that did. */
export function changedIn({ nodes, edges }: Drawing): string[] {
  const changed = [...nodes.values()].filter(({ presence }) => presence !== "there").map(({ id }) => id);
  const ends = edges.filter(({ presence }) => presence !== "there").flatMap(({ from, to }) => [from, to]);
  return [...new Set([...changed, ...ends])];
}

/** What lies in, or crosses, the part of the drawing that can be seen. The node that has the focus always does. */
function visibleIn({ nodes, edges, labelled }: Drawing, area: Area, active: string | undefined): VisibleGraph {
  const { left, top, right, bottom } = area;
  const inside = ({ id, x, y }: DrawnNode) =>
    id === active || (x + NODE_WIDTH > left && x < right && y + NODE_HEIGHT > top && y < bottom);
  const crosses = ({ from, to }: DrawnEdge) => {
    const [a, b] = [nodes.get(from), nodes.get(to)];
    if (!a || !b) return false;
    const [high, low] = a.y < b.y ? [a.y, b.y] : [b.y, a.y];
    const [west, east] = a.x < b.x ? [a.x, b.x] : [b.x, a.x];
    return west < right && east + NODE_WIDTH > left && high < bottom && low + NODE_HEIGHT > top;
  };
  return { nodes: [...nodes.values()].filter(inside), edges: edges.filter(crosses), labelled };
}

/** The next node in the same column: below with 1, above with -1. */
function nextIn(drawing: Drawing, id: string, offset: 1 | -1): string | undefined {
  const at = drawing.nodes.get(id);
  if (!at) return undefined;
  const { x, y } = at;
  const column = [...drawing.nodes.values()].filter((node) => Math.abs(node.x - x) < 1 && (node.y - y) * offset > 0);
  column.sort((a, b) => (a.y - b.y) * offset);
  return column[0]?.id;
}

/** Where the arrow keys lead. */
const NEIGHBOURS: Readonly<Record<string, (drawing: Drawing, node: string) => string | undefined>> = {
  ArrowRight: ({ edges }, id) => edges.find(({ from }) => from === id)?.to,
  ArrowLeft: ({ edges }, id) => edges.find(({ to }) => to === id)?.from,
  ArrowDown: (drawing, id) => nextIn(drawing, id, 1),
  ArrowUp: (drawing, id) => nextIn(drawing, id, -1),
};
