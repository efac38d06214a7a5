import { Command } from "commander";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { print } from "../output.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi } from "../read/api.ts";
import { addStatus, type CollectionStatus, statusOf } from "../read/collection-status.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { settingsFrom } from "../settings.ts";
import type { Color, Column } from "../table.ts";
import { addExamples } from "./help.ts";
import { type FilterOptions, type FormatOptions, withCollections, withFormat } from "./options.ts";

type Source = Entry<"SourceList">;

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

const COLORS: Partial<Record<CollectionStatus["state"], Color>> = {
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
    const rows: CollectionStatus[] = [];
    for await (const source of entriesOf<Source>(api, "/v1/sources", query, Number.POSITIVE_INFINITY)) {
      for (const collection of source.collections) addStatus(rows, statusOf(source, collection));
    }
    const format = printOptions(options, columnsOf(options));
    await printEntries(rows, { ...format, what: "sources that were ever synced" });
    if (format.format === "table") await printProblems(rows);
    const isWrong = ({ state }: CollectionStatus) => !["ok", "syncing", "unavailable"].includes(state);
    return rows.some(isWrong) || rows.length === 0 ? 1 : 0;
  } finally {
    await api.close();
  }
}

/** Says what is wrong, and once what is wrong with several. */
async function printProblems(rows: readonly CollectionStatus[]): Promise<void> {
  const having = new Map<string, CollectionStatus[]>();
  for (const row of rows)
    for (const problem of row.problems) having.set(problem, [...(having.get(problem) ?? []), row]);
  const lines = [...having].map(([problem, those]) => {
    const [{ source, account, region }] = those as [CollectionStatus];
    return `${those.length === 1 ? `${source} ${account}/${region}` : `${those.length} collections`}: ${problem}\n`;
  });
  if (lines.length > 0) await print(`\n${lines.join("")}`);
}

function columnsOf(options: StatusOptions): Column<CollectionStatus>[] {
  const now = Date.now();
  return [
    { heading: "SOURCE", text: (row) => row.source },
    ...(options.account === undefined ? [{ heading: "ACCOUNT", text: (row: CollectionStatus) => row.account }] : []),
    ...(options.region === undefined ? [{ heading: "REGION", text: (row: CollectionStatus) => row.region }] : []),
    { heading: "ITEMS", text: (row) => row.items.toLocaleString("en"), plain: (row) => String(row.items) },
    {
      ...{ heading: "LISTED", member: "listedAt" },
      ...{
        text: (row: CollectionStatus) => ago(row.listedAt, now),
        plain: (row: CollectionStatus) => row.listedAt ?? "",
      },
    },
    { heading: "STATE", text: (row) => row.state, color: (row) => COLORS[row.state] },
  ];
}
