import { type AnyRow, type AnyTable, belonging, type TableName } from "../account.ts";
import type { Input, Rules } from "../constraints.ts";
import { membersOf, toWire } from "../model.ts";
import { type Filter, filterOf, isAppliedPageByPage, type Listed, milliseconds, nameMemberOf } from "./filters.ts";
import type { Operation, Position } from "./operation.ts";

/** What the pages of one operation are read by. */
interface PagerOptions {
  readonly table: TableName;
  readonly listed: Listed;
  readonly rules: Rules;
  /** The members of the request that neither page nor sort: each is a filter. */
  readonly filtering: readonly string[];
  readonly filters: Readonly<Record<string, Filter<AnyRow>>>;
  readonly parents: Readonly<Record<string, TableName>>;
  /** Oldest first unless the request says otherwise. */
  readonly ascending: boolean;
  /** How many items a page has at most, by the number of the walk's pages before it and of the rows that are left. */
  readonly shortPages: (pagesBefore: number, remaining: number) => number;
}

/** Reads a table page by page, filtered and sorted as the request says. */
export function createPager(options: PagerOptions): Operation["page"] {
  const { listed, rules, ascending, shortPages } = options;
  const filters = requestFilters(options);
  return (account, input, position, size) => {
    const table = account.table(options.table);
    const order = rules.SortBy && sortedMember(listed, String(input.SortBy ?? "CreationTime"));
    const descending =
      order !== undefined && (input.SortOrder ?? (ascending ? "Ascending" : "Descending")) === "Descending";
    const passes = (pageByPage: boolean) => (row: AnyRow) =>
      filters.every(([member, filter]) => {
        return isAppliedPageByPage(member) !== pageByPage || filter(row, input[member] ?? undefined, account);
      });
    const sorted = table.sortedBy(order ?? table.identity[0] ?? "");
    const keys = order === undefined || order === table.identity[0] ? table.identity : [order, ...table.identity];
    const { start, end } = stretch(sorted, keys, descending, input, position);
    const given = Math.min(size, shortPages(position.pagesBefore, end - start));
    const { items, more } = sorted.read({ start, end, size: given, descending, accepts: passes(false) });
    const last = items.at(-1);
    return {
      items: items.filter(passes(true)).map((row) => toWire(listed.model, listed.item, row) as AnyRow),
      more,
      last: last && keys.map((member) => last[member] ?? null),
    };
  };
}

function requestFilters(options: PagerOptions): [member: string, filter: Filter<AnyRow>][] {
  return options.filtering.map((member) => {
    const parent = options.parents[member];
    if (parent === undefined)
      return [member, options.filters[member] ?? filterOf(options.listed, member, options.rules)];
    const repeated = belonging(options.table, parent).member;
    return [member, (row, wanted) => wanted === undefined || row[repeated] === wanted];
  });
}

/** The items' member that a value of SortBy names: of that name, or the item's own name or status. */
function sortedMember(listed: Listed, order: string): string {
  const members = [...membersOf(listed.model, listed.item).keys()];
  if (members.includes(order)) return order;
  return order === "Name" ? nameMemberOf(listed) : (members.find((member) => member.endsWith(order)) ?? order);
}

/** The part of the sorted rows that is left of a walk; where they are sorted by creation, only of the time that is asked for. */
function stretch(
  sorted: ReturnType<AnyTable["sortedBy"]>,
  keys: readonly string[],
  descending: boolean,
  input: Input,
  { after }: Position,
): { start: number; end: number } {
  let [start, end] = [0, sorted.length];
  if (keys[0] === "CreationTime") {
    const { CreatedAfter: from = input.CreationTimeAfter, CreatedBefore: until = input.CreationTimeBefore } = input;
    if (typeof from === "number") start = sorted.indexFrom({ CreationTime: milliseconds(from) });
    if (typeof until === "number") end = sorted.indexFrom({ CreationTime: milliseconds(until) + 1 });
  }
  if (!Array.isArray(after)) return { start, end };
  const key = Object.fromEntries(keys.map((member, index) => [member, after[index] ?? undefined]));
  return descending
    ? { start, end: Math.min(end, sorted.indexFrom(key)) }
    : { start: Math.max(start, sorted.indexAfter(key)), end };
}
