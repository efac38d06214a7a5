import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface MenuProps {
  readonly label: ComponentChildren;
  /** On which side of its button it is aligned. */
  readonly side?: "left" | "right";
  readonly children: ComponentChildren;
}

/** A button that opens a small panel, which closes with Escape, and with a press anywhere else. */
export function Menu({ label, side = "left", children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = ({ target }: Event) => {
      if (details.current && target instanceof Node && !details.current.contains(target)) details.current.open = false;
    };
    const leave = () => {
      if (details.current) details.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    addEventListener("hashchange", leave);
    return () => {
      document.removeEventListener("pointerdown", close);
      removeEventListener("hashchange", leave);
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !details.current?.open) return;
    event.stopPropagation();
    details.current.open = false;
    details.current.querySelector("summary")?.focus();
  };
  return (
    <details class={`menu menu-${side}`} ref={details} onKeyDown={onKeyDown}>
      <summary>{label}</summary>
      <div class="menu-panel">{children}</div>
    </details>
  );
}
