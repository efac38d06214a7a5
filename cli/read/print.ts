import { csvRow } from "../../functions/api/csv.ts";
import { type Path, parsePath, partOf, textsAt } from "../../functions/model/paths.ts";
import { note, print } from "../output.ts";
import { type Column, layOut, surfaceOf } from "../table.ts";
import { UsageError } from "../usage.ts";

export const FORMATS = ["table", "json", "csv", "yaml"] as const;
export type Format = (typeof FORMATS)[number];

/** How entries are to be printed. */
export interface PrintOptions<Entry> {
  readonly format: Format;
  /** Of a table, and of CSV. */
  readonly columns: readonly Column<Entry>[];
  /** The members that were chosen to be printed. Default: all, and in a table and CSV the list's own columns. */
  readonly members?: readonly string[] | undefined;
  /** How many entries to print. Default: all. */
  readonly max?: number;
  /** What the entries are, in the plural. */
  readonly what: string;
  /** What else to say of the list, once all of it was read. */
  readonly remarks?: (() => readonly string[]) | undefined;
}

/** A table's columns are as wide as this many entries need them. */
const SAMPLE_ROWS = 1_000;

/** The form that the options name, and the columns: the ones that they choose, or the list's own. Throws a UsageError for two forms. */
export function printOptions<Entry>(
  {
    format,
    json,
    columns,
  }: { readonly format?: Format; readonly json?: boolean; readonly columns?: readonly string[] },
  own: readonly Column<Entry>[],
): Pick<PrintOptions<Entry>, "format" | "columns" | "members"> {
  if (json && format !== undefined && format !== "json") {
    throw new UsageError(`--json is --format json, and --format ${format} is another: give one of them`);
  }
  return {
    format: format ?? (json ? "json" : "table"),
    columns: columns ? columns.map(chosenColumn<Entry>) : own,
    ...(columns && { members: columns }),
  };
}

/** Prints a list as it arrives, and says beside it when there is more, or nothing. */
export async function printEntries<Entry>(
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  options: PrintOptions<Entry>,
): Promise<void> {
  const { members = [], max = Number.POSITIVE_INFINITY, what, remarks } = options;
  const write = writerOf(options);
  const missing = missingMembers(members);
  let waiting: Entry[] = [];
  let count = 0;
  let more = false;
  for await (const entry of entries) {
    more = count === max;
    if (more) break;
    count += 1;
    missing.look(entry);
    waiting.push(entry);
    if (waiting.length < SAMPLE_ROWS) continue;
    await write(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await write(waiting);
  if (count === 0) note(`No ${what}.`);
  if (more) note(`Showing ${max}. Use --limit N or --all for more.`);
  for (const line of [...missing.remarks(), ...(remarks?.() ?? [])]) note(line);
}

/** Finds out which of the members that were chosen no entry has. */
function missingMembers(members: readonly string[]) {
  const missing = new Map(members.map((member) => [member, pathOf(member)]));
  const known = new Set<string>();
  return {
    look(entry: unknown) {
      if (missing.size === 0 || typeof entry !== "object" || entry === null) return;
      for (const name of Object.keys(entry)) known.add(name);
      for (const [member, path] of missing) if (partOf(entry, [path]) !== undefined) missing.delete(member);
    },
    remarks() {
      if (known.size === 0) return [];
      return [...missing.keys()].map((member) => `None of these has "${member}": they have ${[...known].join(", ")}.`);
    },
  };
}

export type Writer<Entry> = (entries: readonly Entry[]) => Promise<void>;

/** What prints entries, some after others: of a table and of CSV the heading once. */
export function writerOf<Entry>({
  format,
  columns,
  members,
}: Pick<PrintOptions<Entry>, "format" | "columns" | "members">): Writer<Entry> {
  const paths = members?.map(pathOf);
  const chosen = (entry: Entry): unknown => (paths ? (partOf(entry, paths) ?? {}) : entry);
  switch (format) {
    case "json":
      return eachLine((entry) => `${JSON.stringify(chosen(entry))}\n`);
    case "yaml":
      return (entries) => writeYaml(entries.map(chosen));
    case "csv":
      return csvWriter(columns);
    case "table":
      return tableWriter(columns);
  }
}

function eachLine<Entry>(textOf: (entry: Entry) => string): Writer<Entry> {
  return async (entries) => {
    for (const entry of entries) await print(textOf(entry));
  };
}

/** A list of one after another, so that all of it is one list. */
async function writeYaml(entries: readonly unknown[]): Promise<void> {
  for (const entry of entries) await print(await yamlOf([entry]));
}

/** A value as YAML. */
export async function yamlOf(value: unknown): Promise<string> {
  // It is CommonJS: bundled, all that it exports is its default export.
  const { stringify } = (await import("yaml")).default;
  return stringify(value);
}

function csvWriter<Entry>(columns: readonly Column<Entry>[]): Writer<Entry> {
  let isFirst = true;
  return async (entries) => {
    if (isFirst) await print(csvRow(columns.map(({ member, heading }) => member ?? heading.toLowerCase())));
    isFirst = false;
    for (const entry of entries) await print(csvRow(columns.map(({ plain, text }) => (plain ?? text)(entry))));
  };
}

function tableWriter<Entry>(columns: readonly Column<Entry>[]): Writer<Entry> {
  let table: ReturnType<typeof layOut<Entry>> | undefined;
  return async (entries) => {
    if (!table) {
      table = layOut(columns, entries, surfaceOf(process.stdout));
      await print(table.heading());
    }
    for (const entry of entries) await print(table.row(entry));
  };
}

/** The column of a member, or of a path into one. */
function chosenColumn<Entry>(name: string): Column<Entry> {
  const path = pathOf(name);
  const text = (row: Entry) => {
    const texts = textsAt(row, path);
    return texts.length > 0 ? texts.join(", ") : (JSON.stringify(valueAt(row, path)) ?? "");
  };
  return { heading: name, member: name, text, cut: "end" };
}

function pathOf(member: string): Path {
  return parsePath(member) ?? [member];
}

function valueAt(value: unknown, [step, ...rest]: readonly (string | number)[]): unknown {
  if (step === undefined) return value;
  return typeof value === "object" && value !== null
    ? valueAt(Object.entries(value).find(([name]) => name === String(step))?.[1], rest)
    : undefined;
}
