import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** A program that some tests need, and the Debian package that has it. */
export interface Program {
  readonly file: string;
  readonly package: string;
}

export const CHROMIUM: Program = { file: "/usr/bin/chromium", package: "chromium" };
export const BASH: Program = { file: "/usr/bin/bash", package: "bash" };
export const ZSH: Program = { file: "/usr/bin/zsh", package: "zsh" };
export const FISH: Program = { file: "/usr/bin/fish", package: "fish" };
export const SQLITE: Program = { file: "/usr/bin/sqlite3", package: "sqlite3" };
/** Runs a command on a terminal of its own. */
export const SCRIPT: Program = { file: "/usr/bin/script", package: "bsdutils" };

/** Declares tests that need programs. Without them they are skipped, but for CI, where they fail. */
export function describeWith(programs: readonly Program[], name: string, declare: () => void): void {
  const missing = programs.filter(({ file }) => !existsSync(file));
  const files = missing.map(({ file }) => file).join(", ");
  const remedy = `apt-get install -y ${missing.map((program) => program.package).join(" ")}`;
  if (missing.length === 0) {
    describe(name, declare);
  } else if (process.env.CI === "true") {
    test(`${name}: there is ${files}`, () => expect.fail(`${files} is missing: ${remedy}`));
  } else {
    console.log(`Skipped: ${name}. There is no ${files}; ${remedy}, or CI=true to insist.`);
    describe.skip(name, declare);
  }
}
