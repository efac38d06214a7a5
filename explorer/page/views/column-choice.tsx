import type { OnChange } from "../ui/controls.tsx";
import { Menu } from "../ui/menu.tsx";
import { headOf } from "../ui/words.ts";

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
  return (
    <Menu
      label={
        <>
          Columns <span class="quiet">{columns.length}</span>
        </>
      }
    >
      <fieldset>
        <legend class="hidden">Columns</legend>
        {offered.map((column) => (
          <label key={column} title={column}>
            <input type="checkbox" checked={columns.includes(column)} onChange={() => toggle(column)} />
            {headOf(column)}
          </label>
        ))}
      </fieldset>
    </Menu>
  );
}
