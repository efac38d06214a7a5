import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "../docs/markdown.ts";
import { findOldWords } from "./find.ts";
import { OLD_WORDS, type OldWord } from "./words.ts";

const folder = mkdtempSync(path.join(tmpdir(), "stocktake-words-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file in which an old word is on line 2. */
function fileWith({ old, as, within = [""] }: OldWord): { readonly file: string; readonly content: string } {
  const [start = ""] = within;
  const file = as === "file" ? `functions/${old}` : /\.ts$/.test(start) ? start : `${start}example.ts`;
  const line = { name: `const ${old} = 1;`, prefix: `const ${old}_ITEMS = 1;`, text: `// It was: ${old}.`, file: "" };
  return { file, content: `export {};\n${line[as]}\n` };
}

test.each(OLD_WORDS)("$old ($as) is found, and its replacement named", (word) => {
  const { file, content } = fileWith(word);
  const line = word.as === "file" ? 1 : 2;
  expect(findOldWords(file, content)).toContainEqual({ file, line, word });
});

test("ordinary English is not found in comments, strings and documents", () => {
  const sentence = "Keep the rest in place, see again what you asked: a tail, a digest, the answer, held and refused.";
  expect(findOldWords("functions/sync/example.ts", `// ${sentence}\nexport const text = "${sentence}";\n`)).toEqual([]);
  expect(findOldWords("docs/example.md", sentence)).toEqual([]);
});

test("a phrase is found although it continues on the next line", () => {
  const found = findOldWords("functions/example.ts", "/**\n * What is read is a pinned\n * instant.\n */\n");
  expect(found.map(({ line, word }) => [line, word.old])).toEqual([[2, "pinned instant"]]);
});

test("public members of the API are right where the API is read or written", () => {
  const code = "export const scope = { everyMinutes: 60 };\n";
  expect(findOldWords("functions/api/routes/sources.ts", code)).toEqual([]);
  expect(findOldWords("functions/sync/plan.ts", code)).toHaveLength(1);
});

test("the check prints where each old word is, and fails", async () => {
  const file = path.join(folder, "example.ts");
  writeFileSync(file, "export const one = 1;\nexport const seenPresent = one;\n");
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "test/words/check.ts", file], { cwd: ROOT });
  await expect(run).rejects.toMatchObject({ code: 1, stderr: `${file}:2: seenPresent -> matchedPresent\n` });
});
