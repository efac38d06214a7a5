import { Command } from "commander";
import { MAX_SEARCH_WORDS, parseSearch } from "../../functions/model/search.ts";
import { entriesOf, openApi } from "../read/api.ts";
import { whereColumns } from "../read/columns.ts";
import type { Found } from "../read/find-item.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { createRemarks } from "../read/remarks.ts";
import { settingsFrom } from "../settings.ts";
import type { Column } from "../table.ts";
import { UsageError } from "../usage.ts";
import { addExamples, READING_CODES } from "./help.ts";
import {
  choiceOption,
  type FilterOptions,
  instantOption,
  maxEntries,
  type OutputOptions,
  withCollections,
  withOutput,
} from "./options.ts";

interface SearchOptions extends Omit<FilterOptions, "scope">, OutputOptions {
  readonly state?: string;
  readonly at?: string;
}

/** `stocktake search` */
export function searchCommand(): Command {
  const command = withCollections(
    new Command("search")
      .summary("find items by words in their names, ids and documents")
      .description(
        "Lists the items that have all the words, or parts of words, in any case. Those whose name it is come first.",
      )
      .argument("<words...>", "what to search for"),
  )
    .addOption(choiceOption("--state <state>", ["present", "removed", "all"], "of which state (default: present)"))
    .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 24h, 7d"))
    .action(search);
  return addExamples(
    withOutput(command, "items"),
    [
      ["by a part of a name", "npx stocktake search kiosk"],
      ["in one source, a month ago", "npx stocktake search churn --source sagemaker.associations --at 30d"],
    ],
    READING_CODES,
  );
}

async function search(words: readonly string[], options: SearchOptions): Promise<void> {
  const q = words.join(" ");
  if (!parseSearch(q)) throw new UsageError(`search for one to ${MAX_SEARCH_WORDS} words, not "${q}"`);
  const query = [
    ["q", q],
    ["source", options.source],
    ["account", options.account],
    ["region", options.region],
    ["state", options.state],
    ["at", options.at],
    ["names", "true"],
  ] as const;
  const max = maxEntries(options);
  const printing = printOptions(options, columnsOf(options));
  const remarks = createRemarks(options.at);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    await printEntries(entriesOf<Found>(api, "/v1/search", query, max + 1, remarks.hear), {
      ...printing,
      ...{ max, what: "items", remarks: remarks.lines },
    });
  } finally {
    await api.close();
  }
}

function columnsOf(options: SearchOptions): Column<Found>[] {
  return [
    { heading: "NAME", text: (row) => row.name, cut: "middle" },
    { heading: "ID", text: (row) => row.shortId },
    ...whereColumns<Found>(options),
    { heading: "STATE", text: (row) => row.state, spare: true },
    { heading: "FOUND IN", text: foundIn, cut: "middle" },
  ];
}

function foundIn({ rank, matched: [first] }: Found): string {
  return rank === "text" && first ? `${first.path.replace(/^document\./, "")}: ${first.value}` : "name";
}
