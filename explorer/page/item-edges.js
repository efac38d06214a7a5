import { get } from "./api.js";
import { namesOf } from "./graph-names.js";
import { EDGE_FIELDS } from "./graph-query.js";
import { html } from "./html.js";
import { Failure, useLoaded } from "./loading.js";
import { href } from "./route.js";
import { counted } from "./values.js";

const MAX_EDGES = 50;

/** What leads to the item's nodes, and away from them. An item without an edge is itself a node, by its key. */
export function ItemEdges({ item, at }) {
  const nodes = item.edge ? [item.edge.from, item.edge.to] : [item.key];
  const { data, error } = useLoaded(
    (signal) =>
      Promise.all(
        nodes.map((node) =>
          get("/v1/graph", { node, direction: "both", depth: 1, limit: MAX_EDGES, at, fields: EDGE_FIELDS }, signal),
        ),
      ),
    [item.id, at],
  );
  const own = item.edge ? [{ ...item.edge, source: item.source, item }] : [];
  const names = namesOf(...(data ?? []).map(({ edges }) => edges), own);
  return html`<section aria-labelledby="edges">
    <h2 id="edges">Edges</h2>
    <${Failure} error=${error} />
    ${
      item.edge &&
      html`<p class="edge">
      <${NodeLink} node=${item.edge.from} names=${names} at=${at} />
      <span class="relation">${item.edge.relation ?? "leads to"} →</span>
      <${NodeLink} node=${item.edge.to} names=${names} at=${at} />
    </p>`
    }
    ${data?.map((graph, index) => html`<${Around} node=${nodes[index]} graph=${graph} names=${names} item=${item} at=${at} />`)}
  </section>`;
}

function NodeLink({ node, names, at }) {
  return html`<a href=${href("lineage", { node, direction: "both", depth: 2, at })} title=${node}>${names.describe(node).name}</a>`;
}

function Around({ node, graph, names, item, at }) {
  const others = graph.edges.filter(({ itemId }) => itemId !== item.id);
  const list = (title, edges, end) =>
    edges.length > 0 &&
    html`<h4>${title}</h4>
      <ul class="edges">
        ${edges.map(
          (edge) => html`<li>
            <a href=${href("items", { at }, edge.itemId)}>${edge.relation ?? "edge"}</a>${" "}
            <${NodeLink} node=${edge[end]} names=${names} at=${at} />
          </li>`,
        )}
      </ul>`;
  if (others.length === 0) return html`<p class="quiet">No other edges of ${names.describe(node).name}.</p>`;
  return html`<details open=${others.length <= 12}>
    <summary>${counted(others.length, "other edge")}${graph.truncated ? " and more" : ""} of ${names.describe(node).name}</summary>
    ${list(
      "in",
      others.filter(({ to }) => to === node),
      "from",
    )}
    ${list(
      "out",
      others.filter(({ from }) => from === node),
      "to",
    )}
  </details>`;
}
