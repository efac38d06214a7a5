import { html } from "./html.js";
import { dateTime, isInstant } from "./time.js";
import { plain } from "./values.js";

const text = (value) => (isInstant(value) ? dateTime(value, { ms: true }) : plain(value));

/** Where two versions differ, before and after side by side. */
export function DifferencesTable({ differences, label = "Differences" }) {
  if (differences.length === 0) return html`<p class="quiet">Nothing differs.</p>`;
  return html`<table class="differences" aria-label=${label}>
    <thead><tr><th scope="col">path</th><th scope="col">before</th><th scope="col">after</th></tr></thead>
    <tbody>
      ${differences.map(
        (difference) => html`<tr>
          <th scope="row">${difference.path || "(all of it)"}</th>
          <td>${Object.hasOwn(difference, "before") ? html`<del>${text(difference.before)}</del>` : html`<span class="quiet">not there</span>`}</td>
          <td>${Object.hasOwn(difference, "after") ? html`<ins>${text(difference.after)}</ins>` : html`<span class="quiet">not there</span>`}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** The same in one line. */
export function DifferencesLine({ differences }) {
  const shown = differences.slice(0, 3);
  return html`<span class="line">
    ${shown.map(
      ({ path, before, after }) =>
        html`<span><b>${path}</b> ${before !== undefined && html`<del>${text(before)}</del> → `}${after !== undefined ? html`<ins>${text(after)}</ins>` : "gone"}</span>`,
    )}
    ${differences.length > shown.length && html`<span class="quiet">and ${differences.length - shown.length} more</span>`}
  </span>`;
}
