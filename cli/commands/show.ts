import { Command } from "commander";
import type { ItemBody } from "../../functions/api/items.ts";
import type { ItemNames } from "../../functions/api/names.ts";
import { toSingleLine } from "../../functions/model/errors.ts";
import { note, print } from "../output.ts";
import { ago } from "../read/ago.ts";
import { openApi, type Query } from "../read/api.ts";
import { ITEM_ARGUMENT, itemIdOf } from "../read/find-item.ts";
import { printEntries, printOptions, yamlOf } from "../read/print.ts";
import { asOfRemarks } from "../read/remarks.ts";
import { settingsFrom } from "../settings.ts";
import type { Column } from "../table.ts";
import { addExamples, READING_CODES } from "./help.ts";
import { type FormatOptions, instantOption, withFormat } from "./options.ts";

interface ShowOptions extends FormatOptions {
  readonly at?: string;
}

/** `stocktake show` */
export function showCommand(): Command {
  const command = new Command("show")
    .summary("show one item, now or at an instant")
    .description("Shows what an item is, since when, and its document.")
    .argument("<item>", ITEM_ARGUMENT)
    .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 24h, 7d"))
    .action(show);
  return addExamples(
    withFormat(command),
    [
      ["by its name", "npx stocktake show kiosk-windows-1a2b"],
      ["as it was a week ago, for a program", "npx stocktake show kiosk-windows-1a2b --at 7d --json"],
    ],
    READING_CODES,
  );
}

type Item = ItemBody & ItemNames & { readonly asOf: string };

async function show(text: string, options: ShowOptions): Promise<void> {
  const printing = printOptions(options, COLUMNS);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const id = await itemIdOf(api, text, options.at);
    const query: Query = [
      ["at", options.at],
      ["names", "true"],
    ];
    const item = await api.get<Item>(`/v1/items/${id}`, query);
    if (printing.format === "table" && options.columns === undefined) await printItem(item);
    else await printEntries([item], { ...printing, what: "items" });
    for (const line of asOfRemarks(item.asOf, options.at)) note(line);
  } finally {
    await api.close();
  }
}

const COLUMNS = (
  ["name", "id", "source", "account", "region", "key", "state", "version", "firstSeenAt", "changedAt"] as const
).map((member): Column<Item> => ({ heading: member, member, text: (item) => String(item[member] ?? "") }));

/** What it is a relation of: names first. */
function relationLines({ from, to, relation = "→", fromName, toName }: NonNullable<Item["edge"]>): [string, string][] {
  return [
    ["relation", `${fromName} ${relation} ${toName}`],
    ["from", from],
    ["to", to],
  ];
}

async function printItem(item: Item): Promise<void> {
  const {
    name,
    key,
    document,
    source,
    account,
    region,
    shortId,
    state,
    edge,
    firstSeenAt,
    changedAt,
    removedAt,
    cause,
  } = item;
  const now = Date.now();
  const lines = [
    ["name", name],
    ["id", shortId],
    ["key", key],
    ["listed by", `${source} in ${account}/${region}`],
    ["state", state === "removed" ? `removed ${ago(removedAt, now)}${cause ? `: ${cause}` : ""}` : state],
    ["first seen", `${firstSeenAt} (${ago(firstSeenAt, now)})`],
    ["last changed", `${changedAt} (${ago(changedAt, now)})`],
    ...(edge ? relationLines(edge) : []),
    ["as of", item.asOf],
  ];
  const width = Math.max(...lines.map(([label = ""]) => label.length));
  for (const [label = "", value = ""] of lines) await print(`${label.padEnd(width)}  ${toSingleLine(value, 4_000)}\n`);
  await print(`\n${await yamlOf(document)}`);
}
