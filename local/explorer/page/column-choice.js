import { html } from "./html.js";
import { headOf } from "./item-table.js";

const OWN = ["source", "account", "region", "scope", "key", "state", "version", "firstSeenAt", "changedAt", "removedAt", "cause", "edge.from", "edge.to", "edge.relation"];

/** Which columns the table has: an item's own members, and what its documents hold. */
export function ColumnChoice({ columns, paths, onChange }) {
  const offered = [...new Set([...columns, ...paths.map((path) => `document.${path}`), ...OWN])];
  const toggle = (column) => {
    const chosen = columns.includes(column) ? columns.filter((each) => each !== column) : [...columns, column];
    onChange({ columns: chosen.map((each) => each.replaceAll(",", "\\,")).join(",") || "," });
  };
  return html`<details class="choice">
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
