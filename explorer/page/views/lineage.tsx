import { useMemo, useState } from "preact/hooks";
import { changedIn, GraphCanvas } from "../graph/canvas.tsx";
import { drawingOf } from "../graph/drawing.ts";
import { exportSvg } from "../graph/export.ts";
import { FindInGraph } from "../graph/find.tsx";
import { type Frame, useFrames } from "../graph/frames.ts";
import { groupAlike, MIN_NODES } from "../graph/groups.ts";
import type { Hue } from "../graph/kinds.ts";
import { useLayout } from "../graph/layout.ts";
import { namesOf } from "../graph/names.ts";
import { DEFAULTS, type GraphQuery, graphQueryOf } from "../graph/query.ts";
import { GraphTable } from "../graph/table.tsx";
import { GRAPH, get } from "../ui/api.ts";
import { AsOf } from "../ui/as-of.tsx";
import { Choice, InstantField } from "../ui/controls.tsx";
import { CopyMenu, IdLine } from "../ui/copy.tsx";
import { Failure, useLoaded } from "../ui/loading.tsx";
import { type Params, paramsWith } from "../ui/params.ts";
import { commandOf, curlOf } from "../ui/requests.ts";
import { type GoOptions, go, href, type ViewProps } from "../ui/route.ts";
import { dateTime } from "../ui/time.ts";
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
  const [isGrouped, open] = [params.get("group") !== "off", params.getAll("open")];
  const grouped = useMemo(
    () => data && groupAlike(data.union, { names: namesOf(data.union.edges.values()), isGrouped, open }),
    [data?.union, isGrouped, open.join()],
  );
  const layout = useLayout(grouped);
  // What is there now says what it is called; what has gone, or is yet to come, as it was then.
  const names = useMemo(() => namesOf(data?.union.edges.values() ?? [], data?.frame.edges.values() ?? []), [data]);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [looked, setLooked] = useState<readonly string[] | undefined>(undefined);
  const change = (changes: Params, options?: GoOptions) => {
    const kept = paramsWith(params, changes);
    for (const [name, value] of Object.entries(DEFAULTS)) if (kept[name] === value) kept[name] = "";
    go(href("lineage", kept), options);
  };
  const openGroup = (group: string) => change({ open: [...open, group] });
  const expand = (node: string, direction = query.direction) => {
    if (grouped?.groups.has(node)) return openGroup(node);
    const entry = `${direction}:${node}`;
    setChosen(node);
    if (!query.expand.includes(entry)) change({ expand: [...query.expand, entry] });
  };
  const drawing = useMemo(
    () =>
      data && grouped && layout.data
        ? drawingOf({ shown: data, grouped, layout: layout.data, names, query })
        : undefined,
    [data, layout.data],
  );
  const title = data ? names.describe(data.frame.start).name : "Lineage";
  const isEmpty = data?.union.edges.size === 0;
  const request = { node: query.node, direction: query.direction, depth: query.depth, at };
  return (
    <>
      <div class="head">
        <div>
          <h1>
            <span class="quiet">Lineage of </span>
            {title}
          </h1>
          {data && title !== data.frame.start && <IdLine text={data.frame.start} what="ARN" />}
        </div>
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
          <CopyMenu
            texts={{
              curl: curlOf(GRAPH, { ...request, limit: query.limit }),
              command: commandOf("graph", request),
              ARN: query.node,
              link: location.href,
            }}
          />
        </div>
      </div>
      <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which part of the graph">
        <Choice
          label="Direction"
          name="direction"
          value={query.direction}
          options={["out", "in", "both"]}
          onChange={(changes) => change({ ...changes, expand: [], open: [] })}
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
        {data && <FindInGraph frame={data.frame} names={names} onChoose={setChosen} />}
        {data && data.union.nodes.size >= MIN_NODES && (
          <label class="inline">
            <input
              type="checkbox"
              checked={isGrouped}
              onChange={() => change({ group: isGrouped ? "off" : "", open: [] })}
            />
            Group alike
          </label>
        )}
        <p class="lead" role="status">
          {data ? <Counts shown={data} at={at} /> : ""}
          {busy ? (data ? ", loading …" : "Loading …") : layout.busy ? ", laying out …" : ""}
        </p>
      </form>
      <Failure of={frames.error ? frames : layout} at={at} />
      {isEmpty ? (
        <NothingKnown query={query} at={at} />
      ) : (
        <div class="lineage">
          <div class="stage">
            <GraphCanvas
              drawing={drawing}
              subject={JSON.stringify({ ...query, expand: [] })}
              chosen={chosen === undefined ? undefined : grouped?.standIn(chosen)}
              looked={looked}
              onChoose={setChosen}
              onExpand={expand}
            />
            {drawing && <Legend hues={drawing.hues} />}
            {data && <Player params={params} shown={data} busy={busy} onChange={change} />}
          </div>
          {data && drawing && (
            <LineagePanel
              drawing={drawing}
              shown={data}
              names={names}
              chosen={chosen}
              actions={{
                onChoose: setChosen,
                onExpand: expand,
                onOpen: openGroup,
                onLook: () => setLooked(changedIn(drawing)),
              }}
            />
          )}
        </div>
      )}
      {data && !isEmpty && <GraphTable frame={data.frame} names={names} />}
    </>
  );
}

/** What the colours of the nodes mean. */
function Legend({ hues }: { hues: ReadonlyMap<string, Hue> }) {
  return (
    <ul class="legend" aria-label="Colours of the kinds">
      {[...hues].map(([kind, hue]) => (
        <li key={kind}>
          <span class={`dot hue-${hue}`} aria-hidden="true"></span>
          {kind}
        </li>
      ))}
    </ul>
  );
}

/** A node without edges in the direction asked for: it may have some in the other one, or none is known at all. */
function NothingKnown({ query: { node, direction }, at }: { query: GraphQuery; at: string }) {
  const around = useLoaded((signal) => get(GRAPH, { node, direction: "both", at, limit: 1 }, signal), [node, at]);
  if (!around.data) return <Failure of={around} />;
  if (around.data.edges.length > 0) {
    return (
      <p class="notice" role="status">
        Nothing leads {direction === "in" ? "to it" : "away from it"}.{" "}
        <a href={href("lineage", { node, at, direction: direction === "in" ? "" : "in" })}>
          See what {direction === "in" ? "it leads to" : "it came from"}
        </a>
        .
      </p>
    );
  }
  return (
    <p class="notice" role="status">
      Nothing is known of {node}
      {at && ` at ${dateTime(at)}`}: no listed item names it.{" "}
      <a href={href("lineage", { find: node })}>Search for it</a>
      {at && (
        <>
          , or <a href={href("lineage", { node, direction })}>see it as it is now</a>
        </>
      )}
      .
    </p>
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
