import { Command } from "commander";
import type { changeBody } from "../../functions/api/items.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi, type Query } from "../read/api.ts";
import { whereColumns } from "../read/columns.ts";
import { differencesText } from "../read/differences.ts";
import { printEntries, printOptions, writerOf } from "../read/print.ts";
import { createRemarks } from "../read/remarks.ts";
import { settingsFrom } from "../settings.ts";
import type { Column } from "../table.ts";
import { UsageError } from "../usage.ts";
import { type FollowOptions, followLog, isFollowing, withFollowing } from "./follow.ts";
import { addExamples, READING_CODES } from "./help.ts";
import {
  choiceOption,
  type FilterOptions,
  instantOption,
  maxEntries,
  type OutputOptions,
  withFilters,
  withOutput,
  withWords,
} from "./options.ts";

interface ChangesOptions extends FilterOptions, OutputOptions, FollowOptions {
  readonly kind?: string;
  readonly q?: string;
  readonly since?: string;
  readonly until?: string;
  readonly order?: string;
  readonly initial?: boolean;
}

/** `stocktake changes` */
export function changesCommand(): Command {
  const command = withWords(
    withFilters(
      new Command("changes")
        .summary("list what was added, modified and removed")
        .description(
          "Lists what changed, newest first. What the first listing of a source found is left out: --initial shows it.",
        ),
    ),
    "changes",
  )
    .addOption(choiceOption("--kind <kind>", ["added", "modified", "removed"], "only changes of this kind"))
    .addOption(instantOption("--since", "only changes later than this, or than this long ago: 2026-03-01, 1h, 7d"))
    .addOption(instantOption("--until", "only changes no later than this"))
    .addOption(choiceOption("--order <order>", ["asc", "desc"], "oldest first, or newest first (default: desc)"))
    .option("--initial", "also what the first listings found")
    .action(changes);
  return addExamples(
    withOutput(withFollowing(command), "changes"),
    [
      ["what changed in the last 24 hours", "npx stocktake changes --since 24h"],
      ["what was removed in March", "npx stocktake changes --kind removed --since 2026-03-01 --until 2026-04-01"],
      ["what was modified in one source", "npx stocktake changes --kind modified --source cleanrooms.memberships"],
      ["what changes from now on", "npx stocktake changes --follow"],
      [
        "the same to Slack, going on after a restart",
        "npx stocktake changes --follow --position slack.json --webhook https://hooks.slack.com/...",
      ],
      ["what is new since the last run, to a program", "npx stocktake changes --position load.json --exec ./load.sh"],
      ["the whole log, for a program", "npx stocktake changes --all --initial --order asc --json | wc -l"],
    ],
    READING_CODES,
  );
}

async function changes(options: ChangesOptions): Promise<void> {
  const selection: Query = [
    ["source", options.source],
    ["account", options.account],
    ["region", options.region],
    ["scope", options.scope],
    ["kind", options.kind],
    ["q", options.q],
    ["since", options.since],
    ["initial", options.initial ? undefined : "false"],
    ["names", "true"],
  ];
  if (isFollowing(options)) {
    const wrong = options.until === undefined ? (options.order === "desc" ? "--order desc" : "") : "--until";
    if (wrong) throw new UsageError(`${wrong}: following goes on in order of time; leave it out`);
    return followLog(options, selection, writerOf(printOptions(options, columnsOf(options))));
  }
  if (options.since !== undefined && options.until !== undefined && options.until < options.since) {
    throw new UsageError(`--since ${options.since} is later than --until ${options.until}: swap them`);
  }
  const query: Query = [...selection, ["until", options.until], ["order", options.order ?? "desc"]];
  const max = maxEntries(options);
  const printing = printOptions(options, columnsOf(options));
  const remarks = createRemarks(options.until ?? options.since);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    await printEntries(entriesOf<Row>(api, "/v1/changes", query, max + 1, remarks.hear), {
      ...printing,
      ...{ max, what: "changes", remarks: remarks.lines },
    });
  } finally {
    await api.close();
  }
}

type Row = ReturnType<typeof changeBody>;

const COLORS = { added: "green", modified: "yellow", removed: "red" } as const;

function columnsOf(options: ChangesOptions): Column<Row>[] {
  return [
    { heading: "WHEN", member: "at", text: (row) => ago(row.at, Date.now()), plain: (row) => row.at },
    { heading: "KIND", text: (row) => row.kind, color: (row) => COLORS[row.kind] },
    // What changed says more than where.
    ...whereColumns<Row>(options).map((column) => ({ ...column, spare: true })),
    { heading: "NAME", text: (row) => row.name ?? row.key, cut: "middle" },
    { heading: "WHAT", text: whatDiffers, cut: "middle" },
  ];
}

function whatDiffers({ differences, cause }: Row): string {
  if (!differences) return cause ?? "";
  return differencesText(differences);
}
