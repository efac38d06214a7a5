import { Command } from "commander";
import { FORMATS } from "../read/print.ts";
import { settingsFrom } from "../settings.ts";
import type { SqlOptions } from "../sql.ts";
import { addExamples } from "./help.ts";
import { choiceOption, instantOption, withDemo } from "./options.ts";

/** `stocktake sql` */
export function sqlCommand(): Command {
  const command = withDemo(
    new Command("sql")
      .summary("query the inventory, or a mirror, with SQL")
      .description(
        "Runs SQL over the views items, items_at, changes and edges of this machine's inventory, or of a mirror. It only reads. Without a " +
          "statement it reads statements from the terminal or from standard input, each up to its `;`.",
      )
      .argument("[statement]", "what to run; several are divided by `;`")
      .addOption(instantOption("--at", "show the views as of this instant, or this long ago: 2026-03-01, 1h, 7d"))
      .option("--from <file>", "read a mirror: a file that `stocktake mirror` made")
      .addOption(choiceOption("--format <format>", FORMATS, "how to print (default: table)"))
      .option("--json", "the same as --format json: one line of JSON each"),
  ).action(async (statement: string | undefined, options: SqlOptions) => {
    const { sql } = await import("../sql.ts");
    await sql(statement, options, settingsFrom(process.env));
  });
  return addExamples(
    command,
    [
      ["how many items there are", 'npx stocktake sql "SELECT source, count(*) AS items FROM items GROUP BY source"'],
      ["a week ago", 'npx stocktake sql --at 7d "SELECT source, count(*) AS items FROM items GROUP BY source"'],
      ["as CSV", 'npx stocktake sql --format csv "SELECT at, kind, key FROM changes ORDER BY at"'],
      ["one statement after another, until .quit", "npx stocktake sql"],
    ],
    [
      "0  success (results may be empty)",
      "1  there is no inventory, or the file cannot be read",
      "2  invalid arguments, or a statement that is wrong or would write",
    ],
  );
}
