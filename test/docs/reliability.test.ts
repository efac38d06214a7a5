import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ROOT, textOf } from "./markdown.ts";

/** Every row of docs/reliability.md names a test that exists. */

const page = textOf("docs/reliability.md");
/** The rows that name a test: the fault, the file, and words of the test's name. */
const shown = [...page.matchAll(/^\| ([^|]+) \| [^|]+ \| `([^`]+)` "([^"]+)" \|$/gm)].map((row) => row.slice(1, 4));

test("every row names a test", () => {
  const rows = page.match(/^\| (?!fault|---).+$/gm) ?? [];
  expect(shown).toHaveLength(rows.length);
  expect(shown.length).toBeGreaterThan(50);
});

test.each(shown)("%s: shown by %s, %s", (_fault, file = "", words = "") => {
  expect(readFileSync(path.join(ROOT, file), "utf8")).toContain(words);
});
