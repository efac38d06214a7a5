import { get } from "./api.js";
import { InstantField } from "./controls.js";
import { DocumentTree } from "./document-tree.js";
import { html } from "./html.js";
import { ItemEdges } from "./item-edges.js";
import { ItemHistory } from "./item-history.js";
import { Busy, Failure, useLoaded } from "./loading.js";
import { go, href, paramsWith } from "./route.js";
import { titleOf } from "./sources.js";
import { ago, dateTime } from "./time.js";

/** One item: what it is, what it was, and what it is connected with. */
export function ItemView({ id, params }) {
  const at = params.get("at") ?? "";
  const { data: item, error, busy } = useLoaded((signal) => readItem(id, at, signal), [id, at]);
  const change = (changes) => go(href("items", paramsWith(params, changes), id));
  return html`
    <p class="trail"><a href=${href("items", { source: item?.source, at })}>Items</a>${item && html` · ${item.source}`}</p>
    <div class="head">
      <h1>${item ? titleOf(item) : "Item"}</h1>
      <${InstantField} label="As of" name="at" value=${at} onChange=${change} />
    </div>
    <${Failure} error=${error} />
    ${!item && html`<${Busy} busy=${busy} />`}
    ${item && html`<${Facts} item=${item} />`}
    <div class="columns">
      ${
        item &&
        html`<section aria-labelledby="document">
        <h2 id="document">Document</h2>
        <${DocumentTree} value=${item.document} />
      </section>`
      }
      <div>
        <${ItemHistory} id=${id} params=${params} onChange=${change} />
        ${item && html`<${ItemEdges} item=${item} at=${at} />`}
      </div>
    </div>
  `;
}

/** An item that was removed is its tombstone, which the API answers as a problem. */
async function readItem(id, at, signal) {
  try {
    return await get(`/v1/items/${encodeURIComponent(id)}`, { at }, signal);
  } catch (error) {
    if (error.status === 410 && error.problem.item) return error.problem.item;
    throw error;
  }
}

function Facts({ item }) {
  const time = (instant) =>
    html`<time datetime=${instant} title=${ago(instant)}>${dateTime(instant, { ms: true })}</time>`;
  const facts = [
    [
      "State",
      item.state === "removed"
        ? html`<span class="chip chip-bad">removed</span>`
        : html`<span class="chip chip-good">present</span>`,
    ],
    ["Account", item.account],
    ["Region", item.region],
    ["Scope", item.scope],
    ["Version", item.version],
    ["First seen", time(item.firstSeenAt)],
    ["Changed", time(item.changedAt)],
    ...(item.removedAt ? [["Removed", html`${time(item.removedAt)} (${item.cause})`]] : []),
    ["Key", html`<code>${item.key}</code>`],
  ];
  return html`<dl class="facts">
    ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
