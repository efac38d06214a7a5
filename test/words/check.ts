import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { findOldWords } from "./find.ts";

/*
 * Looks for words that may not come back, in the files that are named or in all files of the project. Prints file:line: old -> new of
 * each, and fails when there is one.
 */

const TEXT = /\.(?:tsx?|js|mjs|json|md|css|html|yml|yaml)$/;
/** Recorded from elsewhere, generated, or the list itself. */
const SKIPPED = /^(?:client\/openapi\.ts$|test\/fixtures\/|test\/words\/|package-lock\.json$|CHANGELOG\.md$)/;

const named = process.argv.slice(2);
const files = named.length > 0 ? named : filesOfTheProject();
const findings = files.flatMap((file) => findOldWords(file, readFileSync(file, "utf8")));
for (const { file, line, word } of findings) console.error(`${file}:${line}: ${word.old} -> ${word.use}`);
process.exitCode = findings.length > 0 ? 1 : 0;

function filesOfTheProject(): string[] {
  const listed = execFileSync(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"],
    {
      encoding: "utf8",
    },
  );
  const deleted = execFileSync("git", ["ls-files", "-z", "--deleted"], { encoding: "utf8" }).split("\0");
  return listed.split("\0").filter((file) => TEXT.test(file) && !SKIPPED.test(file) && !deleted.includes(file));
}
