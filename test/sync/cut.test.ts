import { describe, expect, test } from "vitest";
import type { ListedItem } from "../../functions/model/item.ts";
import { positionOf, startCutter } from "../../functions/sync/cut.ts";

const listed = (key: string): ListedItem => ({ key, hash: "", size: 1, document: () => "{}", edge: () => undefined });
/** What a cutter lets through of these pages, and where it could cut after each. */
const pass = (...pages: string[][]) => {
  const cutter = startCutter();
  const passed = pages.map((keys) => {
    const keysPassed = cutter.pass(keys.map(listed)).map(({ key }) => key);
    return [keysPassed.join(" "), cutter.position] as const;
  });
  return { passed, rest: cutter.rest().map(({ key }) => key), ascending: cutter.ascending };
};

describe("cutting an ascending listing", () => {
  test("holds its newest position back, over pages, until a newer one is seen", () => {
    expect(pass(["1#a", "1#b"], ["1#c", "2#a"], [], ["2#b"], ["3#a"])).toEqual({
      passed: [
        ["", undefined],
        ["1#a 1#b 1#c", "2"],
        ["", "2"],
        ["", "2"],
        ["2#a 2#b", "3"],
      ],
      rest: ["3#a"],
      ascending: true,
    });
  });
  test("is not possible within a single position", () => {
    expect(pass(["1#a", "1#b"], ["1#c"])).toMatchObject({
      passed: [
        ["", undefined],
        ["", undefined],
      ],
      rest: ["1#a", "1#b", "1#c"],
    });
  });
  test("is not possible any more once an item came out of order, which loses nothing", () => {
    expect(pass(["1#a", "2#a"], ["1#b"], ["3#a"])).toEqual({
      passed: [
        ["1#a", "2"],
        ["2#a 1#b", undefined],
        ["3#a", undefined],
      ],
      rest: [],
      ascending: false,
    });
  });
  test.each([
    ["a#b#c", "a"],
    ["a", "a"],
    ["#b", ""],
  ])("the position of %j is %j", (key, position) => expect(positionOf(key)).toBe(position));
});
