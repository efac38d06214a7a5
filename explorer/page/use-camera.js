import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { NODE_HEIGHT, NODE_WIDTH } from "./use-layout.js";

const MIN_SCALE = 0.02;
const MAX_SCALE = 2.5;
const EVERYTHING = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };

/**
 * What part of a drawing is seen, and how large. Moving sets one attribute; only when it has moved far is what has come
 * into sight drawn.
 */
export function useCamera(svg, group, drawing, subject) {
  const view = useRef({ x: 0, y: 0, k: 1 });
  const [camera, setCamera] = useState(view.current);
  const [seen, setSeen] = useState(EVERYTHING);
  const pointers = useRef(new Map());
  const pressed = useRef(undefined);
  const shown = useRef({ subject: undefined, anchor: undefined });
  const frame = useRef(0);

  const size = () => svg.current.getBoundingClientRect();
  const show = () => {
    const { x, y, k } = view.current;
    group.current.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      setCamera((last) => (last.k === view.current.k ? last : view.current));
      setSeen((last) => (covers(last, seenNow(0), view.current.k, size()) ? last : seenNow(0.6)));
    });
  };
  const seenNow = (margin) => {
    const { x, y, k } = view.current;
    const { width, height } = size();
    const left = -x / k - (width / k) * margin;
    const top = -y / k - (height / k) * margin;
    return { left, top, right: left + (width / k) * (1 + 2 * margin), bottom: top + (height / k) * (1 + 2 * margin) };
  };
  const move = (next) => {
    view.current = { ...view.current, ...next };
    show();
  };
  const zoomAt = (factor, px, py) => {
    const { x, y, k } = view.current;
    const next = Math.min(MAX_SCALE, Math.max(MIN_SCALE, k * factor));
    move({ k: next, x: px - ((px - x) * next) / k, y: py - ((py - y) * next) / k });
  };
  const zoom = (factor) => zoomAt(factor, size().width / 2, size().height / 2);
  const showAll = () => {
    const { width, height } = size();
    const k = Math.min(1.15, width / drawing.width, height / drawing.height);
    move({ k, x: (width - drawing.width * k) / 2, y: (height - drawing.height * k) / 2 });
  };
  /** The whole, if it can be read then; otherwise the start, at the side that the rest is not on. */
  const begin = () => {
    const { width, height } = size();
    const whole = Math.min(width / drawing.width, height / drawing.height);
    if (whole >= 0.5) return showAll();
    const start = drawing.nodes.get(drawing.start);
    const k = Math.min(0.85, Math.max(0.65, width / drawing.width));
    const x = Math.min(
      32 - start.x * k,
      width - drawing.width * k > 0 ? (width - drawing.width * k) / 2 : 32 - start.x * k,
    );
    return move({ k, x, y: height / 2 - (start.y + NODE_HEIGHT / 2) * k });
  };
  /** Brings a node into sight, if it is not. */
  const lookAt = (id) => {
    const node = drawing?.nodes.get(id);
    if (!node) return;
    const { width, height } = size();
    const k = Math.max(view.current.k, 0.6);
    const [px, py] = [node.x * k + view.current.x, node.y * k + view.current.y];
    const inside = px > 8 && py > 8 && px + NODE_WIDTH * k < width - 8 && py + NODE_HEIGHT * k < height - 8;
    if (inside && k === view.current.k) return;
    move({ k, x: width / 2 - (node.x + NODE_WIDTH / 2) * k, y: height / 2 - (node.y + NODE_HEIGHT / 2) * k });
  };

  useLayoutEffect(() => {
    if (!drawing) return;
    const start = drawing.nodes.get(drawing.start);
    const last = shown.current;
    if (last.subject !== subject) begin();
    else if (last.start && (last.start.x !== start.x || last.start.y !== start.y)) {
      // A new layout: what one looked at stays where it is.
      const { x, y, k } = view.current;
      move({ x: x + (last.start.x - start.x) * k, y: y + (last.start.y - start.y) * k });
    } else show();
    shown.current = { subject, start };
  }, [drawing, subject]);

  useEffect(() => {
    const element = svg.current;
    const wheel = (event) => {
      event.preventDefault();
      const { left, top } = size();
      zoomAt(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX - left, event.clientY - top);
    };
    const resize = new ResizeObserver(show);
    element.addEventListener("wheel", wheel, { passive: false });
    resize.observe(element);
    return () => {
      element.removeEventListener("wheel", wheel);
      resize.disconnect();
    };
  }, []);

  const middleOf = () => {
    const points = [...pointers.current.values()];
    const [a, b = a] = points;
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  const handlers = (onPick) => ({
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      pressed.current = { x: event.clientX, y: event.clientY, target: event.target, moved: false };
    },
    onPointerMove: (event) => {
      if (!pointers.current.has(event.pointerId)) return;
      const before = middleOf();
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const after = middleOf();
      const press = pressed.current;
      if (!press.moved && Math.hypot(event.clientX - press.x, event.clientY - press.y) < 4) return;
      if (!press.moved) svg.current.setPointerCapture(event.pointerId);
      press.moved = true;
      move({ x: view.current.x + after.x - before.x, y: view.current.y + after.y - before.y });
      if (before.apart > 0) zoomAt(after.apart / before.apart, after.x - size().left, after.y - size().top);
    },
    onPointerUp: (event) => {
      if (!pointers.current.delete(event.pointerId) || pressed.current.moved) return;
      const picked = pickedBy(event, pressed.current.target);
      if (picked) onPick(picked);
    },
    onPointerCancel: (event) => pointers.current.delete(event.pointerId),
    onDblClick: (event) => {
      const picked = pickedBy(event, event.target);
      if (picked) onPick({ ...picked, expand: true });
    },
  });
  const pickedBy = (event, target) => {
    const id = target.closest?.("[data-node]")?.dataset.node;
    if (id !== undefined) return { id, expand: Boolean(target.closest("[data-expand]")) };
    const { left, top } = size();
    const { x, y, k } = view.current;
    const [px, py] = [(event.clientX - left - x) / k, (event.clientY - top - y) / k];
    const under = [...(drawing?.nodes.values() ?? [])].find(
      (node) => px >= node.x && px <= node.x + NODE_WIDTH && py >= node.y && py <= node.y + NODE_HEIGHT,
    );
    return under && { id: under.id, expand: false };
  };
  return { camera, seen, showAll, lookAt, zoom, handlers };
}

/** Whether what is drawn still covers what is seen, and is not far more than that. */
function covers(drawn, seen, k, { width }) {
  const inside =
    drawn.left <= seen.left && drawn.top <= seen.top && drawn.right >= seen.right && drawn.bottom >= seen.bottom;
  return inside && drawn.right - drawn.left < (width / k) * 4;
}
