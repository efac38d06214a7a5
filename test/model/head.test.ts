import { describe, expect, test } from "vitest";
import { headOf } from "../../functions/model/head.ts";
import type { ItemVersion } from "../../functions/model/item.ts";

const version = (at: string, state: ItemVersion["state"] = "present"): ItemVersion => ({
  ...{ collection: "c", key: "k", at, scope: "all", state, version: 1 },
  ...{ hash: "", document: "{}", edges: [], edgeAt: at, firstSeenAt: at },
});
const headAt = (versions: readonly ItemVersion[], ...discarded: string[]) => headOf(versions, new Set(discarded))?.at;

describe("an item's head", () => {
  test("is its newest version, in whatever order they come", () => {
    expect(headAt([version("1"), version("3"), version("2")])).toBe("3");
  });
  test("may be a tombstone", () => {
    expect(headOf([version("1"), version("2", "removed")], new Set())?.state).toBe("removed");
  });
  test("is never a version whose instant was discarded", () => {
    expect(headAt([version("1"), version("2"), version("3")], "3", "2")).toBe("1");
  });
  test("is absent when every version was discarded, or there is none", () => {
    expect(headAt([version("1")], "1")).toBeUndefined();
    expect(headAt([])).toBeUndefined();
  });
});
