import type { Item } from "../ui/answers.ts";
import type { OnChange } from "../ui/controls.tsx";
import { CopyButton } from "../ui/copy.tsx";
import { href } from "../ui/route.ts";
import { nodeOf, titleOf } from "../ui/sources.ts";
import { before, dateTime, isInstant } from "../ui/time.ts";
import { plain, valueAt } from "../ui/values.ts";
import { headOf } from "../ui/words.ts";
import { isSortable, sortOf } from "./items-query.ts";

interface ItemTableProps {
  readonly items: readonly Item[];
  readonly columns: readonly string[];
  readonly params: URLSearchParams;
  readonly busy: boolean;
  readonly onChange: OnChange;
}

export function ItemTable({ items, columns, params, busy, onChange }: ItemTableProps) {
  const { path, isDescending } = sortOf(params);
  const head = (column: string) => {
    const sorted = path === column;
    const next = sorted ? (isDescending ? "" : `-${column}`) : column;
    if (!isSortable(column)) {
      return (
        <th scope="col" key={column} title={column}>
          {headOf(column)}
        </th>
      );
    }
    return (
      <th scope="col" key={column} aria-sort={sorted ? (isDescending ? "descending" : "ascending") : undefined}>
        <button type="button" class="sort" title={column} onClick={() => onChange({ sort: next })}>
          {headOf(column)}
          <span aria-hidden="true">{sorted ? (isDescending ? " ↓" : " ↑") : ""}</span>
        </button>
      </th>
    );
  };
  const at = params.get("at");
  return (
    <div class="table" role="region" aria-label="Items" tabindex={0} aria-busy={busy}>
      <table>
        <thead>
          <tr>
            {head("name")}
            {columns.map(head)}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={item.id} class={item.state === "removed" ? "gone" : ""}>
              <th scope="row">
                <span class="named">
                  <a
                    href={href("items", { at: item.removedAt ? before(item.removedAt) : at }, item.id)}
                    title={titleOf(item)}
                  >
                    {titleOf(item, 34)}
                  </a>
                  <CopyButton text={nodeOf(item)} />
                </span>
                {item.state === "removed" && (
                  <>
                    {" "}
                    <span class="chip">removed {dateTime(item.removedAt)}</span>
                  </>
                )}
              </th>
              {columns.map((column) => (
                <Cell key={column} item={item} column={column} onChange={onChange} />
              ))}
            </tr>
          ))}
          {items.length === 0 && (
            <tr>
              <td class="none" colspan={columns.length + 1}>
                No items match these filters.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

const FILTERS = new Set(["source", "account", "region", "scope", "state"]);

/** A value; choosing it narrows the table to the items that have it, where the API can. */
function Cell({ item, column, onChange }: { item: Item; column: string; onChange: OnChange }) {
  const value = valueAt(item, column);
  const text = isInstant(value) ? dateTime(value) : plain(value);
  const path = column.startsWith("document.") ? column.slice("document.".length) : undefined;
  const filter = path ? `filter[${path}]` : FILTERS.has(column) ? column : undefined;
  const short = text.length <= 60 && text !== "" && typeof value !== "object";
  if (!filter || !short || isInstant(value)) {
    return (
      <td class={typeof value === "number" ? "number" : ""} title={text.length > 40 ? text : undefined}>
        {text}
      </td>
    );
  }
  return (
    <td>
      <button
        type="button"
        class="value"
        title={`Only ${headOf(column)} ${text}`}
        onClick={() => onChange({ [filter]: plain(value) })}
      >
        {text}
      </button>
    </td>
  );
}
