import { expect, test } from "vitest";
import { textOf } from "./markdown.ts";

/** The short table in docs/cost.md is the sum of the long one, and other pages name its total. */

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

test("each row is the sum of the rows for its services", () => {
  const all = costs("docs/cost.md", /^\| what +\| arithmetic/m);
  const short = costs("docs/cost.md", /^\| what \| a month/m);
  expect(short.length).toBeGreaterThan(4);
  for (const [what, cents] of short) {
    const services = what.replace(/:.*/, "").split(", ");
    const own = all.filter(([name]) => services.some((service) => name.startsWith(service)));
    expect([what, own.reduce((sum, [, each]) => sum + each, 0)]).toEqual([what, cents]);
  }
});

test.each(["README.md", "docs/comparison.md"])("%s names the total", (document) => {
  const [, dollars] = /about \$(\d+) a month/.exec(textOf(document)) ?? [];
  const together = costs("docs/cost.md", /^\| what \| a month/m).at(-1)?.[1] ?? 0;
  expect(Number(dollars)).toBe(Math.round(together / 100));
});
