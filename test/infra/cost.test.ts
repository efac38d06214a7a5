import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The cost table in docs/cost.md adds up. */

const page = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");

function rows(): { readonly arithmetic: string; readonly result: string }[] {
  const table = page.slice(page.search(/^\| what +\| arithmetic/m));
  return (
    table
      .split("\n\n")[0]
      ?.split("\n")
      .slice(2)
      .map((line) => {
        const [, , arithmetic = "", result = ""] = line.split("|").map((cell) => cell.trim());
        return { arithmetic, result };
      }) ?? []
  );
}

/** Sums, products and quotients of numbers, with brackets. */
function value(arithmetic: string): number {
  const plain = arithmetic.replaceAll(/[$,]/g, "").replaceAll("×", "*");
  expect(plain).toMatch(/^[\d.+*/() ]+$/);
  return Number(new Function(`return ${plain}`)());
}

function dollars(text: string): number {
  return Number(text.replaceAll(/[$*]/g, ""));
}

test("each row of the cost table is the result of its arithmetic, and the last row their sum", () => {
  const all = rows();
  const parts = all.slice(0, -1);
  expect(parts.length).toBeGreaterThan(10);
  for (const { arithmetic, result } of parts)
    expect([arithmetic, value(arithmetic).toFixed(2)]).toEqual([arithmetic, dollars(result).toFixed(2)]);
  const sum = parts.reduce((total, { result }) => total + dollars(result), 0);
  expect(sum.toFixed(2)).toBe(dollars(all.at(-1)?.result ?? "").toFixed(2));
});

test("the sums in the text are right", () => {
  const [, arithmetic = "", result = ""] = page.match(/costs once ([^=]+) = (\$[\d.]+)\./) ?? [];
  expect(value(arithmetic).toFixed(2)).toBe(dollars(result).toFixed(2));
});
