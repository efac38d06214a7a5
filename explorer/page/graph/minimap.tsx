import type { RefObject, TargetedPointerEvent } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Area, Camera } from "./camera.ts";
import type { Drawing } from "./drawing.ts";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout.ts";

interface MinimapProps {
  readonly drawing: Drawing;
  /** What the camera calls with what is seen. */
  readonly onSeen: RefObject<((seen: Area) => void) | null>;
  readonly camera: Camera;
}

/** The whole drawing in small, and what of it is seen. A press or a drag goes there; keys have the zoom's buttons. */
export function Minimap({ drawing, onSeen, camera }: MinimapProps) {
  const map = useRef<SVGSVGElement>(null);
  const window = useRef<HTMLDivElement>(null);
  const { width, height } = drawing;
  const strokes = useMemo(() => {
    const all = new Map<string, string>();
    for (const { hue, x, y } of drawing.nodes.values()) {
      all.set(hue, `${all.get(hue) ?? ""}M${x} ${y}h${NODE_WIDTH}v${NODE_HEIGHT}h${-NODE_WIDTH}z`);
    }
    return [...all];
  }, [drawing]);
  useEffect(() => {
    if (!map.current) return undefined;
    let size = { width: 0, height: 0 };
    onSeen.current = ({ left, top, right, bottom }) => {
      if (!window.current) return;
      // As the map fits the drawing in: whole, and in its middle.
      const k = Math.min(size.width / width, size.height / height);
      const [x, y] = [left * k + (size.width - width * k) / 2, top * k + (size.height - height * k) / 2];
      const { style } = window.current;
      style.width = `${(right - left) * k}px`;
      style.height = `${(bottom - top) * k}px`;
      // An element of the page that its transform moves: nothing of the map is painted again.
      style.transform = `translate(${x}px, ${y}px)`;
    };
    const resize = new ResizeObserver(([entry]) => {
      size = entry?.contentRect ?? size;
      // What is seen is shown once it is known how large the map is.
      camera.move(0, 0);
    });
    resize.observe(map.current);
    return () => {
      resize.disconnect();
      onSeen.current = null;
    };
  }, [width, height]);
  const go = (event: TargetedPointerEvent<HTMLDivElement>) => {
    if (event.buttons !== 1) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const matrix = map.current?.getScreenCTM()?.inverse();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    camera.center(x, y);
  };
  return (
    <div class="minimap" aria-hidden="true" onPointerDown={go} onPointerMove={go}>
      <svg ref={map} role="presentation" viewBox={`0 0 ${width} ${height}`}>
        {strokes.map(([hue, path]) => (
          <path key={hue} class={`far-node hue-${hue}`} d={path} />
        ))}
      </svg>
      <div ref={window} class="window"></div>
    </div>
  );
}
