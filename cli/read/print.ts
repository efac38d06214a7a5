import { csvRow } from "../../functions/api/csv.ts";
import { parsePath, textsAt } from "../../functions/model/paths.ts";
import { note, print } from "../output.ts";
import { type Column, layOut, surfaceOf } from "../table.ts";

export const FORMATS = ["table", "json", "csv", "yaml"] as const;
export type Format = (typeof FORMATS)[number];

/** How entries are to be printed. */
export interface PrintOptions<Entry> {
  readonly format: Format;
  /** Of a table, and of CSV. */
  readonly columns: readonly Column<Entry>[];
  /** How many entries to print. Default: all. */
  readonly max?: number;
  /** What the entries are, in the plural. */
  readonly what: string;
  /** What to say when the list was not complete to begin with. */
  readonly truncation?: string | undefined;
}

/** A table's columns are as wide as this many entries need them. */
const SAMPLE_ROWS = 1_000;

/** The form that the options name, and the columns: the ones that they choose, or the list's own. */
export function printOptions<Entry>(
  {
    format,
    json,
    columns,
  }: { readonly format?: Format; readonly json?: boolean; readonly columns?: readonly string[] },
  own: readonly Column<Entry>[],
): Pick<PrintOptions<Entry>, "format" | "columns"> {
  return { format: format ?? (json ? "json" : "table"), columns: columns ? columns.map(chosenColumn<Entry>) : own };
}

/** Prints a list as it arrives, and says beside it when there is more, or nothing. */
export async function printEntries<Entry>(
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  { format, columns, max = Number.POSITIVE_INFINITY, what, truncation }: PrintOptions<Entry>,
): Promise<void> {
  const write = writerOf(format, columns);
  let waiting: Entry[] = [];
  let count = 0;
  let more = false;
  for await (const entry of entries) {
    more = count === max;
    if (more) break;
    count += 1;
    waiting.push(entry);
    if (waiting.length < SAMPLE_ROWS) continue;
    await write(waiting);
    waiting = [];
  }
  if (waiting.length > 0) await write(waiting);
  if (count === 0) note(`No ${what}.`);
  if (more) note(`Showing ${max}. Use --limit N or --all for more.`);
  if (truncation !== undefined) note(truncation);
}

export type Writer<Entry> = (entries: readonly Entry[]) => Promise<void>;

/** What prints entries, some after others: of a table and of CSV the heading once. */
export function writerOf<Entry>(format: Format, columns: readonly Column<Entry>[]): Writer<Entry> {
  switch (format) {
    case "json":
      return eachLine((entry) => `${JSON.stringify(entry)}\n`);
    case "yaml":
      return writeYaml;
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
    if (isFirst) await print(csvRow(columns.map(({ heading }) => heading.toLowerCase())));
    isFirst = false;
    for (const entry of entries) await print(csvRow(columns.map(({ text }) => text(entry))));
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
  const path = parsePath(name) ?? [];
  const text = (row: Entry) => {
    const texts = textsAt(row, path);
    return texts.length > 0 ? texts.join(", ") : (JSON.stringify(valueAt(row, path)) ?? "");
  };
  return { heading: name, text, cut: "end" };
}

function valueAt(value: unknown, [step, ...rest]: readonly (string | number)[]): unknown {
  if (step === undefined) return value;
  return typeof value === "object" && value !== null
    ? valueAt(Object.entries(value).find(([name]) => name === String(step))?.[1], rest)
    : undefined;
}
