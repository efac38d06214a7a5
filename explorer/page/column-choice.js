import { useEffect, useRef } from "preact/hooks";
import { html } from "./html.js";
import { headOf } from "./item-table.js";

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

/** Which columns the table has: an item's own members, and what its documents hold. */
export function ColumnChoice({ columns, paths, onChange }) {
  const offered = [...new Set([...columns, ...paths.map((path) => `document.${path}`), ...OWN])];
  const toggle = (column) => {
    const chosen = columns.includes(column) ? columns.filter((each) => each !== column) : [...columns, column];
    onChange({ columns: chosen.map((each) => each.replaceAll(",", "\\,")).join(",") || "," });
  };
  const details = useRef(null);
  useEffect(() => {
    const close = ({ target }) => {
      if (!details.current.contains(target)) details.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  const onKeyDown = (event) => {
    if (event.key !== "Escape") return;
    details.current.open = false;
    details.current.querySelector("summary").focus();
  };
  return html`<details class="choice" ref=${details} onKeyDown=${onKeyDown}>
    <summary>Columns <span class="quiet">${columns.length}</span></summary>
    <fieldset>
      <legend class="hidden">Columns</legend>
      ${offered.map(
        (column) => html`<label>
          <input type="checkbox" checked=${columns.includes(column)} onChange=${() => toggle(column)} />
          ${headOf(column)}
        </label>`,
      )}
    </fieldset>
  </details>`;
}
