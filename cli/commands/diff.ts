import { styleText } from "node:util";
import { Command } from "commander";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { toSingleLine } from "../../functions/model/errors.ts";
import { note, print } from "../output.ts";
import { entriesOf, openApi } from "../read/api.ts";
import { differencesText, sidesText } from "../read/differences.ts";
import { instantFrom } from "../read/instants.ts";
import { printEntries, printOptions } from "../read/print.ts";
import { createRemarks } from "../read/remarks.ts";
import { settingsFrom } from "../settings.ts";
import { type Color, type Column, surfaceOf } from "../table.ts";
import { UsageError } from "../usage.ts";
import { addExamples, READING_CODES } from "./help.ts";
import { type FilterOptions, maxEntries, type OutputOptions, withCollections, withOutput } from "./options.ts";

type NetChange = Entry<"NetChangeList">;
type DiffOptions = Omit<FilterOptions, "scope"> & OutputOptions;

/** `stocktake diff` */
export function diffCommand(): Command {
  const command = withCollections(
    new Command("diff")
      .summary("compare the inventory at two instants")
      .description(
        "Shows what was added (+), removed (-) and modified (~) between two instants, with the members that differ. What changed " +
          "and changed back is not shown.",
      )
      .argument("<from>", "the earlier instant, or how long ago: 2026-03-01, 2026-03-01T12:00:00Z, 24h, 7d")
      .argument("[to]", "the later one (default: now)"),
  ).action(diff);
  return addExamples(
    withOutput(command, "changes"),
    [
      ["what is different from a week ago", "npx stocktake diff 7d"],
      ["what March brought to one source", "npx stocktake diff 2026-03-01 2026-04-01 --source cleanrooms.memberships"],
      ["for a spreadsheet", "npx stocktake diff 24h --all --format csv"],
    ],
    READING_CODES,
  );
}

async function diff(fromText: string, toText: string | undefined, options: DiffOptions): Promise<void> {
  const now = Date.now();
  const from = instantFrom(fromText, "<from>", now);
  const to = toText === undefined ? undefined : instantFrom(toText, "[to]", now);
  if (to !== undefined && to < from) throw new UsageError(`<from> ${fromText} is later than [to] ${toText}: swap them`);
  const printing = printOptions(options, COLUMNS);
  const remarks = createRemarks(to ?? from);
  const api = await openApi(options, settingsFrom(process.env));
  try {
    const { source, account, region } = options;
    const query = Object.entries({ source, account, region, from, to, names: "true" });
    const max = maxEntries(options);
    const changes = entriesOf<NetChange>(api, "/v1/diff", query, max + 1, remarks.hear);
    if (printing.format === "table" && options.columns === undefined) {
      await printLikeGit(changes, max);
      for (const line of remarks.lines()) note(line);
    } else {
      await printEntries(changes, { ...printing, max, what: "changes", remarks: remarks.lines });
    }
  } finally {
    await api.close();
  }
}

function nameIn({ name, key }: NetChange): string {
  return name ?? key;
}

const SIGNS = { added: "+", removed: "-", modified: "~" } as const;
const COLORS: Readonly<Record<NetChange["kind"], Color>> = { added: "green", removed: "red", modified: "yellow" };

const COLUMNS: readonly Column<NetChange>[] = [
  { heading: "KIND", text: ({ kind }) => kind },
  { heading: "SOURCE", text: ({ source }) => source },
  { heading: "ACCOUNT", text: ({ account }) => account },
  { heading: "REGION", text: ({ region }) => region },
  { heading: "NAME", text: nameIn },
  { heading: "ITEM", member: "key", text: ({ key }) => key },
  { heading: "WHAT", text: ({ differences = [] }) => differencesText(differences) },
];

async function printLikeGit(changes: AsyncIterable<NetChange>, max: number): Promise<void> {
  const { colors } = surfaceOf(process.stdout);
  const line = async (text: string, style?: Color | "bold", indent = "") => {
    const shown = toSingleLine(text, MAX_LINE);
    await print(`${indent}${colors && style ? styleText(style, shown, { validateStream: false }) : shown}\n`);
  };
  let where = "";
  let count = 0;
  for await (const change of changes) {
    const { kind, source, account, region, key, differences = [] } = change;
    const name = nameIn(change);
    if (count === max) {
      note(`Showing ${max}. Use --limit N or --all for more.`);
      return;
    }
    count += 1;
    const heading = `${source} ${account}/${region}`;
    if (heading !== where) await line(heading, "bold");
    where = heading;
    await line(`${SIGNS[kind]} ${name === key ? key : `${name} (${key})`}`, COLORS[kind]);
    for (const { path, ...sides } of differences) await line(`${path}: ${sidesText(sides)}`, undefined, "    ");
  }
  if (count === 0) note("No changes.");
}

const MAX_LINE = 2_000;
