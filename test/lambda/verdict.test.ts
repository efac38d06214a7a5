import { describe, expect, test } from "vitest";
import { type CollectionState, verdictOf } from "../../cli/smoke/verdict.ts";

const EARLY = "2026-03-01T11:00:00.000Z";
const PLANNED = "2026-03-01T12:00:00.000Z";
const LATE = "2026-03-01T12:00:01.000Z";

type Scope = CollectionState["scopes"][number];
const scope = (id: string, at: string, rest: Partial<Scope> = {}): Scope => ({
  ...{ id, items: 3, outcome: "complete", lastAttemptAt: at, lastCompleteAt: at },
  ...rest,
});
const plain = (...scopes: Scope[]): CollectionState => ({ planned: false, scopes });
const planned = (plan: CollectionState["plan"], ...scopes: Scope[]): CollectionState => ({
  planned: true,
  ...(plan && { plan }),
  scopes,
});
const plan = { outcome: "complete", lastAttemptAt: PLANNED, lastCompleteAt: PLANNED } as const;
const denied = { outcome: "failed", error: { code: "denied", message: "no" } } as const;

describe("the verdict on a requested sync", () => {
  test.each<[string, CollectionState | undefined, CollectionState | undefined, object]>([
    ["never tried", undefined, undefined, { is: "under way" }],
    ["complete the first time", undefined, plain(scope("all", LATE)), { is: "complete", items: 3, scopes: 1 }],
    ["complete only before", plain(scope("all", EARLY)), plain(scope("all", EARLY)), { is: "under way" }],
    ["failed only before", plain(scope("all", EARLY, denied)), plain(scope("all", EARLY, denied)), { is: "under way" }],
    [
      "failed now",
      plain(scope("all", EARLY)),
      plain(scope("all", EARLY, { ...denied, lastAttemptAt: LATE })),
      { is: "failed", why: "no" },
    ],
    [
      "complete in one of its ranges",
      plain(scope("all", EARLY), scope("from:2026", PLANNED)),
      plain(scope("all", LATE), scope("from:2026", PLANNED)),
      { is: "under way", done: 1, scopes: 2 },
    ],
    [
      "complete in part only",
      plain(scope("all", EARLY)),
      plain(scope("all", EARLY, { lastAttemptAt: LATE })),
      { is: "under way", done: 0, scopes: 1 },
    ],
    [
      "held",
      undefined,
      plain(scope("all", LATE, { outcome: "held", held: { count: 9, reason: "9 of 9 items disappeared at once" } })),
      { is: "held", why: "9 of 9 items disappeared at once" },
    ],
    [
      "not planned yet",
      planned({ ...plan, lastAttemptAt: EARLY }),
      planned({ ...plan, lastAttemptAt: EARLY }),
      { is: "under way" },
    ],
    [
      "not planned at all",
      undefined,
      planned({ ...denied, lastAttemptAt: LATE }),
      { is: "failed", why: "planning: no" },
    ],
    ["planned, and there is nothing", undefined, planned(plan), { is: "complete", items: 0, scopes: 0 }],
    [
      "planned, and synced in part",
      undefined,
      planned(plan, scope("a", LATE), scope("b", EARLY)),
      { is: "under way", done: 1, scopes: 2 },
    ],
    [
      "planned, and synced but for what has ended",
      undefined,
      planned(plan, scope("a", LATE), scope("b", EARLY, { ended: "parent removed" })),
      { is: "complete", items: 3, scopes: 1 },
    ],
    [
      "planned, and one failed",
      undefined,
      planned(plan, scope("a", LATE), scope("b", EARLY, { ...denied, lastAttemptAt: LATE })),
      { is: "failed", why: "scope b: no" },
    ],
  ])("%s", (_what, before, now, expected) => {
    expect(verdictOf(before, now)).toMatchObject(expected);
  });
});
