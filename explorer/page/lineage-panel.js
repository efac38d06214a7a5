import { html } from "./html.js";
import { href } from "./route.js";
import { dateTime } from "./time.js";
import { middleCut } from "./values.js";

/** What the drawing says, in words: the node chosen, what was reached by kind, and what the last step changed. */
export function LineagePanel({ drawing, frame, comparison, names, chosen, onChoose, onExpand }) {
  const node = drawing.nodes.get(chosen) ?? drawing.nodes.get(drawing.start);
  const button = (id) =>
    html`<button type="button" class="link" title=${id} onClick=${() => onChoose(id)}>${middleCut(names.describe(id).name, 38)}</button>`;
  return html`<aside class="panel" aria-label="About the graph">
    ${comparison && html`<${Comparison} comparison=${comparison} button=${button} />`}
    ${node && html`<${Chosen} node=${node} frame=${frame} button=${button} onExpand=${onExpand} />`}
    <${Reached} drawing=${drawing} button=${button} />
  </aside>`;
}

function Chosen({ node, frame, button, onExpand }) {
  const edges = [...frame.edges.values()];
  const list = (title, edges, end) =>
    edges.length > 0 &&
    html`<details open=${edges.length <= 6}>
      <summary>${title} <span class="quiet">${edges.length}</span></summary>
      <ul>${edges.slice(0, 200).map((edge) => html`<li><a href=${href("items", { at: frame.asOf }, edge.itemId)}>${edge.relation ?? "edge"}</a> ${button(edge[end])}</li>`)}</ul>
    </details>`;
  return html`<section aria-labelledby="chosen">
    <h2 id="chosen"><span class=${`dot hue-${node.hue}`} aria-hidden="true"></span>${node.name}</h2>
    <p class="quiet">${node.kind}</p>
    <p class="arn"><code>${node.id}</code></p>
    <div class="buttons">
      <button type="button" onClick=${() => onExpand(node.id, "in")}>Expand in</button>
      <button type="button" onClick=${() => onExpand(node.id, "out")}>Expand out</button>
      ${!node.start && html`<a class="button" href=${href("lineage", { node: node.id })}>Start here</a>`}
    </div>
    ${list(
      "From",
      edges.filter(({ to }) => to === node.id),
      "from",
    )}
    ${list(
      "To",
      edges.filter(({ from }) => from === node.id),
      "to",
    )}
  </section>`;
}

function Comparison({ comparison, button }) {
  const { newEdges, goneEdges, since } = comparison;
  const rows = [
    ...newEdges.map((edge) => ["+", "kind-added", edge]),
    ...goneEdges.map((edge) => ["−", "kind-removed", edge]),
  ];
  if (rows.length === 0) return null;
  return html`<section aria-labelledby="compared">
    <h2 id="compared">Since ${dateTime(since)}</h2>
    <ul class="compared">
      ${rows
        .slice(0, 30)
        .map(
          ([sign, kind, { from, to, relation }]) =>
            html`<li class=${kind}><span class="mark">${sign}</span><div>${button(from)} <span class="quiet">${relation ?? ""} →</span> ${button(to)}</div></li>`,
        )}
    </ul>
    ${rows.length > 30 && html`<p class="quiet">and ${rows.length - 30} more edges</p>`}
  </section>`;
}

/** The nodes by kind, the answer to "which models did this feed?". */
function Reached({ drawing, button }) {
  const kinds = new Map();
  for (const node of drawing.nodes.values()) {
    if (node.start || node.presence === "gone") continue;
    kinds.set(node.kind, [...(kinds.get(node.kind) ?? []), node]);
  }
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  return html`<section aria-labelledby="reached">
    <h2 id="reached">Reached</h2>
    ${sorted.length === 0 && html`<p class="quiet">Nothing, in this direction.</p>`}
    ${sorted.map(
      ([kind, nodes]) => html`<details key=${kind} class="reached">
        <summary><span class=${`dot hue-${nodes[0].hue}`} aria-hidden="true"></span>${kind} <span class="quiet">${nodes.length}</span></summary>
        <ul>${nodes.slice(0, 500).map(({ id }) => html`<li key=${id}>${button(id)}</li>`)}</ul>
      </details>`,
    )}
  </section>`;
}
