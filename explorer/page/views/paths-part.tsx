import type { TargetedEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Names, namesOf } from "../graph/names.ts";
import type { PathsAnswer } from "../ui/answers.ts";
import { get, PATHS } from "../ui/api.ts";
import { Failure } from "../ui/failure.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { counted } from "../ui/values.ts";

export type Path = PathsAnswer["paths"][number];

interface PathsPartProps {
  readonly from: string;
  /** Where the paths end; without one, one is searched for. */
  readonly to: string | undefined;
  readonly direction: string;
  readonly at: string;
  /** Shows a path in the graph. */
  readonly onPath: (path: Path) => void;
}

/** The shortest paths from the start of the graph to a node. Read when the part is opened. */
export function PathsPart({ to, ...query }: PathsPartProps) {
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [wanted, setWanted] = useState("");
  const submit = (event: TargetedEvent<HTMLFormElement>) => {
    event.preventDefault();
    setWanted(text.trim());
  };
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{to === undefined ? "Find a path to …" : "Path from the start"}</summary>
      {isOpen && to === undefined && (
        <form class="joined" onSubmit={submit}>
          <input
            type="search"
            aria-label="Where the path ends"
            placeholder="a whole name, or an ARN"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="submit">Find</button>
        </form>
      )}
      {isOpen && (to ?? wanted) && <Paths key={to ?? wanted} {...query} to={to ?? wanted} />}
    </details>
  );
}

function Paths({ from, to, direction, at, onPath }: PathsPartProps & { readonly to: string }) {
  const loaded = useLoaded(
    (signal) => get(PATHS, { from, to, direction, at, limit: 5 }, signal),
    [from, to, direction, at],
  );
  const { data, busy } = loaded;
  useEffect(() => {
    const [shortest] = data?.paths ?? [];
    if (shortest) onPath(shortest);
  }, [data]);
  if (!data) return busy ? <Skeleton lines={3} /> : <Failure of={loaded} />;
  const names = namesOf({ nodes: data.nodes, edges: data.paths.flatMap(({ edges }) => edges) });
  const [shortest, ...others] = data.paths;
  return (
    <>
      <p class="quiet" role="status">
        {shortest ? counted(shortest.edges.length, "step") : "No path leads there in this direction."}
        {others.length > 0 && `, in ${counted(data.paths.length, "way")}${data.truncated ? " and more" : ""}`}
      </p>
      {data.paths.map((path) => (
        <PathRow key={path.nodes.join("\n")} path={path} names={names} at={at} onPath={onPath} />
      ))}
    </>
  );
}

interface PathRowProps extends Pick<PathsPartProps, "at" | "onPath"> {
  readonly path: Path;
  readonly names: Names;
}

function PathRow({ path, names, at, onPath }: PathRowProps) {
  return (
    <ol class="path">
      {path.nodes.map((node, index) => {
        const { name, kind } = names.describe(node);
        const edge = path.edges[index - 1];
        return (
          <li key={node}>
            {edge && (
              <a class="relation" href={href("items", { at }, edge.itemId)}>
                {edge.from === node ? "←" : "→"} {edge.relation ?? "edge"}
              </a>
            )}
            <b title={node}>{name}</b> <span class="quiet">{kind}</span>
          </li>
        );
      })}
      <li>
        <button type="button" onClick={() => onPath(path)}>
          Show in the graph
        </button>
      </li>
    </ol>
  );
}
