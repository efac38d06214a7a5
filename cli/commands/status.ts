import { Command } from "commander";
import type { Entry, ResponseBody } from "../../functions/api/schemas/responses.ts";
import { print } from "../output.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi } from "../read/api.ts";
import { type CollectionStatus, STATES, statusOf } from "../read/collection-status.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { settingsFrom } from "../settings.ts";
import type { Color, Column } from "../table.ts";
import { addExamples } from "./help.ts";
import { type FilterOptions, maxEntries, type OutputOptions, withCollections, withOutput } from "./options.ts";

type Totals = ResponseBody<"CollectionList">["totals"];

type StatusOptions = Omit<FilterOptions, "scope"> & OutputOptions;

/** `stocktake status` */
export function statusCommand(): Command {
  const command = withCollections(
    new Command("status")
      .summary("what is inventoried, how fresh it is, what is wrong, and what to do")
      .description(
        "Says of every source in every account and region how much there is, when it was last listed, and what is wrong. What is wrong comes first.",
      ),
  ).action(async (options: StatusOptions) => {
    process.exitCode = await status(options);
  });
  return addExamples(
    withOutput(command, "sources in an account and region"),
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
    const max = maxEntries(options);
    const { totals } = await api.get<ResponseBody<"CollectionList">>("/v1/collections", [...query, ["limit", "1"]]);
    const rows: CollectionStatus[] = [];
    for await (const collection of entriesOf<Entry<"CollectionList">>(api, "/v1/collections", query, max + 1)) {
      rows.push(statusOf(collection));
    }
    const format = printOptions(options, columnsOf(options));
    const remarks = () => (totals.collections > max ? [totalsText(totals)] : []);
    await printEntries(rows, { ...format, max, what: "sources that were ever synced", remarks });
    if (format.format === "table") await printProblems(rows.slice(0, max));
    const { failed, held, stale, new: unlisted } = totals.conditions;
    return totals.collections === 0 || failed + held + stale + unlisted > 0 ? 1 : 0;
  } finally {
    await api.close();
  }
}

function totalsText({ collections, items, conditions }: Totals): string {
  const counts = Object.entries(conditions).flatMap(([condition, number]) =>
    number > 0 ? [`${number.toLocaleString("en")} ${STATES[condition as keyof typeof STATES]}`] : [],
  );
  return `In all ${collections.toLocaleString("en")} with ${items.toLocaleString("en")} items: ${counts.join(", ")}.`;
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
