import { useState } from "preact/hooks";
import type { Item } from "../ui/answers.ts";
import { Failure } from "../ui/failure.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { paramsWith } from "../ui/params.ts";
import { href } from "../ui/route.ts";
import { shownOf } from "../ui/sources.ts";
import { count, plain, valueAt } from "../ui/values.ts";
import { headOf } from "../ui/words.ts";
import { countValues } from "./items-query.ts";

const MAX_VALUES = 12;

interface FacetsProps {
  readonly params: URLSearchParams;
  /** The items on the page: their values are offered. */
  readonly items: readonly Item[];
}

/** The values of a source's main members, and how many items have each. Counted when it is opened. */
export function Facets({ params, items }: FacetsProps) {
  const [isOpen, setOpen] = useState(false);
  const { facets = [] } = shownOf(params.get("source") ?? "");
  if (facets.length === 0) return null;
  return (
    <details class="as-table" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Counts by value</summary>
      {isOpen && facets.map((path) => <Facet key={path} path={path} params={params} items={items} />)}
    </details>
  );
}

function Facet({ path, params, items }: FacetsProps & { path: string }) {
  const name = `filter[${path}]`;
  const chosen = params.getAll(name);
  const seen = items.map((item) => plain(valueAt(item.document, path))).filter(Boolean);
  const values = [...new Set([...chosen, ...seen])].slice(0, MAX_VALUES);
  const loaded = useLoaded(
    (signal) => countValues(params, path, values, signal),
    [params.toString(), values.join("\n")],
  );
  const { data, busy } = loaded;
  return (
    <div class="tags" role="group" aria-label={headOf(`document.${path}`)}>
      <b>{headOf(`document.${path}`)}</b>
      <Failure of={loaded} />
      {!data && busy && <Skeleton lines={1} />}
      {data?.map(([value, number]) => (
        <a
          key={value}
          class="tag"
          aria-current={chosen.includes(value) ? "true" : undefined}
          href={href("items", paramsWith(params, { [name]: chosen.includes(value) ? "" : value, cursor: "" }))}
        >
          {value} <span class="quiet">{count(number)}</span>
        </a>
      ))}
    </div>
  );
}
