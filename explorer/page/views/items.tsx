import { ITEMS } from "../ui/api.ts";
import { AsOf } from "../ui/as-of.tsx";
import { Choice, CoverageFields, InstantField, TextField } from "../ui/controls.tsx";
import { CopyMenu } from "../ui/copy.tsx";
import { Failure } from "../ui/failure.tsx";
import { countSet, Fold } from "../ui/fold.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { usePaging } from "../ui/paging.tsx";
import { commandOf, curlOf } from "../ui/requests.ts";
import type { ViewProps } from "../ui/route.ts";
import { counted, pathsOf } from "../ui/values.ts";
import { ColumnChoice } from "./column-choice.tsx";
import { Downloads } from "./downloads.tsx";
import { Facets } from "./facets.tsx";
import { FilterFields } from "./filter-fields.tsx";
import { ItemTable } from "./item-table.tsx";
import { columnsOf, type ItemsPage, isFilter, queryOf, readPage } from "./items-query.ts";

/** The parameters that the fields set. */
const FIELDS = ["q", "source", "account", "region", "scope", "state", "at"];
const SIZES = ["50", "200", "1000"] as const;

/** A table of items, as they are or were. */
export function ItemsView({ params }: ViewProps) {
  const loaded = useLoaded((signal) => readPage(params, signal), [params.toString()]);
  const { data, busy } = loaded;
  const { change, pager } = usePaging("items", params);
  const columns = columnsOf(params);
  const narrowing = [...FIELDS, ...new Set([...params.keys()].filter(isFilter))];
  const paths = [...new Set(data?.items.flatMap((item) => pathsOf(item.document)) ?? [])].sort();
  return (
    <>
      <div class="head">
        <h1>Items</h1>
        <div class="buttons">
          <Downloads params={params} columns={columns} />
          <CopyMenu
            texts={{
              curl: curlOf(ITEMS, queryOf(params)),
              command: commandOf("items", queryOf(params)),
              link: location.href,
            }}
          />
        </div>
      </div>
      <Fold label="Filters" count={countSet(params, narrowing)}>
        <form class="fields" onSubmit={(event) => event.preventDefault()} aria-label="Which items">
          <TextField label="Words" name="q" value={params.get("q")} placeholder="any part of them" onChange={change} />
          <CoverageFields params={params} onChange={change} />
          <Choice
            label="Listed"
            name="state"
            value={params.get("state") ?? "present"}
            options={["present", "removed", "all"]}
            onChange={change}
          />
          <InstantField label="As of" name="at" value={params.get("at")} onChange={change} />
          <ColumnChoice columns={columns} paths={paths} onChange={change} />
        </form>
        <FilterFields params={params} paths={paths} onChange={change} />
      </Fold>
      <Failure of={loaded} />
      <p class="lead" role="status">
        {data ? <Counts data={data} at={params.get("at")} /> : busy ? "Loading …" : ""}
      </p>
      {data?.warnings.map((warning) => (
        <p key={warning} class="notice" role="status">
          {warning}
        </p>
      ))}
      {data && <Facets params={params} items={data.items} />}
      {!data && busy && <Skeleton lines={20} />}
      {data && <ItemTable items={data.items} columns={columns} params={params} busy={busy} onChange={change} />}
      {data &&
        pager({
          list: data,
          children: (
            <label class="inline">
              Rows
              <select
                value={params.get("limit") ?? SIZES[0]}
                onChange={(event) => change({ limit: event.currentTarget.value })}
              >
                {SIZES.map((size) => (
                  <option key={size} value={size}>
                    {size}
                  </option>
                ))}
              </select>
            </label>
          ),
        })}
    </>
  );
}

function Counts({ data, at }: { data: ItemsPage; at: string | null }) {
  return (
    <>
      {data.isCut && "at least "}
      {counted(data.count, "item")}, <AsOf asOf={data.asOf} at={at} />
    </>
  );
}
