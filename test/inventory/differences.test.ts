import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Difference, differencesBetween } from "../../functions/inventory/differences.ts";
import { parsePath, type Step } from "../../functions/model/paths.ts";

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

describe("differences", () => {
  test.each<[Json, Json, Difference[]]>([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1 }, { a: 2 }, [{ path: "a", before: 1, after: 2 }]],
    [
      { a: 1 },
      { b: 1 },
      [
        { path: "a", before: 1 },
        { path: "b", after: 1 },
      ],
    ],
    [
      { a: { b: [1, 2] } },
      { a: { b: [1, 3, 4] } },
      [
        { path: "a.b[1]", before: 2, after: 3 },
        { path: "a.b[2]", after: 4 },
      ],
    ],
    [{ a: [1, 2] }, { a: [1] }, [{ path: "a[1]", before: 2 }]],
    [{ a: [] }, { a: {} }, [{ path: "a", before: [], after: {} }]],
    [{ a: null }, { a: 0 }, [{ path: "a", before: null, after: 0 }]],
    [{ "x.y": { "[0]": 1 } }, { "x.y": { "[0]": 2 } }, [{ path: "x\\.y.\\[0\\]", before: 1, after: 2 }]],
  ])("between %j and %j are %j", (before, after, wanted) => {
    expect(differencesBetween(before, after)).toEqual(wanted);
  });

  test("applied to the one make it the other", () => {
    const document = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>);
    fc.assert(
      fc.property(document, document, fc.boolean(), (first, other, near) => {
        const second = near ? { ...first, ...other } : other;
        const before = JSON.parse(JSON.stringify(first)) as Json;
        const after = JSON.parse(JSON.stringify(second)) as Json;
        expect(applied(before, differencesBetween(before, after))).toEqual(after);
      }),
    );
  });
});

/** Applies differences as a reader of them would. */
function applied(document: Json, differences: readonly Difference[]): Json {
  const copy = structuredClone(document) as { [name: string]: Json };
  // From the last on, so that elements leave a list from its end.
  for (const difference of [...differences].reverse()) {
    const path = parsePath(difference.path) ?? [];
    const last = path.at(-1) as Step;
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((value, step) => (value as Record<Step, unknown>)[step], copy) as Record<Step, unknown>;
    if ("after" in difference) {
      Object.defineProperty(holder, last, {
        value: difference.after,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    } else if (Array.isArray(holder)) holder.splice(Number(last), 1);
    else delete holder[last];
  }
  return copy;
}
