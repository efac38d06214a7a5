import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Drawing, DrawnNode } from "./drawing.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 2.5;
/** How long nothing has to move to be still. */
const STILL_MS = 300;
/** How much is drawn around what is in sight: 1 is as much again on each side. */
const MARGIN = 0.4;
/** How many times as wide as what is in sight it may be after zooming in. */
const MAX_DRAWN = 2;

/** Where the drawing's origin is on the screen, and how large it is drawn. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly k: number;
}

type Size = Pick<DOMRect, "width" | "height">;

/** A part of the drawing. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Until it is known where one looks. */
const NOTHING: Area = { left: 1e9, top: 1e9, right: -1e9, bottom: -1e9 };

export interface Camera {
  /** The view at which the drawing is drawn: its size is current, its place may lag behind. */
  readonly view: View;
  /** What has to be drawn. */
  readonly seen: Area;
  move(dx: number, dy: number): void;
  zoom(factor: number): void;
  /** Zooms around a point of the window. */
  zoomAt(factor: number, clientX: number, clientY: number): void;
  showAll(): void;
  /** Brings a node into sight, if it is not. */
  lookAt(id: string): void;
  /** Brings nodes into sight: with `unlessSeen` only if none of them is. */
  lookAtAll(ids: readonly string[], options?: { readonly unlessSeen: boolean }): void;
  /** Puts a point of the drawing into the middle. */
  center(x: number, y: number): void;
  /** The node that is drawn at a point of the window. */
  nodeAt(clientX: number, clientY: number): string | undefined;
}

export interface CameraSubject {
  /** What the drawing is seen through. */
  readonly viewport: RefObject<HTMLElement | null>;
  /** What is moved: an element of the page, not a part of an SVG, so that the browser moves it as a picture. */
  readonly moved: RefObject<SVGSVGElement | null>;
  /** Shows on the map what is seen. */
  readonly onSeen: RefObject<((seen: Area) => void) | null>;
  readonly drawing: Drawing | undefined;
  /** Names what is drawn: another one is looked at from its start. */
  readonly subject: string;
}

/**
 * What part of a drawing is seen, and how large. Moving sets one attribute; only when it has moved far is what has come
 * into sight drawn.
 */
export function useCamera({ viewport, moved, onSeen, drawing, subject }: CameraSubject): Camera {
  const current = useRef<View>({ x: 0, y: 0, k: 1 });
  const [view, setView] = useState(current.current);
  const [seen, setSeen] = useState(NOTHING);
  const shown = useRef<{ subject?: string; start?: DrawnNode | undefined }>({});
  /** The size at which the picture that is moved was painted. */
  const painted = useRef(1);
  const frame = useRef(0);
  const stillness = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  // Measured when it changes: to measure while things move would have the browser lay them out each time.
  const measured = useRef<Size>({ width: 0, height: 0 });
  const size = () => measured.current;
  const measure = () => {
    // The element is gone when its view is left, while the browser may still call.
    measured.current = viewport.current?.getBoundingClientRect() ?? measured.current;
  };
  /** What is drawn, and how, goes by the same zoom: close up, each node of a wide area would be thousands of elements. */
  const zoom = () => setView((last) => (last.k === current.current.k ? last : current.current));
  const draw = (margin = MARGIN) => {
    zoom();
    setSeen((last) => {
      const needed = areaSeen(current.current, size(), 0);
      return isCovered(needed, last) ? last : areaSeen(current.current, size(), margin);
    });
  };
  const show = () => {
    const { x, y, k } = current.current;
    if (moved.current) moved.current.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    onSeen.current?.(areaSeen(current.current, size(), 0));
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => draw());
  };
  /** Paints the picture that is moved again, at the size that it now has, and around what is in sight. */
  const repaint = () => {
    // On a busy machine nothing may have been drawn since the last movement.
    zoom();
    setSeen(areaSeen(current.current, size(), MARGIN));
    if (!moved.current || painted.current === current.current.k) return;
    painted.current = current.current.k;
    moved.current.style.willChange = "auto";
    requestAnimationFrame(() => moved.current?.style.removeProperty("will-change"));
  };
  const set = (next: View) => {
    current.current = next;
    clearTimeout(stillness.current);
    stillness.current = setTimeout(repaint, STILL_MS);
    show();
  };
  /** Where the window's points begin: it scrolls, so that is not kept. */
  const origin = () => viewport.current?.getBoundingClientRect() ?? new DOMRect();
  const zoomAround = (factor: number, px: number, py: number) => {
    const { x, y, k } = current.current;
    const next = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, k * factor));
    set({ k: next, x: px - ((px - x) * next) / k, y: py - ((py - y) * next) / k });
  };
  const zoomAt = (factor: number, clientX: number, clientY: number) => {
    const { left, top } = origin();
    zoomAround(factor, clientX - left, clientY - top);
  };

  useLayoutEffect(() => {
    if (!drawing) return;
    const start = drawing.nodes.get(drawing.start);
    const last = shown.current;
    if (last.subject !== subject) {
      measure();
      set(viewOfStart(drawing, size()));
      painted.current = current.current.k;
      // Before the browser paints, so that nothing is drawn elsewhere first; and of a large graph only what is in sight.
      draw(0);
    } else if (start && last.start && (last.start.x !== start.x || last.start.y !== start.y)) {
      // A new layout: what one looked at stays where it is.
      const { x, y, k } = current.current;
      set({ k, x: x + (last.start.x - start.x) * k, y: y + (last.start.y - start.y) * k });
    } else show();
    shown.current = { subject, start };
  }, [drawing, subject]);

  useEffect(() => {
    const element = viewport.current;
    if (!element) return undefined;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      zoomAt(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX, event.clientY);
    };
    const resize = new ResizeObserver(() => {
      measure();
      show();
    });
    element.addEventListener("wheel", wheel, { passive: false });
    resize.observe(element);
    return () => {
      element.removeEventListener("wheel", wheel);
      resize.disconnect();
      cancelAnimationFrame(frame.current);
      clearTimeout(stillness.current);
    };
  }, []);

  return {
    view,
    seen,
    move: (dx, dy) => set({ ...current.current, x: current.current.x + dx, y: current.current.y + dy }),
    zoom: (factor) => zoomAround(factor, size().width / 2, size().height / 2),
    zoomAt,
    showAll: () => drawing && set(viewOfAll(drawing, size())),
    lookAt(id) {
      const node = drawing?.nodes.get(id);
      const next = node && viewOfNode(node, current.current, size());
      if (next) set(next);
    },
    lookAtAll(ids, { unlessSeen } = { unlessSeen: false }) {
      const nodes = ids.flatMap((id) => drawing?.nodes.get(id) ?? []);
      const area = areaSeen(current.current, size(), 0);
      const isSeen = ({ x, y }: DrawnNode) =>
        x < area.right && x + NODE_WIDTH > area.left && y < area.bottom && y + NODE_HEIGHT > area.top;
      if (nodes.length > 0 && !(unlessSeen && nodes.some(isSeen))) set(viewOfNodes(nodes, size()));
    },
    center(x, y) {
      const { k } = current.current;
      const { width, height } = size();
      set({ k, x: width / 2 - x * k, y: height / 2 - y * k });
    },
    nodeAt(clientX, clientY) {
      const { left, top } = origin();
      const { x, y, k } = current.current;
      const [px, py] = [(clientX - left - x) / k, (clientY - top - y) / k];
      const nodes = [...(drawing?.nodes.values() ?? [])];
      return nodes.find(
        (node) => px >= node.x && px <= node.x + NODE_WIDTH && py >= node.y && py <= node.y + NODE_HEIGHT,
      )?.id;
    },
  };
}

function viewOfAll(drawing: Drawing, { width, height }: Size): View {
  const k = Math.min(1.15, width / drawing.width, height / drawing.height);
  return { k, x: (width - drawing.width * k) / 2, y: (height - drawing.height * k) / 2 };
}

/** The whole, if it can be read then; otherwise the start, at the side that the rest is not on. */
function viewOfStart(drawing: Drawing, size: Size): View {
  const { width, height } = size;
  const start = drawing.nodes.get(drawing.start);
  if (!start || Math.min(width / drawing.width, height / drawing.height) >= 0.5) return viewOfAll(drawing, size);
  const k = Math.min(0.85, Math.max(0.65, width / drawing.width));
  const margin = width - drawing.width * k;
  // At the side that the rest is not on.
  const isLast = start.x + NODE_WIDTH / 2 > drawing.width / 2;
  const atSide = isLast ? width - 32 - (start.x + NODE_WIDTH) * k : 32 - start.x * k;
  const x = margin > 0 ? margin / 2 : atSide;
  return { k, x, y: height / 2 - (start.y + NODE_HEIGHT / 2) * k };
}

/** The view that has a node in its middle, unless the node is in sight and can be read. */
function viewOfNode(node: DrawnNode, view: View, { width, height }: Size): View | undefined {
  const k = Math.max(view.k, 0.6);
  const [px, py] = [node.x * k + view.x, node.y * k + view.y];
  const isInside = px > 8 && py > 8 && px + NODE_WIDTH * k < width - 8 && py + NODE_HEIGHT * k < height - 8;
  if (isInside && k === view.k) return undefined;
  return { k, x: width / 2 - (node.x + NODE_WIDTH / 2) * k, y: height / 2 - (node.y + NODE_HEIGHT / 2) * k };
}

/** The view that has nodes in its middle, all of them if they can be read then. */
function viewOfNodes(nodes: readonly DrawnNode[], { width, height }: Size): View {
  const [xs, ys] = [nodes.map(({ x }) => x), nodes.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const [right, bottom] = [Math.max(...xs) + NODE_WIDTH, Math.max(...ys) + NODE_HEIGHT];
  const fit = Math.min(width / (right - left + 80), height / (bottom - top + 80));
  const k = Math.min(1, Math.max(0.46, fit));
  return { k, x: width / 2 - ((left + right) / 2) * k, y: height / 2 - ((top + bottom) / 2) * k };
}

/** What is seen of the drawing, and so much more of it around that: 1 is as much again. */
function areaSeen({ x, y, k }: View, { width, height }: Size, margin: number): Area {
  const left = -x / k - (width / k) * margin;
  const top = -y / k - (height / k) * margin;
  return { left, top, right: left + (width / k) * (1 + 2 * margin), bottom: top + (height / k) * (1 + 2 * margin) };
}

/** Whether what is drawn covers what is seen, and is not far more than that. */
function isCovered(seen: Area, drawn: Area): boolean {
  const isInside =
    drawn.left <= seen.left && drawn.top <= seen.top && drawn.right >= seen.right && drawn.bottom >= seen.bottom;
  return isInside && drawn.right - drawn.left < (seen.right - seen.left) * MAX_DRAWN;
}
