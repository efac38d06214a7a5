import { readFileSync, writeFileSync } from "node:fs";
import { costTables, defaultTemplate } from "../infra/cost-tables.ts";

/** Writes the tables of docs/cost.md from the template of a default inventory. */
const file = new URL("../docs/cost.md", import.meta.url);
const page = readFileSync(file, "utf8");
writeFileSync(
  file,
  costTables(defaultTemplate()).reduce((text, { start, table }) => text.replace(tableAt(text, start), table), page),
);

function tableAt(text: string, start: string): string {
  const at = text.indexOf(start);
  if (at < 0) throw new Error(`docs/cost.md has no table that begins with ${start}`);
  return text.slice(at).split("\n\n")[0] ?? "";
}
