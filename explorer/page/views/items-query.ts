import type { Item } from "../ui/answers.ts";
import { collect, get, ITEMS } from "../ui/api.ts";
import type { ListPage } from "../ui/paging.tsx";
import type { Params, ParamValue } from "../ui/params.ts";
import { defaultColumns } from "../ui/sources.ts";
import { plain, valueAt } from "../ui/values.ts";

/* From a view's parameters to the API's, and what the API leaves to its callers: sorting, and periods of a date. */

const PASSED_ON = ["source", "account", "region", "scope", "state", "at"];
/** How many items are read to be sorted, or searched for a period. */
export const MAX_SEARCHED = 10_000;
const DEFAULT_SIZE = 50;
const MAX_SIZE = 1_000;

/** The request's parameters, without page and fields. */
export function queryOf(params: URLSearchParams): Params {
  const query: Record<string, ParamValue> = {};
  for (const name of PASSED_ON) query[name] = params.get(name) ?? "";
  for (const name of params.keys()) if (name.startsWith("filter[")) query[name] = params.getAll(name);
  return query;
}

/** The columns shown beside the item itself. */
export function columnsOf(params: URLSearchParams): string[] {
  const chosen = params.get("columns");
  if (chosen === null) return defaultColumns(params.get("source"));
  return chosen
    .split(/(?<!\\),/)
    .filter(Boolean)
    .map((column) => column.replaceAll("\\,", ","));
}

/** What the page does itself: `sort=-document.updateTime`, `between=document.updateTime,2026-03-01T…,2026-04-01T…` */
export interface LocalFilter {
  readonly sort: string;
  readonly isDescending: boolean;
  readonly between: { readonly path: string; readonly from: string; readonly until: string } | undefined;
}

export function localFilterOf(params: URLSearchParams): LocalFilter {
  const sort = params.get("sort") ?? "";
  const [path = "", from = "", until = ""] = (params.get("between") ?? "").split(",");
  return {
    sort: sort.replace(/^-/, ""),
    isDescending: sort.startsWith("-"),
    between: path ? { path, from, until } : undefined,
  };
}

/** The items within the filter's period, in its order. */
export function filtered(items: readonly Item[], { sort, isDescending, between }: LocalFilter): Item[] {
  const isBetween = (item: Item) => {
    if (!between) return true;
    const value = plain(valueAt(item, between.path));
    return value !== "" && value >= between.from && (between.until === "" || value < between.until);
  };
  const found = items.filter(isBetween);
  if (sort) found.sort((a, b) => (isDescending ? -1 : 1) * compare(valueAt(a, sort), valueAt(b, sort)));
  return found;
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [plain(a), plain(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A page of the table. */
export interface ItemsPage extends ListPage {
  readonly items: readonly Item[];
  readonly asOf: string;
  /** How many items there are in all, when that is known. */
  readonly total?: number;
  /** Whether there are more items than were searched. */
  readonly more?: boolean;
}

export async function readPage(params: URLSearchParams, signal: AbortSignal): Promise<ItemsPage> {
  const size = sizeOf(params);
  const filter = localFilterOf(params);
  if (!filter.sort && !filter.between) {
    const query = { ...queryOf(params), limit: size, cursor: params.get("cursor") ?? "" };
    const { items, asOf, nextCursor } = await readFilledPage(query, size, signal);
    const isAll = !nextCursor && !query.cursor;
    return { items, asOf, nextCursor, ...(isAll && { total: items.length }) };
  }
  // The whole set has to be read before a page of it can be shown.
  const { entries, asOf, more } = await collect(ITEMS, queryOf(params), { max: MAX_SEARCHED, signal });
  const items = filtered(entries, filter);
  const lastPage = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(Math.max(1, Math.floor(Number(params.get("page"))) || 1), lastPage);
  return { items: items.slice((page - 1) * size, page * size), asOf, total: items.length, more, page, lastPage };
}

function sizeOf(params: URLSearchParams): number {
  const size = Number(params.get("limit"));
  return Number.isInteger(size) && size > 0 && size <= MAX_SIZE ? size : DEFAULT_SIZE;
}

/** A page of the API may be short while there is more: it is filled up, unless that takes long. */
async function readFilledPage(query: Params, size: number, signal: AbortSignal) {
  let page = await get(ITEMS, query, signal);
  const items = [...page.items];
  for (let turn = 0; page.nextCursor && items.length < size && turn < 20; turn += 1) {
    page = await get(ITEMS, { ...query, limit: size - items.length, cursor: page.nextCursor }, signal);
    items.push(...page.items);
  }
  return { ...page, items };
}
