import { Command } from "commander";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi, type Query } from "../read/api.ts";
import { relationColumns, whereColumns } from "../read/columns.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { settingsFrom } from "../settings.ts";
import type { Column } from "../table.ts";
import { UsageError } from "../usage.ts";
import { addExamples, READING_CODES } from "./help.ts";
import {
  choiceOption,
  columnsFrom,
  type FilterOptions,
  instantOption,
  maxEntries,
  type OutputOptions,
  repeatable,
  withFilters,
  withOutput,
} from "./options.ts";

interface ItemsOptions extends FilterOptions, OutputOptions {
  readonly state?: string;
  readonly filter?: readonly string[];
  readonly fields?: string;
  readonly at?: string;
  readonly sort?: string;
  readonly order?: string;
}

/** `stocktake items` */
export function itemsCommand(): Command {
  const command = withFilters(
    new Command("items")
      .summary("list the items there are, or were at an instant")
      .description("Lists the items there are, or were at an instant."),
  )
    .addOption(choiceOption("--state <state>", ["present", "removed", "all"], "of which state (default: present)"))
    .option(
      "--filter <path=value>",
      "only items with this value in the document (repeatable: one path for OR, several for AND)",
      repeatable,
    )
    .option("--fields <list>", "members to print, with commas between: key,state,document.Status")
    .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 2026-03-01T12:00:00Z, 24h, 7d"))
    .option(
      "--sort <key>",
      "by name, changedAt, firstSeenAt, version, or a path such as document.Status (default: key)",
    )
    .addOption(choiceOption("--order <order>", ["asc", "desc"], "ascending, or descending (default: asc)"))
    .action(items);
  return addExamples(
    withOutput(command, "items"),
    [
      ["what one source lists in one region", "npx stocktake items --source workspaces.images --region eu-west-1"],
      [
        "memberships that have ended",
        "npx stocktake items --filter status=REMOVED --filter status=COLLABORATION_DELETED",
      ],
      ["what is newest", "npx stocktake items --sort firstSeenAt --order desc"],
      ["removed items", "npx stocktake items --state removed"],
      ["what was there a week ago", "npx stocktake items --at 7d"],
      ["columns of your own choice", "npx stocktake items --source workspaces.images --fields key,document.Name"],
      ["everything, for a program", "npx stocktake items --all --json | wc -l"],
    ],
    READING_CODES,
  );
}

async function items(options: ItemsOptions): Promise<void> {
  const query: Query = [
    ["source", options.source],
    ["account", options.account],
    ["region", options.region],
    ["scope", options.scope],
    ["state", options.state],
    ...(options.filter ?? []).map(filterParameter),
    ["fields", options.fields],
    ["at", options.at],
    ["sort", options.sort],
    ["order", options.order],
    ["names", options.fields === undefined ? "true" : undefined],
  ];
  const max = maxEntries(options);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const fields = options.fields === undefined ? options.columns : columnsFrom(options.fields);
    await printEntries(entriesOf<Row>(api, "/v1/items", query, max + 1), {
      ...printOptions({ ...options, ...(fields && { columns: fields }) }, columnsOf(options)),
      max,
      what: "items",
    });
  } finally {
    await api.close();
  }
}

function filterParameter(filter: string): [string, string] {
  const equals = filter.indexOf("=");
  if (equals > 0) return [`filter[${filter.slice(0, equals)}]`, filter.slice(equals + 1)];
  throw new UsageError(`--filter ${filter} must be a path and a value, like status=ACTIVE or Tags.Key=team`);
}

type Row = Entry<"ItemList">;

function columnsOf(options: ItemsOptions): Column<Row>[] {
  const now = Date.now();
  const removable = options.state === "removed" || options.state === "all";
  const isRemoved = (row: Row) => row.state === "removed";
  const removed: Column<Row> = {
    heading: "REMOVED",
    text: (row) => ago(row.removedAt, now),
    color: (row) => (isRemoved(row) ? "red" : undefined),
  };
  return [
    ...relationColumns<Row>(),
    ...whereColumns<Row>(options),
    { heading: "SINCE", text: (row) => ago(row.firstSeenAt, now) },
    ...(removable ? [removed] : []),
  ];
}
