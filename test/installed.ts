import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";

/** A program that some tests need, and the Debian package that has it. */
export interface Program {
  readonly file: string;
  readonly package: string;
}

export const CHROMIUM: Program = { file: "/usr/bin/chromium", package: "chromium" };
/** Runs a command on a terminal of its own. */
export const SCRIPT: Program = { file: "/usr/bin/script", package: "bsdutils" };

/** Declares tests that need a program. Without it they are skipped, but for CI, where they fail. */
export function describeWith({ file, package: from }: Program, name: string, declare: () => void): void {
  if (existsSync(file)) {
    describe(name, declare);
  } else if (process.env.CI === "true") {
    test(`${name}: there is ${file}`, () => expect.fail(`${file} is missing: apt-get install -y ${from}`));
  } else {
    console.log(`Skipped: ${name}. There is no ${file}; apt-get install -y ${from}, or CI=true to insist.`);
    describe.skip(name, declare);
  }
}
