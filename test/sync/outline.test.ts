import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inRange } from "../../functions/model/collection.ts";
import { compareWithOutline, inKeyOrder, outlineOf } from "../../functions/sync/outline.ts";

/** As items have them: of key and content, so that no two are related by more than chance. */
const hashOf = (key: string, content: string) => hash("sha256", `${key}\n${content}`, "base64url").slice(0, 22);
const keys = fc.string({ minLength: 1, maxLength: 3, unit: "grapheme-ascii" });
/** Items in key order, each stored, listed, or both, and then as it is stored or otherwise. */
const worlds = fc
  .uniqueArray(
    keys.map((key) => ({ key, hash: hashOf(key, "stored") })),
    {
      selector: ({ key }) => key,
      maxLength: 80,
    },
  )
  .chain((items) =>
    fc.tuple(
      fc.constant(inKeyOrder(items) ?? []),
      fc.array(fc.constantFrom("both", "both", "both", "both", "stored", "listed", "other"), {
        minLength: items.length,
        maxLength: items.length,
      }),
    ),
  );
const item = (n: number, content = "") => ({
  key: `k${String(n).padStart(4, "0")}`,
  hash: hash("sha256", `${n} ${content}`, "base64url").slice(0, 22),
});
const many = Array.from({ length: 1_000 }, (_, n) => item(n));

describe("the outline of what is stored, compared with what is listed", () => {
  test("leaves nothing unread that is not the same, and reads nothing of what is", () => {
    fc.assert(
      fc.property(worlds, ([items, states]) => {
        const is = (...wanted: string[]) => items.filter((_, n) => wanted.includes(states[n] ?? ""));
        const stored = is("both", "stored", "other");
        const listed = items.flatMap((item, n) =>
          states[n] === "stored"
            ? []
            : states[n] === "other"
              ? [{ ...item, hash: hashOf(item.key, "listed") }]
              : [item],
        );
        const { same, elsewhere } = compareWithOutline(listed, outlineOf(stored), {});
        const keys = new Set(same.map(({ key }) => key));
        for (const { key } of stored) {
          expect(elsewhere.filter((range) => inRange(range, key))).toHaveLength(keys.has(key) ? 0 : 1);
        }
        for (const one of same) expect(stored).toContainEqual(one);
      }),
    );
  });
  test("of what has not changed reads nothing", () => {
    expect(compareWithOutline(many, outlineOf(many), { from: "k" })).toEqual({ same: many, elsewhere: [] });
  });
  test("of one change reads its stretch", () => {
    const listed = many.with(500, item(500, "changed"));
    const { same, elsewhere } = compareWithOutline(listed, outlineOf(many), {});
    expect(elsewhere).toHaveLength(1);
    expect(same.length).toBeGreaterThan(960);
  });
  test("of a removal at either end, and of everything, reads to the range's end", () => {
    const range = { from: "k", until: "l" };
    const first = compareWithOutline(many.slice(1), outlineOf(many), range).elsewhere;
    expect(first).toEqual([{ from: "k", until: expect.any(String) }]);
    const last = compareWithOutline(many.slice(0, -1), outlineOf(many), range).elsewhere;
    expect(last).toEqual([{ from: expect.any(String), until: "l" }]);
    expect(compareWithOutline([], outlineOf(many), range)).toEqual({ same: [], elsewhere: [range] });
  });
  test("is about two bytes for each item", () => {
    expect(outlineOf(many).length).toBeLessThan(2.5 * many.length);
    expect(outlineOf([])).toHaveLength(0);
  });
});

describe("items in key order", () => {
  test("are there unless a key comes twice, or sorts otherwise in the store", () => {
    expect(inKeyOrder([item(2), item(1)])).toEqual([item(1), item(2)]);
    expect(inKeyOrder([item(2), item(1), item(2)])).toBeUndefined();
    expect(inKeyOrder([item(1), { ...item(2), key: "\u{1f600}" }])).toBeUndefined();
  });
});
