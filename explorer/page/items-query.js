import { collect, get } from "./api.js";
import { usualColumns } from "./sources.js";
import { plain, valueAt } from "./values.js";

/* From a view's parameters to the API's, and what the API leaves to its callers: sorting, and periods of a date. */

const PASSED_ON = ["source", "account", "region", "scope", "state", "at"];
const MAX_ITEMS = 10_000;
const DEFAULT_SIZE = 50;

/** The request's parameters, without page and fields. */
export function queryOf(params) {
  const query = Object.fromEntries(PASSED_ON.map((name) => [name, params.get(name) ?? ""]));
  for (const [name, value] of params) {
    if (name.startsWith("filter[")) query[name] = [...(query[name] ?? []), value];
  }
  return query;
}

/** The columns shown beside the item itself. */
export function columnsOf(params) {
  const chosen = params.get("columns");
  return chosen === null
    ? usualColumns(params.get("source"))
    : chosen
        .split(/(?<!\\),/)
        .filter(Boolean)
        .map((column) => column.replaceAll("\\,", ","));
}

/** `sort=-document.updateTime`, `between=document.updateTime,2026-03-01T…,2026-04-01T…` */
export function sieveOf(params) {
  const sort = params.get("sort") ?? "";
  const [path = "", from = "", until = ""] = (params.get("between") ?? "").split(",");
  return {
    sort: sort.replace(/^-/, ""),
    down: sort.startsWith("-"),
    between: path ? { path, from, until } : undefined,
    /** Whether the whole set has to be read before a page of it can be shown. */
    whole: sort !== "" || path !== "",
    most: MAX_ITEMS,
  };
}

/** The items that a sieve lets through, in its order. */
export function sifted(items, { sort, down, between }) {
  const inside =
    ({ path, from, until }) =>
    (item) => {
      const value = plain(valueAt(item, path));
      return value !== "" && value >= from && (until === "" || value < until);
    };
  const kept = between ? items.filter(inside(between)) : [...items];
  if (sort) kept.sort((a, b) => (down ? -1 : 1) * compare(valueAt(a, sort), valueAt(b, sort)));
  return kept;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [x, y] = [plain(a), plain(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** One page of the table. */
export async function readPage(params, signal) {
  const size = Number(params.get("limit")) || DEFAULT_SIZE;
  const sieve = sieveOf(params);
  if (!sieve.whole) {
    const query = { ...queryOf(params), limit: size, cursor: params.get("cursor") ?? "" };
    const { items, asOf, nextCursor } = await filledPage(query, size, signal);
    const all = !nextCursor && !query.cursor;
    return { items, asOf, nextCursor, ...(all && { total: items.length }) };
  }
  const { entries, asOf, more } = await collect("/v1/items", queryOf(params), { most: MAX_ITEMS, signal });
  const items = sifted(entries, sieve);
  const lastPage = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(Math.max(1, Number(params.get("page")) || 1), lastPage);
  return { items: items.slice((page - 1) * size, page * size), asOf, total: items.length, more, page, lastPage };
}

/** A page of the API may be short while there is more: it is filled up, unless that takes long. */
async function filledPage(query, size, signal) {
  let page = await get("/v1/items", query, signal);
  const items = [...page.items];
  for (let turn = 0; page.nextCursor && items.length < size && turn < 20; turn += 1) {
    page = await get("/v1/items", { ...query, limit: size - items.length, cursor: page.nextCursor }, signal);
    items.push(...page.items);
  }
  return { ...page, items };
}
