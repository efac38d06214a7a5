import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { FarGraph, NearGraph } from "./graph-marks.js";
import { html } from "./html.js";
import { useCamera } from "./use-camera.js";
import { NODE_HEIGHT, NODE_WIDTH } from "./use-layout.js";
import { counted } from "./values.js";

/** Smaller than this nothing can be read, so nodes are drawn as mere marks, all of them in a few strokes. */
const READABLE = 0.33;

/** Draws a graph, to be moved, zoomed, and walked with the arrow keys. */
export function GraphCanvas({ drawing, subject, chosen, onChoose, onExpand }) {
  const svg = useRef(null);
  const group = useRef(null);
  const { camera, seen, showAll, lookAt, zoom, handlers } = useCamera(svg, group, drawing, subject);
  const active = chosen !== undefined && drawing?.nodes.has(chosen) ? chosen : drawing?.start;
  /** The node that the keyboard is on. Its element comes and goes with what is in sight, the focus stays. */
  const focused = useRef(undefined);
  const near = camera.k >= READABLE;
  const visible = useMemo(
    () => (drawing && near ? visibleIn(drawing, seen, active) : undefined),
    [drawing, near, seen, active],
  );

  useEffect(() => {
    if (chosen !== undefined) lookAt(chosen);
  }, [chosen]);
  const keepFocus = () => {
    const id = focused.current;
    if (id === undefined || document.activeElement?.dataset?.node === id) return;
    const element = [...group.current.querySelectorAll("[data-node]")].find((each) => each.dataset.node === id);
    element?.focus({ preventScroll: true });
  };
  useLayoutEffect(keepFocus);
  useEffect(() => {
    const forget = () => {
      focused.current = undefined;
    };
    addEventListener("pointerdown", forget, true);
    return () => removeEventListener("pointerdown", forget, true);
  }, []);

  const move = (id) => {
    if (id === undefined) return;
    focused.current = id;
    onChoose(id);
    // Nothing is drawn again when it was chosen already.
    keepFocus();
  };
  const onKeyDown = (event) => {
    const at = event.target.closest?.("[data-node]")?.dataset.node;
    const step = NEIGHBOURS[event.key];
    if (at !== undefined && step) move(step(drawing, at));
    else if (at !== undefined && event.key === "Enter") onExpand(at);
    else if (at !== undefined && event.key === " ") onChoose(at);
    else if (event.key === "+" || event.key === "=") zoom(1.3);
    else if (event.key === "-") zoom(1 / 1.3);
    else if (event.key === "0") showAll();
    else return;
    event.preventDefault();
  };
  const onFocusIn = ({ target }) => {
    focused.current = target.dataset.node;
  };
  const onFocusOut = ({ relatedTarget }) => {
    if (relatedTarget) focused.current = relatedTarget.dataset.node;
  };
  const onPick = ({ id, expand }) => (expand ? onExpand(id) : onChoose(id));
  const label = drawing
    ? `Graph of ${counted(drawing.nodes.size, "node")} and ${counted(drawing.edges.length, "edge")}. Arrow keys walk along the edges, Enter expands.`
    : "Graph";
  return html`<div class="canvas">
    <svg ref=${svg} role="group" aria-label=${label} onKeyDown=${onKeyDown} onFocusIn=${onFocusIn} onFocusOut=${onFocusOut} ...${handlers(onPick)}>
      <defs>
        ${["there", "new", "gone"].map(
          (presence) =>
            html`<marker id=${`arrow-${presence}`} class=${`arrow ${presence}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.8L8 4L0 7.2z" /></marker>`,
        )}
      </defs>
      <g ref=${group}>
        ${drawing && !near && html`<${FarGraph} drawing=${drawing} active=${active} />`}
        ${visible && html`<${NearGraph} visible=${visible} active=${active} chosen=${chosen} />`}
      </g>
    </svg>
    <div class="zoom" role="group" aria-label="Zoom">
      <button type="button" aria-label="Zoom in" onClick=${() => zoom(1.4)}>+</button>
      <button type="button" aria-label="Zoom out" onClick=${() => zoom(1 / 1.4)}>−</button>
      <button type="button" onClick=${showAll}>Fit</button>
    </div>
  </div>`;
}

/** What lies in, or crosses, the part of the drawing that can be seen. The node that has the focus always does. */
function visibleIn({ nodes, edges }, { left, top, right, bottom }, active) {
  const inside = ({ id, x, y }) =>
    id === active || (x + NODE_WIDTH > left && x < right && y + NODE_HEIGHT > top && y < bottom);
  const crosses = ({ from, to }) => {
    const [a, b] = [nodes.get(from), nodes.get(to)];
    const [high, low] = a.y < b.y ? [a.y, b.y] : [b.y, a.y];
    const [west, east] = a.x < b.x ? [a.x, b.x] : [b.x, a.x];
    return west < right && east + NODE_WIDTH > left && high < bottom && low + NODE_HEIGHT > top;
  };
  return { nodes: [...nodes.values()].filter(inside), edges: edges.filter(crosses) };
}

function nextIn(drawing, id, offset) {
  const { x, y } = drawing.nodes.get(id);
  const column = [...drawing.nodes.values()].filter((node) => Math.abs(node.x - x) < 1 && (node.y - y) * offset > 0);
  column.sort((a, b) => (a.y - b.y) * offset);
  return column[0]?.id;
}

/** Where the arrow keys lead. */
const NEIGHBOURS = {
  ArrowRight: ({ edges }, id) => edges.find(({ from }) => from === id)?.to,
  ArrowLeft: ({ edges }, id) => edges.find(({ to }) => to === id)?.from,
  ArrowDown: (drawing, id) => nextIn(drawing, id, 1),
  ArrowUp: (drawing, id) => nextIn(drawing, id, -1),
};
