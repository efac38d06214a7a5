import { memberOf, parsePath } from "../model/paths.ts";
import { csvRow } from "./csv.ts";

/** The columns of a list as CSV: members of its entries, or paths into them. */
export type Columns = readonly string[];

/** Turns an entry's JSON text into its line. */
export function csvWriter(columns: Columns): (json: string) => string {
  const paths = columns.map((column) => parsePath(column) ?? [column]);
  return (json) => {
    const entry: unknown = JSON.parse(json);
    return csvRow(paths.map((path) => path.reduce(part, entry)));
  };
}

/** The first line. */
export function csvHeader(columns: Columns): string {
  return csvRow(columns);
}

/** A list's element by its number; a member of each of its elements otherwise. */
function part(value: unknown, step: string | number): unknown {
  if (Array.isArray(value) && typeof step === "string") {
    const parts = value.map((element) => part(element, step)).filter((each) => each !== undefined);
    return parts.length > 0 ? parts : undefined;
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return memberOf(value, String(step));
}
