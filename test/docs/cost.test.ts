import { expect, test } from "vitest";
import { textOf } from "./markdown.ts";

/** Other pages name the total of docs/cost.md. test/infra/cost.test.ts holds its tables against the template. */

/** The rows of a table by their first cell, in cents. */
function costs(document: string, table: RegExp): [string, number][] {
  const text = textOf(document);
  const [rows = ""] = text.slice(text.search(table)).split("\n\n");
  return rows
    .split("\n")
    .slice(2)
    .map((row) => {
      const cells = row.split("|").map((cell) => cell.trim().replaceAll(/[*$]/g, ""));
      return [cells[1] ?? "", Math.round(Number(cells.at(-2)) * 100)];
    });
}

test.each(["README.md", "docs/comparison.md"])("%s names the total", (document) => {
  const [, dollars] = /about \$(\d+) a month/.exec(textOf(document)) ?? [];
  const together = costs("docs/cost.md", /^\| what \| a month/m).at(-1)?.[1] ?? 0;
  expect(Number(dollars)).toBe(Math.round(together / 100));
});
