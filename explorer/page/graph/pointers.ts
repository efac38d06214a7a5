import type { TargetedPointerEvent } from "preact";
import { useRef } from "preact/hooks";
import type { Camera } from "./camera.ts";

type CanvasPointerEvent = TargetedPointerEvent<HTMLDivElement>;

/** A node that was clicked, and whether it is to be expanded. */
export interface Picked {
  readonly id: string;
  readonly expand: boolean;
}

interface Press {
  readonly x: number;
  readonly y: number;
  readonly target: EventTarget | null;
  readonly isMoved: boolean;
}

interface Position {
  readonly x: number;
  readonly y: number;
}

/** How far a pointer may move and still click. */
const CLICK_PIXELS = 4;

/** Moves a drawing with one pointer, zooms it with two, and picks its nodes. */
export function usePointers(camera: Camera, onPick: (picked: Picked) => void) {
  const pointers = useRef(new Map<number, Position>());
  const pressed = useRef<Press | undefined>(undefined);

  const pickedBy = (event: MouseEvent, target: EventTarget | null): Picked | undefined => {
    const element = target instanceof Element ? target : undefined;
    const id = nodeOf(element);
    if (id !== undefined) return { id, expand: Boolean(element?.closest("[data-expand]")) };
    const under = camera.nodeAt(event.clientX, event.clientY);
    return under === undefined ? undefined : { id: under, expand: false };
  };

  return {
    onPointerDown(event: CanvasPointerEvent) {
      if (event.button !== 0) return;
      const position = { x: event.clientX, y: event.clientY };
      pointers.current.set(event.pointerId, position);
      pressed.current = { ...position, target: event.target, isMoved: false };
    },
    onPointerMove(event: CanvasPointerEvent) {
      const press = pressed.current;
      if (!press || !pointers.current.has(event.pointerId)) return;
      const before = middleOf([...pointers.current.values()]);
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const after = middleOf([...pointers.current.values()]);
      if (!press.isMoved && Math.hypot(event.clientX - press.x, event.clientY - press.y) < CLICK_PIXELS) return;
      if (!press.isMoved) event.currentTarget.setPointerCapture(event.pointerId);
      pressed.current = { ...press, isMoved: true };
      camera.move(after.x - before.x, after.y - before.y);
      if (before.apart > 0) camera.zoomAt(after.apart / before.apart, after.x, after.y);
    },
    onPointerUp(event: CanvasPointerEvent) {
      const press = pressed.current;
      if (!pointers.current.delete(event.pointerId) || !press || press.isMoved) return;
      const picked = pickedBy(event, press.target);
      if (picked) onPick(picked);
    },
    onPointerCancel(event: CanvasPointerEvent) {
      pointers.current.delete(event.pointerId);
    },
    onDblClick(event: MouseEvent) {
      const picked = pickedBy(event, event.target);
      if (picked) onPick({ ...picked, expand: true });
    },
  };
}

/** The node that an element is drawn for. */
export function nodeOf(target: EventTarget | null | undefined): string | undefined {
  if (!(target instanceof Element)) return undefined;
  return target.closest<SVGElement>("[data-node]")?.dataset.node;
}

function middleOf([a, b = a]: readonly Position[]) {
  if (!a || !b) return { x: 0, y: 0, apart: 0 };
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
}
