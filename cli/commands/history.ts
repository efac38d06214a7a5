import { Command } from "commander";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { ago } from "../read/ago.ts";
import { entriesOf, openApi, type Query } from "../read/api.ts";
import { differencesText } from "../read/differences.ts";
import { ITEM_ARGUMENT, itemIdOf } from "../read/find-item.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { settingsFrom } from "../settings.ts";
import type { Column } from "../table.ts";
import { addExamples, READING_CODES } from "./help.ts";
import { choiceOption, maxEntries, type OutputOptions, withOutput } from "./options.ts";

type Version = Entry<"History">;

/** `stocktake history` */
export function historyCommand(): Command {
  const command = new Command("history")
    .summary("list the versions of one item")
    .description("Lists every version of an item, newest first, with what changed.")
    .argument("<item>", ITEM_ARGUMENT)
    .addOption(choiceOption("--order <order>", ["asc", "desc"], "oldest first, or newest first (default: desc)"))
    .action(history);
  return addExamples(
    withOutput(command, "versions"),
    [["by its name", "npx stocktake history kiosk-windows-1a2b"]],
    READING_CODES,
  );
}

interface HistoryOptions extends OutputOptions {
  readonly order?: string;
}

async function history(text: string, options: HistoryOptions): Promise<void> {
  const max = maxEntries(options);
  const printing = printOptions(options, columns());
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const id = await itemIdOf(api, text);
    const query: Query = [
      ["order", options.order],
      ["names", "true"],
    ];
    await printEntries(entriesOf<Version>(api, `/v1/items/${id}/history`, query, max + 1), {
      ...printing,
      max,
      what: "versions",
    });
  } finally {
    await api.close();
  }
}

function columns(): Column<Version>[] {
  const now = Date.now();
  return [
    { heading: "WHEN", member: "from", text: ({ from }) => ago(from, now), plain: ({ from }) => from },
    { heading: "VERSION", text: ({ version }) => String(version), spare: true },
    { heading: "KIND", text: ({ kind, state }) => kind ?? state },
    {
      heading: "WHAT",
      text: ({ differences, cause }) => (differences ? differencesText(differences) : (cause ?? "")),
      cut: "middle",
    },
  ];
}
