import { useEffect, useMemo, useState } from "preact/hooks";
import { changedIn, GraphCanvas } from "../graph/canvas.tsx";
import { drawingOf } from "../graph/drawing.ts";
import { exportSvg } from "../graph/export.ts";
import { FindInGraph } from "../graph/find.tsx";
import { type Frame, useFrames } from "../graph/frames.ts";
import { type GroupedGraph, groupAlike, MIN_NODES } from "../graph/groups.ts";
import type { Hue } from "../graph/kinds.ts";
import { edgeKey, useLayout } from "../graph/layout.ts";
import { namesOf } from "../graph/names.ts";
import { DEFAULTS, DIRECTIONS, type GraphQuery, graphQueryOf, type Subgraph } from "../graph/query.ts";
import { GraphTable } from "../graph/table.tsx";
import { GRAPH, get } from "../ui/api.ts";
import { AsOf } from "../ui/as-of.tsx";
import { Choice, InstantField } from "../ui/controls.tsx";
import { CopyMenu, IdLine } from "../ui/copy.tsx";
import { Failure } from "../ui/failure.tsx";
import { countSet, Fold } from "../ui/fold.tsx";
import { useLoaded } from "../ui/loading.tsx";
import { type Params, paramsWith } from "../ui/params.ts";
import { curlOf, lineageCommand } from "../ui/requests.ts";
import { type GoOptions, go, href, type ViewProps } from "../ui/route.ts";
import { dateTime } from "../ui/time.ts";
import { counted } from "../ui/values.ts";
import { LineagePanel } from "./lineage-panel.tsx";
import { LineageStart } from "./lineage-start.tsx";
import type { Path } from "./paths-part.tsx";
import { Player } from "./player.tsx";

/** The parameters that the fields set. */
const FIELDS = ["direction", "depth", "limit", "at"];

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
  const unionNames = useMemo(() => (data ? namesIn(data.union) : namesOf()), [data?.union]);
  const grouped = useMemo(
    () => data && groupAlike(data.union, { names: unionNames, isGrouped, open }),
    [data?.union, isGrouped, open.join()],
  );
  const layout = useLayout(grouped);
  // What is there now says what it is called; what has gone, or is yet to come, as it was then.
  const names = useMemo(
    () => (data && data.frame !== data.union ? namesIn(data.union, data.frame) : unionNames),
    [data],
  );
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [looked, setLooked] = useState<readonly string[] | undefined>(undefined);
  const [path, setPath] = useState<Path | undefined>(undefined);
  useEffect(() => setPath(undefined), [chosen]);
  const marked = useMemo(() => pairsAlong(path, grouped), [path, grouped]);
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
              command: lineageCommand(query.node, { direction: query.direction, depth: query.depth, at }),
              ARN: query.node,
              link: location.href,
            }}
          />
        </div>
      </div>
      <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which part of the graph">
        <Fold label="Options" count={countSet(params, FIELDS)}>
          <Choice
            label="Direction"
            name="direction"
            value={query.direction}
            options={Object.keys(DIRECTIONS)}
            texts={DIRECTIONS}
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
        </Fold>
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
              path={marked}
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
              query={{ direction: query.direction, at }}
              actions={{
                onChoose: setChosen,
                onExpand: expand,
                onOpen: openGroup,
                onLook: () => setLooked(changedIn(drawing)),
                onPath(shown) {
                  setPath(shown);
                  if (grouped) setLooked(shown.nodes.map(grouped.standIn));
                },
              }}
            />
          )}
        </div>
      )}
      {data && !isEmpty && <GraphTable frame={data.frame} names={names} />}
    </>
  );
}

function namesIn(...graphs: readonly Subgraph[]) {
  return namesOf(...graphs.map(({ nodes, edges }) => ({ nodes: nodes.values(), edges: edges.values() })));
}

/** The drawn edges along a path. */
function pairsAlong(path: Path | undefined, grouped: GroupedGraph | undefined): ReadonlySet<string> {
  if (!path || !grouped) return new Set();
  return new Set(path.edges.map(({ from, to }) => edgeKey(grouped.standIn(from), grouped.standIn(to))));
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

/** What is said where nothing was found in a direction, and the direction to try. */
const OPPOSITE: Readonly<Record<string, readonly [none: string, direction: string, text: string]>> = {
  downstream: ["Nothing depends on it", "upstream", "See what it came from"],
  upstream: ["It came from nothing that is known", "downstream", "See what depends on it"],
  out: ["No edge leads away from it", "in", "See the edges that lead to it"],
  in: ["No edge leads to it", "out", "See the edges that lead away from it"],
};

/** A node without edges in the direction asked for: it may have some in the other one, or none is known at all. */
function NothingKnown({ query: { node, direction }, at }: { query: GraphQuery; at: string }) {
  const around = useLoaded((signal) => get(GRAPH, { node, direction: "both", at, limit: 1 }, signal), [node, at]);
  if (!around.data) return <Failure of={around} />;
  if (around.data.edges.length > 0 || around.data.nodes[0]?.dangling === false) {
    const [none, other, otherText] = OPPOSITE[direction] ?? ["No edge leads to or from it", "", ""];
    return (
      <p class="notice" role="status">
        {none}
        {around.data.edges.length === 0 && ", or the other way"}.{" "}
        {around.data.edges.length > 0 && <a href={href("lineage", { node, at, direction: other })}>{otherText}</a>}
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
