import type { TargetedEvent } from "preact";
import { useState } from "preact/hooks";
import { type Hue, huesOf } from "../graph/kinds.ts";
import { InstantField, type OnChange } from "../ui/controls.tsx";
import { IdLine } from "../ui/copy.tsx";
import { Failure } from "../ui/failure.tsx";
import { useSources } from "../ui/known-sources.ts";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { usePaging } from "../ui/paging.tsx";
import { paramsWith } from "../ui/params.ts";
import { go, href, type ViewProps } from "../ui/route.ts";
import { kindText } from "../ui/sources.ts";
import { count, counted } from "../ui/values.ts";
import {
  type KnownNode,
  type KnownNodes,
  readNodes,
  type StartType,
  startTypes,
  typeToShow,
} from "./lineage-start-query.ts";

/** Where a lineage begins: a node that is given, that a search finds, or one of those of a type. */
export function LineageStart({ params }: Pick<ViewProps, "params">) {
  const value = (name: string) => params.get(name) ?? "";
  const sources = useSources();
  const types = sources.data && startTypes(sources.data);
  const type = types && typeToShow(types, value("source"), value("find"));
  const loaded = useLoaded(
    async (signal) => types && readNodes({ type, kind: value("type"), params }, signal),
    [types !== undefined, type?.source, params.toString()],
  );
  const { data, busy } = loaded;
  const { change, pager } = usePaging("lineage", params);
  return (
    <>
      <h1>Lineage</h1>
      <p class="lead">What something came from, and what depends on it. Choose where to start.</p>
      <Find params={params} onChange={change} />
      <Failure of={sources.error ? sources : loaded} at={value("at")} />
      {types && <Types types={types} chosen={type?.source} params={params} />}
      {!data && busy && <Skeleton lines={16} />}
      {data && type?.hasKinds && <Kinds data={data} params={params} />}
      {data && (
        <p class="lead" role="status">
          {counted(data.count, "node")}
          {value("find") && `, found by “${value("find")}”`}
          {data.nextCursor && value("find") && " and more"}
        </p>
      )}
      {data && <Nodes nodes={data.nodes} params={params} />}
      {data && pager({ list: data })}
    </>
  );
}

function Find({ params, onChange }: { params: URLSearchParams; onChange: OnChange }) {
  const [text, setText] = useState(params.get("find") ?? "");
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = text.trim();
    const { at, direction } = paramsWith(params);
    if (given.startsWith("arn:")) go(href("lineage", { node: given, at, direction }));
    else onChange({ find: given, source: "", type: "" });
  };
  return (
    <form class="fields find" onSubmit={submit} role="search">
      <label class="field wide">
        <span>Name or ARN</span>
        <input
          type="search"
          value={text}
          placeholder="part of a name, or a whole ARN"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <button type="submit">Search all</button>
      <InstantField label="As of" name="at" value={params.get("at")} onChange={onChange} />
    </form>
  );
}

interface TypesProps {
  readonly types: readonly StartType[];
  /** The source whose items are shown. */
  readonly chosen: string | undefined;
  readonly params: URLSearchParams;
}

function Types({ types, chosen, params }: TypesProps) {
  const { at, direction } = paramsWith(params);
  return (
    <nav class="tags" aria-label="Types">
      {types.map(({ source, type, items }) => (
        <a
          key={source}
          class="tag"
          title={source}
          aria-current={source === chosen ? "true" : undefined}
          href={href("lineage", { source, at, direction })}
        >
          {kindText(type)} {items !== undefined && <span class="quiet">{count(items)}</span>}
        </a>
      ))}
    </nav>
  );
}

/** The kinds that a type has: an artifact is a data set, a model, or an image. */
function Kinds({ data, params }: { data: KnownNodes; params: URLSearchParams }) {
  const chosen = params.get("type");
  const kinds = [...new Set([...(chosen ? [chosen] : []), ...data.nodes.flatMap(({ kindValue }) => kindValue ?? [])])];
  return (
    <nav class="tags" aria-label="Kinds">
      {kinds.sort().map((kind) => (
        <a
          key={kind}
          class="tag"
          aria-current={kind === chosen ? "true" : undefined}
          href={href("lineage", paramsWith(params, { type: kind === chosen ? "" : kind, cursor: "" }))}
        >
          {kindText(kind)}
        </a>
      ))}
    </nav>
  );
}

function Nodes({ nodes, params }: { nodes: readonly KnownNode[]; params: URLSearchParams }) {
  const hues: ReadonlyMap<string, Hue> = huesOf(nodes.map(({ kind }) => kind));
  const { at, direction } = paramsWith(params);
  return (
    <div class="table" role="region" aria-label="Nodes" tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Type</th>
            <th scope="col">AWS status</th>
            <th scope="col">Trace</th>
            <th scope="col">ARN or ID</th>
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ node, name, kind, state }) => (
            <tr key={node}>
              <th scope="row">
                <a href={href("lineage", { node, at, direction })}>{name}</a>
              </th>
              <td>
                <span class={`dot hue-${hues.get(kind)}`} aria-hidden="true"></span>
                {kind}
              </td>
              <td>{state}</td>
              <td class="traces">
                <a href={href("lineage", { node, at, direction: "upstream" })} aria-label={`Upstream of ${name}`}>
                  upstream
                </a>{" "}
                <a href={href("lineage", { node, at })} aria-label={`Downstream of ${name}`}>
                  downstream
                </a>
              </td>
              <td class="arn">
                <IdLine text={node} />
              </td>
            </tr>
          ))}
          {nodes.length === 0 && (
            <tr>
              <td class="none" colspan={5}>
                Nothing here has this name. Search all, or choose another type.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
