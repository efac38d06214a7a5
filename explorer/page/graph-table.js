import { useState } from "preact/hooks";
import { html } from "./html.js";
import { kindText } from "./kinds.js";
import { href } from "./route.js";
import { counted } from "./values.js";

const AT_ONCE = 200;

/** The same graph as a table of edges. */
export function GraphTable({ frame, names }) {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(AT_ONCE);
  const edges = open ? [...frame.edges.values()] : [];
  const cell = (node) => {
    const { name, kind } = names.describe(node);
    return html`<a href=${href("lineage", { node })} title=${node}>${name}</a> <span class="quiet">${kindText(kind)}</span>`;
  };
  return html`<details class="as-table" open=${open} onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>As a table: ${counted(frame.edges.size, "edge")}</summary>
    ${
      open &&
      html`<div class="table" role="region" aria-label="Edges" tabindex="0">
      <table>
        <thead><tr><th scope="col">from</th><th scope="col">relation</th><th scope="col">to</th></tr></thead>
        <tbody>
          ${edges.slice(0, shown).map(
            ({ from, to, relation, itemId }) => html`<tr key=${itemId}>
              <td>${cell(from)}</td>
              <td><a href=${href("items", { at: frame.asOf }, itemId)}>${relation ?? "edge"}</a></td>
              <td>${cell(to)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${edges.length > shown && html`<button type="button" onClick=${() => setShown(shown + AT_ONCE)}>Show more</button>`}`
    }
  </details>`;
}
