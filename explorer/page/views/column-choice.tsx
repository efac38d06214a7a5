import { useEffect, useRef } from "preact/hooks";
import type { OnChange } from "../ui/controls.tsx";
import { headOf } from "./item-table.tsx";

const OWN = [
  "source",
  "account",
  "region",
  "scope",
  "key",
  "state",
  "version",
  "firstSeenAt",
  "changedAt",
  "removedAt",
  "cause",
  "edge.from",
  "edge.to",
  "edge.relation",
];

interface ColumnChoiceProps {
  readonly columns: readonly string[];
  /** The paths of the documents shown. */
  readonly paths: readonly string[];
  readonly onChange: OnChange;
}

/** Which columns the table has: an item's own members, and what its documents hold. */
export function ColumnChoice({ columns, paths, onChange }: ColumnChoiceProps) {
  const offered = [...new Set([...columns, ...paths.map((path) => `document.${path}`), ...OWN])];
  const toggle = (column: string) => {
    const chosen = columns.includes(column) ? columns.filter((each) => each !== column) : [...columns, column];
    onChange({ columns: chosen.map((each) => each.replaceAll(",", "\\,")).join(",") || "," });
  };
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = ({ target }: Event) => {
      if (details.current && target instanceof Node && !details.current.contains(target)) details.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !details.current) return;
    details.current.open = false;
    details.current.querySelector("summary")?.focus();
  };
  return (
    <details class="choice" ref={details} onKeyDown={onKeyDown}>
      <summary>
        Columns <span class="quiet">{columns.length}</span>
      </summary>
      <fieldset>
        <legend class="hidden">Columns</legend>
        {offered.map((column) => (
          <label key={column}>
            <input type="checkbox" checked={columns.includes(column)} onChange={() => toggle(column)} />
            {headOf(column)}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
