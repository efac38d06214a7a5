import { useState } from "preact/hooks";
import { get, IMPACT } from "../ui/api.ts";
import { Failure } from "../ui/failure.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { kindText, shortNode } from "../ui/sources.ts";
import { count, counted } from "../ui/values.ts";

/** Nodes of a type that are listed. */
const LISTED = 20;

interface ImpactPartProps {
  readonly node: string;
  readonly at: string;
  readonly direction: "downstream" | "upstream";
  readonly title: string;
}

/** Everything that depends on a node, or that it depends on, however far away, by type. Read when it is opened. */
export function ImpactPart({ title, ...query }: ImpactPartProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {isOpen && <Impact {...query} />}
    </details>
  );
}

function Impact({ node, at, direction }: Omit<ImpactPartProps, "title">) {
  const loaded = useLoaded(
    (signal) => get(IMPACT, { node, at, direction, limit: LISTED }, signal),
    [node, at, direction],
  );
  const { data, busy } = loaded;
  if (!data) return busy ? <Skeleton lines={3} /> : <Failure of={loaded} />;
  return (
    <>
      <p class="quiet" role="status">
        {data.count === 0
          ? "Nothing."
          : `${counted(data.count, "node")}${data.truncated ? " and more" : ""}, in up to 10 steps.`}
      </p>
      {data.types.map(({ type, count: number, nodes }) => (
        <details key={type}>
          <summary>
            {kindText(type)} <span class="quiet">{count(number)}</span>
          </summary>
          <ul>
            {nodes.map(({ node: id, name, state }) => (
              <li key={id}>
                <a href={href("lineage", { node: id, at })} title={id}>
                  {name ?? shortNode(id)}
                </a>{" "}
                <span class="quiet">{state}</span>
              </li>
            ))}
            {number > nodes.length && <li class="quiet">and {count(number - nodes.length)} more</li>}
          </ul>
        </details>
      ))}
    </>
  );
}
