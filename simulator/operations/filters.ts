import type { SimulatedAccount } from "../account.ts";
import type { Rule, Rules } from "../constraints.ts";
import { type Model, membersOf, shapeOf } from "../model.ts";

/** Whether a row passes a filter of a request, which may be absent. */
export type Filter<Row> = (row: Row, wanted: unknown, account: SimulatedAccount) => boolean;

/** Passes rows of which a value is the one that is asked for. */
export function equals<Row>(read: (row: Row) => unknown): Filter<Row> {
  return (row, wanted) => wanted === undefined || read(row) === wanted;
}

type AnyRow = Record<string, unknown>;

/** What a filter is derived from: the model, the shape of a request and that of the items it lists. */
export interface Listed {
  readonly model: Model;
  readonly input: string;
  readonly item: string;
}

/**
 * The filter that a member of a request is by its name and shape. Throws when neither says what it filters: then the operation
 * must declare it, or the simulator would ignore it.
 */
export function filterOf(listed: Listed, member: string, rules: Rules): Filter<AnyRow> {
  const { model, input, item } = listed;
  const time = /^(Created|CreationTime|LastModifiedTime)(After|Before)$/.exec(member);
  if (time !== null) return timeFilter(time[1] ?? "", time[2] === "After");
  if (member === "NameContains") return nameFilter(nameMemberOf(listed));
  const filtered = filteredMember(listed, member);
  if (filtered === undefined) throw new Error(`What the member ${member} of ${input} filters must be declared`);
  const rule: Rule | undefined = rules[member];
  if (rule?.type !== "list") return equals((row) => row[filtered]);
  const isList = shapeOf(model, membersOf(model, item).get(filtered) ?? "").type === "list";
  return (row, wanted) => {
    if (!Array.isArray(wanted)) return true;
    const actual = row[filtered];
    return isList ? Array.isArray(actual) && wanted.some((each) => actual.includes(each)) : wanted.includes(actual);
  };
}

/** Filters by what services change behind their own back: they answer page after page of nothing on the way to what passes. */
export function isAppliedPageByPage(member: string): boolean {
  return member.startsWith("LastModifiedTime");
}

/** The item's name: the first member that is called one. */
export function nameMemberOf({ model, item }: Listed): string {
  return [...membersOf(model, item).keys()].find((member) => member.endsWith("Name")) ?? "Name";
}

/** The item's member of the filter's name, else the one of its shape, or of that of its elements. */
function filteredMember({ model, input, item }: Listed, member: string): string | undefined {
  const items = membersOf(model, item);
  if (items.has(member)) return member;
  const shape = membersOf(model, input).get(member) ?? "";
  const element = shapeOf(model, shape).member?.shape;
  for (const [candidate, ofItem] of items) if (ofItem === shape || ofItem === element) return candidate;
  return undefined;
}

/** `Created…` includes its ends; of `CreationTime…` the documentation differs, and the simulator leaves them out. */
function timeFilter(kind: string, isLower: boolean): Filter<AnyRow> {
  const member = kind === "Created" ? "CreationTime" : kind;
  const inclusive = kind === "Created";
  return (row, wanted) => {
    if (typeof wanted !== "number") return true;
    const [actual, bound] = [Number(row[member]), milliseconds(wanted)];
    if (actual === bound) return inclusive;
    return isLower ? actual > bound : actual < bound;
  };
}

/** An instant of a request in milliseconds. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000);
}

function nameFilter(member: string): Filter<AnyRow> {
  return (row, wanted) => wanted === undefined || String(row[member] ?? "").includes(String(wanted));
}
