import type { RefObject, TargetedPointerEvent } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Camera } from "./camera.ts";
import type { Drawing } from "./drawing.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

interface MinimapProps {
  readonly drawing: Drawing;
  /** The rectangle that shows what is seen: the camera places it. */
  readonly window: RefObject<SVGRectElement | null>;
  readonly camera: Camera;
}

/** The whole drawing in small, and what of it is seen. A press or a drag goes there; keys have the zoom's buttons. */
export function Minimap({ drawing, window, camera }: MinimapProps) {
  const strokes = useMemo(() => {
    const all = new Map<string, string>();
    for (const { hue, x, y } of drawing.nodes.values()) {
      all.set(hue, `${all.get(hue) ?? ""}M${x} ${y}h${NODE_WIDTH}v${NODE_HEIGHT}h${-NODE_WIDTH}z`);
    }
    return [...all];
  }, [drawing]);
  // The rectangle is there only now.
  useEffect(() => camera.move(0, 0), []);
  const go = (event: TargetedPointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const matrix = event.currentTarget.getScreenCTM()?.inverse();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    camera.center(x, y);
  };
  return (
    <svg
      class="minimap"
      viewBox={`0 0 ${drawing.width} ${drawing.height}`}
      aria-hidden="true"
      onPointerDown={go}
      onPointerMove={go}
    >
      {strokes.map(([hue, path]) => (
        <path key={hue} class={`far-node hue-${hue}`} d={path} />
      ))}
      <rect ref={window} class="window" width="1" height="1" />
    </svg>
  );
}
