import { expect, test } from "vitest";
import { describeWith, SCRIPT } from "../installed.ts";
import { TARGET_ARGUMENTS } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { onTerminal } from "./terminal.ts";
import { useWorld } from "./world.ts";

const world = useWorld({ associations: 350 }, { run: runInProcess });

const SYNC = ["sync", ...TARGET_ARGUMENTS, "--source", "sagemaker.associations"];
const ESC = "\u001b[";
const AN_ESC = "\u001b\\[";
/** The lines as they stand when everything is over: what was rewritten is gone. */
const left = (written: string) => written.slice(written.lastIndexOf(`${ESC}0J`) + `${ESC}0J`.length);

describeWith([SCRIPT], "progress on a terminal", () => {
  test("is a count while the length is unknown, then a bar, and is cleared at the end", async () => {
    const first = await onTerminal(120, SYNC, world().env);
    expect(first.code).toBe(0);
    expect(first.written).toMatch(/sagemaker\.associations 123456789012\/eu-west-1: listing: \d+ items in 1 page/);
    expect(first.written).not.toMatch(/[█░]|of about/);

    const again = await onTerminal(120, SYNC, world().env);
    expect(again.code).toBe(0);
    const bar = /(█+)(░+) +(\d+)% {2}sagemaker\.associations 123456789012\/eu-west-1: (\d+) of about (\d+) items/;
    const [, full = "", empty = "", percent, listed, expected] = bar.exec(again.written) ?? [];
    expect(Number(expected)).toBe([...world().account.associations].length);
    expect(full.length + empty.length).toBe(20);
    expect(Number(percent)).toBe(Math.floor((Number(listed) / Number(expected)) * 100));
    expect(full.length).toBe(Math.round((Number(listed) / Number(expected)) * 20));

    for (const { written } of [first, again]) {
      const line = /✓ sagemaker\.associations 123456789012\/eu-west-1 {2}\d+ items( {2}\+\d+)? {2}\d+\.\d s\n/g;
      expect(written.match(line)).toHaveLength(1);
      expect(left(written)).not.toMatch(/[█░]|listing|starting/);
      // Nothing is coloured, and the terminal is left as it was: its cursor shown, its lines wrapped.
      for (const code of ["\\d*m", "\\?25l", "\\?7l"]) expect(written).not.toMatch(new RegExp(AN_ESC + code));
    }
  });

  test.each([40, 80])("fits into %i columns", async (columns) => {
    await runInProcess(SYNC, world().env);
    const { written } = await onTerminal(columns, SYNC, world().env);
    const rows = written.split(new RegExp(`\n|${AN_ESC}[\\d;]*[A-K]`)).filter((row) => /[█░✓]|starting/.test(row));
    for (const shown of ["█", "✓"]) expect(rows.some((row) => row.includes(shown))).toBe(true);
    expect(Math.max(...rows.map((row) => row.length))).toBeLessThan(columns);
  });

  test("an incremental sync, whose length is not known, has no bar", async () => {
    await runInProcess(SYNC, world().env);
    const { written } = await onTerminal(120, [...SYNC, "--incremental"], world().env);
    expect(written).toMatch(/listing: \d+ items? in 1 page/);
    expect(written).not.toMatch(/[█░]/);
  });
});

test("progress elsewhere is lines without a bar", async () => {
  await runInProcess(SYNC, world().env);
  const { stderr } = await runInProcess(SYNC, world().env);
  expect(stderr).toMatch(/^sagemaker\.associations 123456789012\/eu-west-1: complete, .*\n$/);
});
