import { useRef, useState } from "preact/hooks";
import { each, get, pages } from "./api.js";
import { html } from "./html.js";
import { hueOf, kindText } from "./kinds.js";
import { sourceIds } from "./known-sources.js";
import { Busy, Failure, useLoaded } from "./loading.js";
import { go, href, paramsWith } from "./route.js";
import { END_FIELDS, endsOf, kindOfNode, shortNode } from "./sources.js";
import { count, counted } from "./values.js";

const FIELDS = ["source", "edge", ...END_FIELDS].join(",");
const SHOWN = 60;

/** Where a lineage begins: a node that is given, or one of those there are. */
export function LineageStart({ params }) {
  const query = params.get("find") ?? "";
  const [text, setText] = useState(query);
  const [progress, setProgress] = useState(0);
  const all = useRef(undefined);
  const { data, error, busy } = useLoaded((signal) => readNodes(signal), []);
  const search = useLoaded(
    async (signal) => {
      if (!query) return undefined;
      all.current ??= await readNodes(signal, setProgress);
      return all.current;
    },
    [query],
  );
  const submit = (event) => {
    event.preventDefault();
    const given = text.trim();
    if (given.startsWith("arn:")) go(href("lineage", { node: given }));
    else go(href("lineage", paramsWith(params, { find: given })));
  };
  const known = search.data ?? data;
  const kind = params.get("kind") ?? "";
  const nodes = known && matching(known.nodes, text.trim(), kind);
  return html`
    <h1>Lineage</h1>
    <p class="lead">What something fed, and what it came from. Choose where to start.</p>
    <form class="fields find" onSubmit=${submit} role="search">
      <label class="field wide"><span>Name or ARN</span>
        <input type="search" value=${text} placeholder="part of a name, or a whole ARN" onInput=${(event) => setText(event.target.value)} />
      </label>
      <button type="submit">Search all</button>
    </form>
    <${Failure} error=${error ?? search.error} />
    <${Busy} busy=${busy || (search.busy && query)} what=${progress ? `Read ${count(progress)} items …` : "Loading …"} />
    ${known && html`<${Kinds} nodes=${known.nodes} kind=${kind} params=${params} />`}
    ${nodes && html`<p class="lead" role="status">${counted(nodes.length, "node")}${known.whole ? "" : ", among the first edges of each source"}</p>`}
    ${nodes && html`<${Nodes} nodes=${nodes} />`}
  `;
}

/** The ends of the edges that there are: of the first thousand of each source, or, with `onProgress`, of all. */
async function readNodes(signal, onProgress) {
  const nodes = new Map();
  let read = 0;
  let whole = true;
  const take = (items) => {
    read += items.length;
    for (const item of items) {
      for (const { node, name, kind } of endsOf(item)) {
        const known = nodes.get(node) ?? { node, name: shortNode(node), kind: kindOfNode(node), out: 0, into: 0 };
        known[node === item.edge.from ? "out" : "into"] += 1;
        nodes.set(node, { ...known, name: name ?? known.name, kind: kind ?? known.kind });
      }
    }
  };
  await each(await sourceIds(), 3, async (source) => {
    const query = { source, fields: FIELDS, limit: 1000 };
    if (!onProgress) {
      const page = await get("/v1/items", query, signal);
      take(page.items);
      whole &&= !page.nextCursor;
      return;
    }
    for await (const page of pages("/v1/items", query, signal)) {
      take(page.items);
      onProgress(read);
    }
  });
  return { nodes: [...nodes.values()].sort((a, b) => b.out - a.out || b.into - a.into), whole };
}

function matching(nodes, text, kind) {
  const words = text.toLowerCase();
  return nodes.filter(
    (each) =>
      (!kind || kindText(each.kind) === kind) &&
      (each.name.toLowerCase().includes(words) || each.node.toLowerCase().includes(words)),
  );
}

function Kinds({ nodes, kind, params }) {
  const kinds = new Map();
  for (const each of nodes) kinds.set(kindText(each.kind), (kinds.get(kindText(each.kind)) ?? 0) + 1);
  const sorted = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
  const link = (name, number) => html`<a
    class="tag" aria-current=${kind === name ? "true" : undefined}
    href=${href("lineage", paramsWith(params, { kind: name }))}
  >${name && html`<span class=${`dot hue-${hueOf(name)}`} aria-hidden="true"></span>`}${name || "All"} <span class="quiet">${count(number)}</span></a>`;
  return html`<nav class="tags" aria-label="Kinds">
    ${link("", nodes.length)} ${sorted.map(([name, number]) => link(name, number))}
  </nav>`;
}

function Nodes({ nodes }) {
  return html`<div class="table" role="region" aria-label="Nodes" tabindex="0">
    <table>
      <thead><tr><th scope="col">node</th><th scope="col">kind</th><th scope="col">edges out</th><th scope="col">edges in</th><th scope="col">ARN</th></tr></thead>
      <tbody>
        ${nodes.slice(0, SHOWN).map(
          ({ node, name, kind, out, into }) => html`<tr key=${node}>
            <th scope="row"><a href=${href("lineage", { node, direction: out === 0 ? "in" : "" })}>${name}</a></th>
            <td><span class=${`dot hue-${hueOf(kind)}`} aria-hidden="true"></span>${kindText(kind)}</td>
            <td class="number">${count(out)}</td>
            <td class="number">${count(into)}</td>
            <td class="arn"><code>${node}</code></td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>
  ${nodes.length > SHOWN && html`<p class="quiet">${count(nodes.length - SHOWN)} more; part of a name narrows them down.</p>`}`;
}
