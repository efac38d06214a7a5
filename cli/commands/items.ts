import { Command } from "commander";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi, type Query } from "../read/api.ts";
import { relationColumns, whereColumns } from "../read/columns.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { createRemarks } from "../read/remarks.ts";
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
  withWords,
} from "./options.ts";

interface ItemsOptions extends FilterOptions, OutputOptions {
  readonly state?: string;
  readonly q?: string;
  readonly filter?: readonly string[];
  readonly fields?: readonly string[];
  readonly at?: string;
  readonly sort?: string;
  readonly order?: string;
}

/** `stocktake items` */
export function itemsCommand(): Command {
  const command = withWords(
    withFilters(
      new Command("items")
        .summary("list the items there are, or were at an instant")
        .description("Lists the items there are, or were at an instant."),
    ),
    "items",
  )
    .addOption(choiceOption("--state <state>", ["present", "removed", "all"], "of which state (default: present)"))
    .option(
      "--filter <condition>",
      "only items whose document meets this: status=ACTIVE, status!=ACTIVE, Name~kiosk (contains), Name^kiosk (begins with), status:~active " +
        "(in any case). Repeatable: one path for OR, several for AND",
      repeatable,
    )
    .option(
      "--fields <list>",
      "members to read and print, with commas between: key,state,document.Status",
      columnsFrom("--fields"),
    )
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
    ["q", options.q],
    ...(options.filter ?? []).map(filterParameter),
    ["fields", options.fields?.map((field) => field.replaceAll(",", "\\,")).join(",")],
    ["at", options.at],
    ["sort", options.sort],
    ["order", options.order],
    ["names", options.fields === undefined ? "true" : undefined],
  ];
  if (options.fields !== undefined && options.columns !== undefined) {
    throw new UsageError("--fields and --columns both choose members: give one of them");
  }
  const { fields } = options;
  const printing = {
    ...printOptions({ ...options, ...(fields && { columns: fields }) }, columnsOf(options)),
    // The API's answer, which has the id always.
    ...(fields && { members: ["id", ...fields] }),
  };
  const max = maxEntries(options);
  const remarks = createRemarks(options.at);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    await printEntries(entriesOf<Row>(api, "/v1/items", query, max + 1, remarks.hear), {
      ...printing,
      ...{ max, what: "items", remarks: remarks.lines },
    });
  } finally {
    await api.close();
  }
}

/** The operators of the API's list of conditions, and `=`. A colon may stand in a name: `Tags.aws:owner=me`. */
const CONDITION = /^((?:[^\\=~^!]|\\.)+)(!?=|!?[~^]|!:)(.+)$/s;

/** The parameter of a condition: `=` as a path of its own, which takes any value, all else as the API's list of conditions. */
function filterParameter(filter: string): [string, string] {
  const [, path = "", operator, value = ""] = CONDITION.exec(filter) ?? [];
  if (operator === "=") return [`filter[${path}]`, value];
  if (operator === "!=") return ["filter", `${path.replaceAll(":", "\\:")}!:${value.replaceAll(/[\\,]/g, "\\$&")}`];
  if (operator !== undefined || /[^\\]:./s.test(filter)) return ["filter", filter];
  throw new UsageError(
    `--filter ${filter} must be a path and a value, like status=ACTIVE, status!=ACTIVE or Name~kiosk`,
  );
}

type Row = Entry<"ItemList">;

function columnsOf(options: ItemsOptions): Column<Row>[] {
  const now = Date.now();
  const removable = options.state === "removed" || options.state === "all";
  const isRemoved = (row: Row) => row.state === "removed";
  const removed: Column<Row> = {
    heading: "REMOVED",
    member: "removedAt",
    plain: (row) => row.removedAt ?? "",
    text: (row) => ago(row.removedAt, now),
    color: (row) => (isRemoved(row) ? "red" : undefined),
  };
  return [
    ...relationColumns<Row>(),
    ...whereColumns<Row>(options),
    {
      ...{ heading: "SINCE", member: "firstSeenAt" },
      ...{ text: (row: Row) => ago(row.firstSeenAt, now), plain: (row: Row) => row.firstSeenAt ?? "" },
    },
    ...(removable ? [removed] : []),
  ];
}
