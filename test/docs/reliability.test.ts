import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ROOT, textOf } from "./markdown.ts";

/** What docs/reliability.md says is shown by a test, a test shows, and its numbers are those of the tests. */

const text = textOf("docs/reliability.md");
const source = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
/** Rows of the tables that name a test: what the fault is, the file, and words of the test's name. */
const shown = [...text.matchAll(/^\| ([^|]+) \| [^|]+ \| `([^`]+)` "([^"]+)" \|$/gm)].map((row) => row.slice(1, 4));

test("every fault has its row", () => expect(shown.length).toBeGreaterThan(30));

test.each(shown)("%s: shown by %s, %s", (_fault, file = "", words = "") => {
  expect(source(file).includes(words), `${file} has "${words}"`).toBe(true);
});

test("every row names a test", () => {
  const rows = text.match(/^\| (?!fault|what|---).+$/gm) ?? [];
  const numbers = rows.filter((row) => /\| [\d,]+ \|$/.test(row));
  expect(rows.length - numbers.length).toBe(shown.length);
});

test.each([
  ["on the store in memory", /PROPERTY_RUNS = "(\d+)"/.exec(source("test/sync/protocol.property.test.ts"))?.[1]],
  ["on a DynamoDB over HTTP", /runs: (\d+)/.exec(source("test/store/protocol.property.test.ts"))?.[1]],
  ["wrong answers of single", `${source("test/cli/faults.test.ts").match(/^ {2}\[/gm)?.length}`],
])("the number of scenarios %s is that of the test", (row, number) => {
  const told = new RegExp(`^\\| .*${row}.* \\| ([\\d,]+) \\|$`, "m").exec(text)?.[1];
  expect(told?.replaceAll(",", "")).toBe(number);
});
