import { describe, expect, test } from "vitest";
import { cell, csv } from "../../functions/api/csv.ts";

describe("a cell of a CSV file", () => {
  test.each([
    ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@x", "'@x"],
    ["＝1+1", "'＝1+1"],
    ["＋1", "'＋1"],
    ["－1", "'－1"],
    ["−1", "'−1"],
    ["＠x", "'＠x"],
    ["﹦1", "'﹦1"],
    ["  =1", '"\'  =1"'],
    ["\u00a0\u200b=1", '"\'\u00a0\u200b=1"'],
    ['"=1"', '"\'""=1"""'],
    ["\t=1", "\"'\t'=1\""],
    ["\rx", '"\'\rx"'],
    ["x;=1+1", '"x;\'=1+1"'],
    ["x,\t@y", '"x,\t\'@y"'],
    ["x；=1", "x；'=1"],
    ["x|-1", '"x|\'-1"'],
    ["x\n=1", '"x\n\'=1"'],
    ["x; '=1", "\"x;' '=1\""],
  ])("%j is no formula in any spreadsheet: %j", (text, written) => {
    expect(cell(text)).toBe(written);
  });

  test.each([
    ["a-b=c@d", "a-b=c@d"],
    [-5, "-5"],
    ['say "no", then', '"say ""no"", then"'],
    [{ a: "=1" }, '"{""a"":""=1""}"'],
    [undefined, ""],
  ])("%j stays as it is: %j", (value, written) => {
    expect(cell(value)).toBe(written);
  });

  test("of 200,000 separators and blanks takes no longer than its length", () => {
    expect(cell(";\t ".repeat(70_000))).toHaveLength(210_003);
  });

  test("stands in a row of its own", () => {
    expect(csv(["a", "b"], [["=1", 2]])).toBe("a,b\r\n'=1,2\r\n");
  });
});
