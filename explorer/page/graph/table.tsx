import { useState } from "preact/hooks";
import { CopyButton } from "../ui/copy.tsx";
import { href } from "../ui/route.ts";
import { counted } from "../ui/values.ts";
import type { Names } from "./names.ts";
import type { Graph } from "./query.ts";

const AT_ONCE = 200;

/** The same graph as a table of edges. */
export function GraphTable({ frame, names }: { frame: Graph; names: Names }) {
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState(AT_ONCE);
  const edges = open ? [...frame.edges.values()] : [];
  const cell = (node: string) => {
    const { name, kind } = names.describe(node);
    return (
      <>
        <a href={href("lineage", { node })} title={node}>
          {name}
        </a>
        <CopyButton text={node} /> <span class="quiet">{kind}</span>
      </>
    );
  };
  return (
    <details class="as-table" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table: {counted(frame.edges.size, "edge")}</summary>
      {open && (
        <>
          <div class="table" role="region" aria-label="Edges" tabindex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">From</th>
                  <th scope="col">Relation</th>
                  <th scope="col">To</th>
                </tr>
              </thead>
              <tbody>
                {edges.slice(0, shown).map(({ from, to, relation, itemId }) => (
                  <tr key={itemId}>
                    <td>{cell(from)}</td>
                    <td>
                      <a href={href("items", { at: frame.asOf }, itemId)}>{relation ?? "edge"}</a>
                    </td>
                    <td>{cell(to)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          {edges.length > shown && (
            <button type="button" onClick={() => setShown(shown + AT_ONCE)}>
              Show more
            </button>
          )}
        </>
      )}
    </details>
  );
}
