import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

interface FoldProps {
  readonly label: string;
  /** How many of the fields are set. */
  readonly count: number;
  readonly children: ComponentChildren;
}

/** Fields that a narrow screen folds behind a button, so that what they narrow is seen first. A wide one always shows them. */
export function Fold({ label, count, children }: FoldProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <button
        type="button"
        class="fold-toggle"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
        {count > 0 && ` (${count})`}
      </button>
      <div id={id} class={`fold ${isOpen ? "open" : ""}`}>
        {children}
      </div>
    </>
  );
}

/** How many parameters of these names are set. */
export function countSet(params: URLSearchParams, names: readonly string[]): number {
  return names.flatMap((name) => params.getAll(name)).filter(Boolean).length;
}
