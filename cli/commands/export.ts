import { Command } from "commander";
import { FORMATS } from "../../functions/export/formats.ts";
import type { ExportOptions } from "../export/export.ts";
import { settingsFrom } from "../settings.ts";
import { addExamples } from "./help.ts";
import { choiceOption, instantOption, withCollections, withInventory } from "./options.ts";

/** `stocktake export` */
export function exportCommand(): Command {
  const command = withCollections(
    new Command("export")
      .summary("write the inventory of an instant as Parquet, CSV or JSON files")
      .description(
        "Writes the items that there were at an instant, exactly, into a folder or a bucket: a file for each source, account and " +
          "region, below source=…/account=…/region=…/. The last file is manifest.json, with counts and checksums: a folder " +
          "without one is not finished, and the next export into it begins again.",
      ),
  )
    .requiredOption("--to <destination>", "a folder, new or empty, or s3://bucket/prefix")
    .addOption(choiceOption("--format <format>", FORMATS, "of the files (default: parquet)"))
    .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 24h (default: now)"))
    .option("--replace", "replace the finished export that is there")
    .action(async (options: ExportOptions) => {
      const { exportItems } = await import("../export/export.ts");
      await exportItems(options, settingsFrom(process.env));
    });
  return addExamples(
    withInventory(command),
    [
      ["everything as it was on 1 March, for DuckDB", "npx stocktake export --at 2026-03-01 --to march"],
      ["one source, for a spreadsheet", "npx stocktake export --source workspaces.images --format csv --to images"],
      [
        "from a deployed API into a bucket",
        "npx stocktake export --api https://a1b2c3.execute-api.eu-west-1.amazonaws.com --to s3://mine/march",
      ],
    ],
    [
      "0  the export is finished",
      "1  it is not: the inventory cannot be read, or the files cannot be written",
      "2  invalid arguments; nothing was written",
    ],
  );
}
