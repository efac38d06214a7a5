import { useMemo, useState } from "preact/hooks";
import { Choice, InstantField } from "./controls.js";
import { GraphCanvas } from "./graph-canvas.js";
import { drawingOf } from "./graph-drawing.js";
import { exportSvg } from "./graph-export.js";
import { namesOf } from "./graph-names.js";
import { DEFAULTS, graphQueryOf } from "./graph-query.js";
import { GraphTable } from "./graph-table.js";
import { html } from "./html.js";
import { LineagePanel } from "./lineage-panel.js";
import { LineageStart } from "./lineage-start.js";
import { Failure } from "./loading.js";
import { Player } from "./player.js";
import { go, href, paramsWith } from "./route.js";
import { dateTime } from "./time.js";
import { useFrames } from "./use-frames.js";
import { useLayout } from "./use-layout.js";
import { counted } from "./values.js";

/** What a node leads to, or comes from, as of any instant. */
export function LineageView({ params }) {
  return params.get("node") ? html`<${Lineage} params=${params} />` : html`<${LineageStart} params=${params} />`;
}

function Lineage({ params }) {
  const query = graphQueryOf(params);
  const at = params.get("at") ?? "";
  const { data, error, busy } = useFrames(query, at);
  const layout = useLayout(data?.union);
  // What is there now says what it is called; what has gone, or is yet to come, as it was then.
  const names = useMemo(() => data && namesOf(data.union.edges.values(), data.frame.edges.values()), [data]);
  const [chosen, setChosen] = useState(undefined);
  const change = (changes, options) => {
    const kept = paramsWith(params, changes);
    for (const [name, value] of Object.entries(DEFAULTS)) if (kept[name] === value) kept[name] = "";
    go(href("lineage", kept), options);
  };
  const expand = (node, way = query.direction) => {
    const entry = `${way}:${node}`;
    setChosen(node);
    if (!query.expand.includes(entry)) change({ expand: [...query.expand, entry] });
  };
  const drawing = useMemo(() => data && layout.data && drawingOf(data, layout.data, names, query), [data, layout.data]);
  const title = data ? names.describe(data.frame.start).name : "Lineage";
  return html`
    <div class="head">
      <h1><span class="quiet">Lineage of </span>${title}</h1>
      <div class="buttons">
        <button type="button" disabled=${!drawing} onClick=${() => exportSvg(drawing, title, data.frame.asOf)}>Export SVG</button>
        <a class="button" href=${href("lineage")}>Another node</a>
      </div>
    </div>
    <form class="fields" onSubmit=${(event) => event.preventDefault()} aria-label="Which part of the graph">
      <${Choice} label="Direction" name="direction" value=${query.direction} words=${["out", "in", "both"]} onChange=${(changes) => change({ ...changes, expand: [] })} />
      <${Choice} label="Depth" name="depth" value=${query.depth} words=${["1", "2", "3", "4", "5", "6", "8", "10"]} onChange=${change} />
      <${Choice} label="Edges at most" name="limit" value=${query.limit} words=${["100", "500", "2000", "5000"]} onChange=${change} />
      <${InstantField} label="As of" name="at" value=${at} onChange=${change} />
      <p class="lead" role="status">${said(data, layout, busy)}</p>
    </form>
    <${Failure} error=${error ?? layout.error} />
    <div class="lineage">
      <div class="stage">
        <${GraphCanvas} drawing=${drawing} subject=${JSON.stringify({ ...query, expand: [] })} chosen=${chosen} onChoose=${setChosen} onExpand=${expand} />
        ${data && html`<${Player} params=${params} frame=${data.frame} union=${data.union} comparison=${data.comparison} busy=${busy} onChange=${change} />`}
      </div>
      ${drawing && html`<${LineagePanel} drawing=${drawing} frame=${data.frame} comparison=${data.comparison} names=${names} chosen=${chosen} onChoose=${setChosen} onExpand=${expand} />`}
    </div>
    ${data && html`<${GraphTable} frame=${data.frame} names=${names} />`}
  `;
}

function said(data, layout, busy) {
  if (!data) return busy ? "Loading …" : "";
  const { nodes, edges, truncated, asOf } = data.frame;
  const size = `${counted(nodes.size, "node")}, ${counted(edges.size, "edge")}${truncated ? " and more beyond the limit" : ""}`;
  return html`${size}, as of <time datetime=${asOf}>${dateTime(asOf)}</time>${busy ? ", loading …" : layout.busy ? ", laying out …" : ""}`;
}
