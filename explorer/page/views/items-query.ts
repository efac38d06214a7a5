import type { Item } from "../ui/answers.ts";
import { get, ITEMS } from "../ui/api.ts";
import type { ListPage } from "../ui/paging.tsx";
import type { Params, ParamValue } from "../ui/params.ts";
import { defaultColumns } from "../ui/sources.ts";

/* From a view's parameters to the API's: most have the same names. */

const PASSED_ON = ["source", "account", "region", "scope", "state", "at", "q"];
const DEFAULT_SIZE = 50;
const MAX_SIZE = 1_000;

/** The request's parameters, without page and fields. */
export function queryOf(params: URLSearchParams): Params {
  const query: Record<string, ParamValue> = {};
  for (const name of PASSED_ON) query[name] = params.get(name) ?? "";
  for (const name of params.keys()) if (isFilter(name)) query[name] = params.getAll(name);
  const { path, isDescending } = sortOf(params);
  return { ...query, sort: path, order: isDescending ? "desc" : "" };
}

/** `filter[Status]=ACTIVE`, or `filter=` with an operator: `Name~kiosk`. */
export const isFilter = (name: string): boolean => name === "filter" || name.startsWith("filter[");

/** The columns shown beside the item itself. */
export function columnsOf(params: URLSearchParams): string[] {
  const chosen = params.get("columns");
  if (chosen === null) return defaultColumns(params.get("source"));
  return chosen
    .split(/(?<!\\),/)
    .filter(Boolean)
    .map((column) => column.replaceAll("\\,", ","));
}

/** By what the view sorts: `sort=-document.updateTime` is descending. */
export function sortOf(params: URLSearchParams): { readonly path: string; readonly isDescending: boolean } {
  const sort = params.get("sort") ?? "";
  return { path: sort.replace(/^-/, ""), isDescending: sort.startsWith("-") };
}

/** Whether the API sorts by a column. */
export const isSortable = (column: string): boolean =>
  column.startsWith("document.") || ["name", "changedAt", "firstSeenAt", "version", "key"].includes(column);

/** A page of the table. */
export interface ItemsPage extends ListPage {
  readonly items: readonly Item[];
  readonly asOf: string;
  /** How many items there are on all pages, or at least. */
  readonly count: number;
  readonly isCut: boolean;
  /** What the API says of the filters. */
  readonly warnings: readonly string[];
}

export async function readPage(params: URLSearchParams, signal: AbortSignal): Promise<ItemsPage> {
  const query = {
    ...queryOf(params),
    limit: sizeOf(params),
    cursor: params.get("cursor") ?? "",
    count: true,
    names: true,
  };
  const { items, asOf, nextCursor, count = items.length, countTruncated, warnings } = await get(ITEMS, query, signal);
  return { items, asOf, nextCursor, count, isCut: countTruncated ?? false, warnings: warnings ?? [] };
}

function sizeOf(params: URLSearchParams): number {
  const size = Number(params.get("limit"));
  return Number.isInteger(size) && size > 0 && size <= MAX_SIZE ? size : DEFAULT_SIZE;
}

/** A value that items have at a path, and how many have it. */
export type FacetValue = readonly [value: string, count: number];

/** Counts the items that have each of the values, with the view's other conditions. */
export function countValues(params: URLSearchParams, path: string, values: readonly string[], signal: AbortSignal) {
  const name = `filter[${path}]`;
  return Promise.all(
    values.map(async (value): Promise<FacetValue> => {
      const query = { ...queryOf(params), sort: "", order: "", [name]: value, limit: 1, fields: "key", count: true };
      return [value, (await get(ITEMS, query, signal)).count ?? 0];
    }),
  );
}
