import { html } from "./html.js";
import { sieveOf } from "./items-query.js";
import { href } from "./route.js";
import { titleOf } from "./sources.js";
import { before, dateTime, isInstant } from "./time.js";
import { plain, valueAt } from "./values.js";

/** `document.CreationTime` is headed `CreationTime`. */
export const headOf = (column) => column.replace(/^document\./, "");

export function ItemTable({ items, columns, params, busy, onChange }) {
  const { sort, down } = sieveOf(params);
  const head = (column) => {
    const sorted = sort === column;
    const next = sorted ? (down ? "" : `-${column}`) : column;
    return html`<th scope="col" aria-sort=${sorted ? (down ? "descending" : "ascending") : undefined}>
      <button type="button" class="sort" onClick=${() => onChange({ sort: next })}>
        ${headOf(column)}<span aria-hidden="true">${sorted ? (down ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>`;
  };
  const at = params.get("at");
  return html`<div class="table" role="region" aria-label="Items" tabindex="0" aria-busy=${String(busy)}>
    <table>
      <thead><tr><th scope="col">item</th>${columns.map(head)}</tr></thead>
      <tbody>
        ${items.map(
          (item) => html`<tr key=${item.id} class=${item.state === "removed" ? "gone" : ""}>
            <th scope="row">
              <a href=${href("items", { at: item.removedAt ? before(item.removedAt) : at }, item.id)} title=${titleOf(item)}>${titleOf(item, 34)}</a>
              ${item.state === "removed" && html` <span class="chip">removed ${dateTime(item.removedAt)}</span>`}
            </th>
            ${columns.map((column) => html`<${Cell} item=${item} column=${column} onChange=${onChange} />`)}
          </tr>`,
        )}
        ${items.length === 0 && html`<tr><td class="none" colspan=${columns.length + 1}>No items match these filters.</td></tr>`}
      </tbody>
    </table>
  </div>`;
}

const FILTERS = new Set(["source", "account", "region", "scope", "state"]);

/** A value; choosing it narrows the table to the items that have it, where the API can. */
function Cell({ item, column, onChange }) {
  const value = valueAt(item, column);
  const text = isInstant(value) ? dateTime(value) : plain(value);
  const path = column.startsWith("document.") ? column.slice("document.".length) : undefined;
  const filter = path ? `filter[${path}]` : FILTERS.has(column) ? column : undefined;
  const short = text.length <= 60 && text !== "" && typeof value !== "object";
  if (!filter || !short || isInstant(value)) {
    return html`<td class=${typeof value === "number" ? "number" : ""} title=${text.length > 40 ? text : undefined}>${text}</td>`;
  }
  return html`<td>
    <button type="button" class="value" title=${`Only ${headOf(column)} ${text}`} onClick=${() => onChange({ [filter]: plain(value) })}>
      ${text}
    </button>
  </td>`;
}
