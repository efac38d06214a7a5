import { createInterface } from "node:readline";
import { openQueries, type Queries, QueryError, splitStatements } from "../functions/store/sqlite/query.ts";
import { VIEWS } from "../functions/store/sqlite/views.ts";
import { assertNotUnfinished } from "./mirror-file.ts";
import { print } from "./output.ts";
import { type Format, printEntries, printOptions } from "./read/print.ts";
import type { Settings } from "./settings.ts";
import { inventoryFile, inventoryToRead, nothingStored } from "./store.ts";
import type { Column } from "./table.ts";
import { LocalError, UsageError } from "./usage.ts";

export interface SqlOptions {
  readonly at?: string;
  readonly from?: string;
  readonly demo?: boolean;
  readonly format?: Format;
  readonly json?: boolean;
}

const PROMPT = "stocktake> ";
const CONTINUED = "      ...> ";
const HELP = `.tables  the views    .quit  leave    end a statement with ;\n`;

/** Runs statements over a mirror or this machine's inventory: the one that is given, or those that are typed. */
export async function sql(statement: string | undefined, options: SqlOptions, settings: Settings): Promise<void> {
  const queries = openQueries(await fileOf(options, settings), options.at);
  try {
    if (statement === undefined) return await readStatements(queries, options);
    const { statements, rest } = splitStatements(`${statement}\n;`);
    if (rest.trim() !== "") throw new QueryError("the statement ends inside quotes or a comment: close it");
    for (const each of statements) await runStatement(queries, each, options);
  } catch (error) {
    throw error instanceof QueryError ? new UsageError(error.message, { cause: error }) : error;
  } finally {
    queries.close();
  }
}

async function fileOf({ from, demo = false }: SqlOptions, settings: Settings): Promise<string> {
  if (from !== undefined && demo) throw new UsageError("--demo reads the demo, and --from a mirror: give one of them");
  if (from !== undefined) {
    await assertNotUnfinished(from);
    return from;
  }
  if (settings.databaseEndpoint !== undefined) {
    throw new UsageError(
      "sql reads a SQLite file, and AWS_ENDPOINT_URL_DYNAMODB names a DynamoDB: unset it, or give --from",
    );
  }
  const inventory = inventoryToRead(settings, demo);
  if (inventory === undefined) throw new LocalError(nothingStored(settings, demo));
  return inventoryFile(settings, inventory);
}

type Row = Readonly<Record<string, unknown>>;

async function runStatement(queries: Queries, statement: string, options: SqlOptions): Promise<void> {
  const { columns, rows } = queries.run(statement);
  const names = distinct(columns);
  const entries = rows.map((row): Row => Object.fromEntries(names.map((name, n) => [name, shownValue(row[n])])));
  const own = names.map(
    (name): Column<Row> => ({ heading: name, member: name, text: (row) => String(row[name] ?? ""), cut: "end" }),
  );
  await printEntries(entries, { ...printOptions<Row>(options, own), what: "rows" });
}

/** Columns of one name are numbered: `count`, `count:2`. */
function distinct(columns: readonly string[]): readonly string[] {
  return columns.map((name, n) => {
    const before = columns.slice(0, n).filter((each) => each === name).length;
    return before === 0 ? name : `${name}:${before + 1}`;
  });
}

function shownValue(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
}

/** Reads statements line by line. On a terminal a wrong one is followed by the next; a program's input ends with it. */
async function readStatements(queries: Queries, options: SqlOptions): Promise<void> {
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({
    ...{ input: process.stdin, terminal, prompt: PROMPT },
    ...(terminal && { output: process.stdout }),
  });
  const prompt = (text: string) => {
    if (!terminal) return;
    lines.setPrompt(text);
    lines.prompt();
  };
  if (terminal) await print(HELP);
  prompt(PROMPT);
  let typed = "";
  for await (const line of lines) {
    const command = typed === "" ? line.trim() : "";
    if (command === ".quit" || command === ".exit") break;
    if (command.startsWith(".")) await print(command === ".tables" ? `${[...VIEWS.keys()].join("\n")}\n` : HELP);
    else {
      const { statements, rest } = splitStatements(`${typed}${line}\n`);
      typed = rest.trim() === "" ? "" : rest;
      for (const statement of statements) await runOrSay(queries, statement, options, terminal);
    }
    prompt(typed === "" ? PROMPT : CONTINUED);
  }
  lines.close();
  // What a program sends need not end with a semicolon.
  for (const statement of splitStatements(`${typed}\n;`).statements)
    await runOrSay(queries, statement, options, terminal);
}

async function runOrSay(queries: Queries, statement: string, options: SqlOptions, terminal: boolean): Promise<void> {
  try {
    await runStatement(queries, statement, options);
  } catch (error) {
    if (!terminal || !(error instanceof QueryError)) throw error;
    await print(`${error.message}\n`);
  }
}
