import { note, print } from "../output.ts";
import { type Column, layOut, surfaceOf } from "../table.ts";

/** How a list is to be printed. */
export interface PrintOptions<Entry> {
  /** One line of JSON an entry, instead of a table. */
  readonly json: boolean;
  /** How many entries to print. */
  readonly max: number;
  readonly columns: readonly Column<Entry>[];
  /** What the entries are, in the plural. */
  readonly what: string;
  /** What to say when the list was not complete to begin with. */
  readonly truncation?: string | undefined;
}

/** A table's columns are as wide as this many entries need them. */
const SAMPLE_ROWS = 1_000;

/** Prints a list as it arrives, and says beside it when there is more, or nothing. */
export async function printEntries<Entry>(
  entries: AsyncIterable<Entry> | Iterable<Entry>,
  { json, max, columns, what, truncation }: PrintOptions<Entry>,
): Promise<void> {
  const write = json ? writeJson<Entry> : tableWriter(columns);
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

async function writeJson<Entry>(entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) await print(`${JSON.stringify(entry)}\n`);
}

function tableWriter<Entry>(columns: readonly Column<Entry>[]): (entries: readonly Entry[]) => Promise<void> {
  let table: ReturnType<typeof layOut<Entry>> | undefined;
  return async (entries) => {
    if (!table) {
      table = layOut(columns, entries, surfaceOf(process.stdout));
      await print(table.heading());
    }
    for (const entry of entries) await print(table.row(entry));
  };
}
