import { Command } from "commander";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { print } from "../output.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi } from "../read/api.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { settingsFrom } from "../settings.ts";
import type { Color, Column } from "../table.ts";
import { addExamples } from "./help.ts";
import { type FilterOptions, type FormatOptions, withCollections, withFormat } from "./options.ts";

type Source = Entry<"SourceList">;
type Collection = Source["collections"][number];
type Scope = Collection["scopes"][number];

type StatusOptions = Omit<FilterOptions, "scope"> & FormatOptions;

/** `stocktake status` */
export function statusCommand(): Command {
  const command = withCollections(
    new Command("status")
      .summary("what is inventoried, how fresh it is, what is wrong, and what to do")
      .description(
        "Says of every source in every account and region how much there is, when it was last listed, and what is wrong.",
      ),
  ).action(async (options: StatusOptions) => {
    process.exitCode = await status(options);
  });
  return addExamples(
    withFormat(command),
    [
      ["everything", "npx stocktake status"],
      ["one source, for a program", "npx stocktake status --source cleanrooms.memberships --format json"],
    ],
    ["0  everything is fresh", "1  something is wrong, or the inventory cannot be read", "2  invalid arguments"],
  );
}

/** How one source does in one account and region. */
interface Row {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly items: number;
  readonly listedAt?: string;
  readonly state: State;
  /** What is wrong, each with what to do. */
  readonly problems: readonly string[];
}

type State = "ok" | "syncing" | "stale" | "failed" | "removals pending" | "unavailable" | "not listed yet";

const COLORS: Partial<Record<State, Color>> = {
  ok: "green",
  stale: "yellow",
  failed: "red",
  "removals pending": "yellow",
  "not listed yet": "yellow",
};

async function status(options: StatusOptions): Promise<number> {
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const query = [
      ["source", options.source],
      ["account", options.account],
      ["region", options.region],
    ] as const;
    const rows: Row[] = [];
    for await (const source of entriesOf<Source>(api, "/v1/sources", query, Number.POSITIVE_INFINITY)) {
      for (const collection of source.collections) addRow(rows, rowOf(source, collection));
    }
    const format = printOptions(options, columnsOf(options));
    await printEntries(rows, { ...format, what: "sources that were ever synced" });
    if (format.format === "table") await printProblems(rows);
    const isWrong = ({ state }: Row) => !["ok", "syncing", "unavailable"].includes(state);
    return rows.some(isWrong) || rows.length === 0 ? 1 : 0;
  } finally {
    await api.close();
  }
}

async function printProblems(rows: readonly Row[]): Promise<void> {
  const lines = rows.flatMap(({ source, account, region, problems }) =>
    problems.map((problem) => `${source} ${account}/${region}: ${problem}\n`),
  );
  if (lines.length > 0) await print(`\n${lines.join("")}`);
}

/** A collection with many scopes comes on several pages, each time with the counts of all its scopes. */
function addRow(rows: Row[], row: Row): void {
  const last = rows.at(-1);
  const isSame = last && last.source === row.source && last.account === row.account && last.region === row.region;
  if (!isSame) return void rows.push(row);
  rows[rows.length - 1] = { ...last, problems: [...new Set([...last.problems, ...row.problems])] };
}

function rowOf({ id, everyMinutes }: Source, collection: Collection): Row {
  const { account, region, items, completeAt, plan, scopes } = collection;
  const failures = [plan, ...scopes].flatMap((each) => (each?.error ? [each.error.message] : []));
  const pending = scopes.flatMap(({ held }) => (held ? [pendingText(id, held)] : []));
  const state = stateOf(collection);
  const stale =
    state === "stale"
      ? [
          `not listed whole within three times ${everyMinutes} minutes: run \`npx stocktake sync --source ${id}\`, or keep \`npx stocktake run\` running`,
        ]
      : [];
  return {
    ...{ source: id, account, region, items },
    ...(completeAt !== undefined && { listedAt: completeAt }),
    state,
    problems: [...new Set([...failures, ...pending, ...stale])],
  };
}

function pendingText(source: string, { count, reason }: NonNullable<Scope["held"]>): string {
  const removals = count === 1 ? "1 removal is" : `${count} removals are`;
  return `${removals} pending, since ${reason}: the next complete listing without them removes them, or \`npx stocktake sync --source ${source} --approve-removals ${source}\``;
}

function stateOf({ counts, plan, stale, completeAt, scopes }: Collection): State {
  const isUnavailable = counts.unavailable > 0 && counts.unavailable === counts.scopes - counts.vanished;
  if (plan?.outcome === "unavailable" || isUnavailable) return "unavailable";
  if (counts.failed > 0 || plan?.outcome === "failed") return "failed";
  if (counts.held > 0) return "removals pending";
  if (stale) return completeAt === undefined && counts.syncing === 0 ? "not listed yet" : "stale";
  return scopes.some(({ syncing }) => syncing) ? "syncing" : "ok";
}

function columnsOf(options: StatusOptions): Column<Row>[] {
  const now = Date.now();
  return [
    { heading: "SOURCE", text: (row) => row.source },
    ...(options.account === undefined ? [{ heading: "ACCOUNT", text: (row: Row) => row.account }] : []),
    ...(options.region === undefined ? [{ heading: "REGION", text: (row: Row) => row.region }] : []),
    { heading: "ITEMS", text: (row) => row.items.toLocaleString("en") },
    { heading: "LISTED", text: (row) => ago(row.listedAt, now) },
    { heading: "STATE", text: (row) => row.state, color: (row) => COLORS[row.state] },
  ];
}
