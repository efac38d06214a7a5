import { useMemo, useState } from "preact/hooks";
import { GraphCanvas } from "../graph/canvas.tsx";
import { drawingOf } from "../graph/drawing.ts";
import { exportSvg } from "../graph/export.ts";
import { type Frame, useFrames } from "../graph/frames.ts";
import { useLayout } from "../graph/layout.ts";
import { namesOf } from "../graph/names.ts";
import { DEFAULTS, graphQueryOf } from "../graph/query.ts";
import { GraphTable } from "../graph/table.tsx";
import { AsOf } from "../ui/as-of.tsx";
import { Choice, InstantField } from "../ui/controls.tsx";
import { Failure } from "../ui/loading.tsx";
import { type Params, paramsWith } from "../ui/params.ts";
import { type GoOptions, go, href, type ViewProps } from "../ui/route.ts";
import { counted } from "../ui/values.ts";
import { LineagePanel } from "./lineage-panel.tsx";
import { LineageStart } from "./lineage-start.tsx";
import { Player } from "./player.tsx";

/** What a node leads to, or comes from, as of any instant. */
export function LineageView({ params }: ViewProps) {
  return params.get("node") ? <Lineage params={params} /> : <LineageStart params={params} />;
}

function Lineage({ params }: Pick<ViewProps, "params">) {
  const query = graphQueryOf(params);
  const at = params.get("at") ?? "";
  const frames = useFrames(query, at);
  const { data, busy } = frames;
  const layout = useLayout(data?.union);
  // What is there now says what it is called; what has gone, or is yet to come, as it was then.
  const names = useMemo(() => namesOf(data?.union.edges.values() ?? [], data?.frame.edges.values() ?? []), [data]);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const change = (changes: Params, options?: GoOptions) => {
    const kept = paramsWith(params, changes);
    for (const [name, value] of Object.entries(DEFAULTS)) if (kept[name] === value) kept[name] = "";
    go(href("lineage", kept), options);
  };
  const expand = (node: string, direction = query.direction) => {
    const entry = `${direction}:${node}`;
    setChosen(node);
    if (!query.expand.includes(entry)) change({ expand: [...query.expand, entry] });
  };
  const drawing = useMemo(
    () => (data && layout.data ? drawingOf(data, layout.data, names, query) : undefined),
    [data, layout.data],
  );
  const title = data ? names.describe(data.frame.start).name : "Lineage";
  return (
    <>
      <div class="head">
        <h1>
          <span class="quiet">Lineage of </span>
          {title}
        </h1>
        <div class="buttons">
          <button
            type="button"
            disabled={!drawing}
            onClick={() => drawing && data && exportSvg(drawing, title, data.frame.asOf)}
          >
            Export SVG
          </button>
          <a class="button" href={href("lineage")}>
            Another node
          </a>
        </div>
      </div>
      <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which part of the graph">
        <Choice
          label="Direction"
          name="direction"
          value={query.direction}
          options={["out", "in", "both"]}
          onChange={(changes) => change({ ...changes, expand: [] })}
        />
        <Choice
          label="Depth"
          name="depth"
          value={query.depth}
          options={["1", "2", "3", "4", "5", "6", "8", "10"]}
          onChange={change}
        />
        <Choice
          label="Edges at most"
          name="limit"
          value={query.limit}
          options={["100", "500", "2000", "5000"]}
          onChange={change}
        />
        <InstantField label="As of" name="at" value={at} onChange={change} />
        <p class="lead" role="status">
          {data ? <Counts shown={data} at={at} /> : ""}
          {busy ? (data ? ", loading …" : "Loading …") : layout.busy ? ", laying out …" : ""}
        </p>
      </form>
      <Failure of={frames.error ? frames : layout} at={at} />
      <div class="lineage">
        <div class="stage">
          <GraphCanvas
            drawing={drawing}
            subject={JSON.stringify({ ...query, expand: [] })}
            chosen={chosen}
            onChoose={setChosen}
            onExpand={expand}
          />
          {data && <Player params={params} shown={data} busy={busy} onChange={change} />}
        </div>
        {data && drawing && (
          <LineagePanel
            drawing={drawing}
            shown={data}
            names={names}
            chosen={chosen}
            onChoose={setChosen}
            onExpand={expand}
          />
        )}
      </div>
      {data && <GraphTable frame={data.frame} names={names} />}
    </>
  );
}

function Counts({ shown, at }: { shown: Frame; at: string }) {
  const { nodes, edges, truncated, asOf } = shown.frame;
  return (
    <>
      {counted(nodes.size, "node")}, {counted(edges.size, "edge")}
      {truncated && " and more beyond the limit"}, <AsOf asOf={asOf} at={at} ms={false} />
    </>
  );
}
