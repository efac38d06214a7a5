import { describe, expect, test } from "vitest";
import { creationOf } from "../../functions/model/collection.ts";
import { createHoldback } from "../../functions/sync/holdback.ts";
import type { ListedItem } from "../../functions/sync/parse-item.ts";

const listed = (key: string): ListedItem => ({ key, hash: "", document: "{}", edges: [] });
/** What a holdback passes on of these pages, the boundary after each, and what it still holds at the end. */
const pass = (...pages: string[][]) => {
  const holdback = createHoldback();
  const passed = pages.map((keys) => {
    const keysPassed = holdback.pass(keys.map(listed)).map(({ key }) => key);
    return [keysPassed.join(" "), holdback.boundary] as const;
  });
  return { passed, rest: holdback.rest().map(({ key }) => key) };
};

describe("a holdback", () => {
  test("holds the newest instant back, over pages, until something newer is listed", () => {
    expect(pass(["1#a", "1#b"], ["1#c", "2#a"], [], ["2#b"], ["3#a"])).toEqual({
      passed: [
        ["", undefined],
        ["1#a 1#b 1#c", "2"],
        ["", "2"],
        ["", "2"],
        ["2#a 2#b", "3"],
      ],
      rest: ["3#a"],
    });
  });
  test("has no boundary within a single instant", () => {
    expect(pass(["1#a", "1#b"], ["1#c"])).toEqual({
      passed: [
        ["", undefined],
        ["", undefined],
      ],
      rest: ["1#a", "1#b", "1#c"],
    });
  });
  test("has no boundary any more once an item is out of order, and loses nothing", () => {
    expect(pass(["1#a", "2#a"], ["1#b"], ["3#a"])).toEqual({
      passed: [
        ["1#a", "2"],
        ["2#a 1#b", undefined],
        ["3#a", undefined],
      ],
      rest: [],
    });
  });
  test("gives what it holds only once", () => {
    const holdback = createHoldback();
    holdback.pass([listed("1#a")]);
    expect(holdback.rest()).toHaveLength(1);
    expect(holdback.rest()).toEqual([]);
  });
  test.each([
    ["a#b#c", "a"],
    ["a", "a"],
    ["#b", ""],
  ])("takes %j for created at %j", (key, created) => expect(creationOf(key)).toBe(created));
});
