import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createChecksum } from "../../functions/model/checksum.ts";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import type { ItemVersion } from "../../functions/model/item.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import { createDiffer, type DiffOptions, type PendingChange } from "../../functions/sync/diff.ts";
import { DEFAULT_LIMITS } from "../../functions/sync/job.ts";
import type { ListedItem } from "../../functions/sync/parse-item.ts";
import { COLLECTION } from "./engine.ts";

const AT = "2026-03-01T00:00:00.000Z";
const hashOf = (key: string, value: number) => hash("sha256", `${key} ${value}`, "buffer").toString("base64url", 0, 16);
const listed = (key: string, value = 1): ListedItem => ({
  ...{ key, hash: hashOf(key, value), document: JSON.stringify({ Id: key, Value: value }), edges: [] },
});
const version = (key: string, value = 1, state: ItemVersion["state"] = "present"): ItemVersion => ({
  ...{ collection: COLLECTION, key, at: AT, scope: "all", state, version: 1 },
  ...{ hash: hashOf(key, value), document: "{}", edges: [], edgeAt: AT, firstSeenAt: AT },
});

/** The state of a scope in which these versions are stored. */
function stateWith(versions: readonly ItemVersion[]): ScopeState {
  const there = versions.filter(({ state }) => state === "present");
  const checksum = createChecksum();
  for (const one of there) checksum.xor(one.hash);
  return {
    ...initialState(COLLECTION, ENTIRE_COLLECTION),
    ...{ revision: 1, committedAt: AT, sourceVersion: 1, count: there.length, checksum: checksum.text() },
  };
}

/** A differ over these stored versions, what was read of them, and what was written ahead. */
function differOver(versions: readonly ItemVersion[], options: Partial<DiffOptions> = {}) {
  const reads: string[] = [];
  const ahead: PendingChange[][] = [];
  const differ = createDiffer({
    state: stateWith(versions),
    whole: true,
    sourceVersion: 1,
    async *heads(consistency) {
      reads.push(consistency);
      yield versions;
    },
    assertCurrent: async () => undefined,
    async writeAhead(changes) {
      ahead.push([...changes]);
    },
    limits: DEFAULT_LIMITS,
    ...options,
  });
  return { differ, reads, ahead };
}
const named = (changes: readonly PendingChange[]) =>
  changes.map((change) => `${change.kind} ${change.key}${"mayExist" in change && change.mayExist ? " over" : ""}`);

describe("a listing that finds nothing new", () => {
  test("is known by count and checksum, and reads nothing", async () => {
    const { differ, reads } = differOver([version("a"), version("b"), version("gone", 1, "removed")]);
    await differ.add([listed("b")], []);
    await differ.add([listed("a"), listed("b")], []);
    const result = await differ.finish();
    expect(result).toMatchObject({ changes: [], missing: [], present: 2 });
    expect(result.counts).toEqual({ added: 0, modified: 0, unchanged: 2 });
    expect([...result.listedKeys()]).toEqual(["b", "a"]);
    expect(result.checksumAfter([])).toBe(stateWith([version("a"), version("b")]).checksum);
    expect(reads).toEqual([]);
  });
  test.each<[string, Partial<DiffOptions>]>([
    ["only a part is listed", { whole: false }],
    ["the source has another version", { sourceVersion: 2 }],
  ])("is compared item by item where %s", async (_, options) => {
    const { differ, reads } = differOver([version("a")], options);
    await differ.add([listed("a")], []);
    expect(await differ.finish()).toMatchObject({ changes: [], missing: [] });
    expect(reads.length).toBeGreaterThan(0);
  });
  test("is compared from its first page where what is stored would not fit into the buffer", async () => {
    const versions = ["a", "b", "c"].map((key) => version(key));
    const limits = { ...DEFAULT_LIMITS, bufferedCharacters: 1_000 };
    const { differ, reads } = differOver(versions, { limits });
    await differ.add([listed("a")], []);
    expect(reads).toEqual(["eventual"]);
    await differ.add([listed("b"), listed("c")], []);
    expect(await differ.finish()).toMatchObject({ changes: [], missing: [], counts: { unchanged: 3 } });
  });
  test("reads nothing of a scope that was never committed", async () => {
    const { differ, reads } = differOver([], { state: initialState(COLLECTION, ENTIRE_COLLECTION) });
    await differ.add([listed("a")], []);
    const result = await differ.finish();
    expect(named(result.changes)).toEqual(["added a"]);
    expect(reads).toEqual([]);
  });
});

describe("a listing with changes", () => {
  const stored = [version("same"), version("other"), version("unlisted"), version("tombstone", 1, "removed")];
  const all = [listed("same"), listed("other", 2), listed("new"), listed("tombstone")];

  test("is split into added, modified, removed and unchanged items", async () => {
    const { differ, reads } = differOver(stored);
    await differ.add(all, []);
    const result = await differ.finish();
    expect(named(result.changes)).toEqual(["modified other over", "added new over", "added tombstone over"]);
    expect(result.counts).toEqual({ added: 2, modified: 1, unchanged: 1 });
    expect(result).toMatchObject({ missing: ["unlisted"], present: 3 });
    expect([...result.listedKeys()].sort()).toEqual(["new", "other", "same", "tombstone"]);
    expect(reads).toEqual(["eventual"]);
  });
  test("has the checksum of the changed scope", async () => {
    const { differ } = differOver(stored);
    await differ.add(all, []);
    const result = await differ.finish();
    const after = [version("same"), version("other", 2), version("new"), version("tombstone")];
    expect(result.checksumAfter(["unlisted"])).toBe(stateWith(after).checksum);
    expect(result.checksumAfter([])).toBe(stateWith([...after, version("unlisted")]).checksum);
  });
  test.each([["within the buffer", 1_000_000] as const, ["beyond the buffer", 0] as const])(
    "counts the first of what is listed twice, %s",
    async (_, bufferedCharacters) => {
      const limits = { ...DEFAULT_LIMITS, bufferedCharacters };
      const { differ } = differOver([version("a")], { limits });
      await differ.add([listed("a", 2), listed("b")], []);
      await differ.add([listed("a"), listed("b", 2), listed("b")], []);
      expect(differ.listed).toBe(2);
      const result = await differ.finish();
      expect(result.changes).toMatchObject([
        { kind: "modified", listed: { hash: hashOf("a", 2) } },
        { kind: "added", listed: { hash: hashOf("b", 1) } },
      ]);
      expect(differ.listed).toBe(2);
      expect(result.counts).toEqual({ added: 1, modified: 1, unchanged: 0 });
      expect(result.checksumAfter([])).toBe(stateWith([version("a", 2), version("b")]).checksum);
    },
  );
  test("does not miss an item that was rejected", async () => {
    const { differ } = differOver([version("a"), version("b")]);
    await differ.add([listed("a", 2)], [{ key: "b", reason: "too large" }, { reason: "no identity" }]);
    const result = await differ.finish();
    expect(result.missing).toEqual([]);
    expect(result.checksumAfter([])).toBe(stateWith([version("a", 2), version("b")]).checksum);
  });
  test.each([["within the buffer", 1_000_000] as const, ["beyond the buffer", 0] as const])(
    "counts an item that is listed first and rejected later, %s",
    async (_, bufferedCharacters) => {
      const { differ } = differOver([version("a"), version("b")], {
        limits: { ...DEFAULT_LIMITS, bufferedCharacters },
      });
      await differ.add([listed("a", 2)], []);
      await differ.add([listed("b")], [{ key: "a", reason: "too large" }]);
      const result = await differ.finish();
      expect(named(result.changes)).toEqual(["modified a over"]);
      expect(result.missing).toEqual([]);
    },
  );
});

describe("the buffer", () => {
  const limits = { ...DEFAULT_LIMITS, bufferedCharacters: 100, batchChanges: 3 };
  const many = (count: number, value = 1) =>
    Array.from({ length: count }, (_, n) => listed(String(n).padStart(3, "0"), value));

  test("is bounded: beyond it the listing is compared as it comes, and changes are written ahead", async () => {
    const stored = many(10).map(({ key }) => version(key));
    const large = (from: number, until: number) =>
      many(until, 2)
        .slice(from)
        .map((item) => ({ ...item, document: JSON.stringify("x".repeat(1_500)) }));
    const { differ, reads, ahead } = differOver(stored, { limits: { ...limits, bufferedCharacters: 5_000 } });
    await differ.add(large(0, 2), []);
    expect(reads).toEqual([]);
    await differ.add(large(2, 6), []);
    expect(reads).toEqual(["eventual"]);
    expect(ahead.map(named)).toEqual([
      ["modified 000 over", "modified 001 over", "modified 002 over"],
      ["modified 003 over", "modified 004 over", "modified 005 over"],
    ]);
    await differ.add(large(6, 10), []);
    const result = await differ.finish();
    expect(ahead).toHaveLength(3);
    expect(named(result.changes)).toEqual(["modified 009 over"]);
    expect(result.counts).toEqual({ added: 0, modified: 10, unchanged: 0 });
    expect(differ.listed).toBe(10);
  });
  test("that runs over with nothing new in it writes nothing", async () => {
    const { differ, ahead } = differOver(
      many(10).map(({ key }) => version(key)),
      { limits },
    );
    await differ.add(many(10), []);
    expect(await differ.finish()).toMatchObject({ changes: [], missing: [] });
    expect(ahead).toEqual([]);
  });
  test("is passed by when nothing is stored", async () => {
    const { differ, ahead } = differOver([], { limits, state: initialState(COLLECTION, ENTIRE_COLLECTION) });
    await differ.add(many(4), []);
    expect(ahead.map(named)).toEqual([["added 000", "added 001", "added 002"]]);
  });
});

describe("what is stored", () => {
  const stored = [version("a"), version("b")];

  test("is read again strongly where the eventual read misses an item", async () => {
    const reads: string[] = [];
    const { differ } = differOver(stored, {
      async *heads(consistency) {
        reads.push(consistency);
        yield consistency === "eventual" ? [version("a")] : stored;
      },
    });
    await differ.add([listed("a")], []);
    expect(await differ.finish()).toMatchObject({ changes: [], missing: ["b"] });
    expect(reads).toEqual(["eventual", "strong"]);
  });
  test("is read again strongly where the eventual read has an older version", async () => {
    const { differ } = differOver([version("a", 2)], {
      async *heads(consistency) {
        yield [version("a", consistency === "eventual" ? 1 : 2)];
      },
    });
    await differ.add([listed("a", 1)], []);
    expect(named((await differ.finish()).changes)).toEqual(["modified a over"]);
  });
  test("is known to have no tombstone under a new key once it was read strongly", async () => {
    const { differ } = differOver(stored, {
      async *heads(consistency) {
        yield consistency === "eventual" ? [] : stored;
      },
    });
    await differ.add([listed("a"), listed("b"), listed("new")], []);
    expect(named((await differ.finish()).changes)).toEqual(["added new"]);
  });
  test("is damaged when even the strong read does not match count and checksum", async () => {
    const { differ, ahead } = differOver(stored, {
      async *heads() {
        yield [version("a")];
      },
    });
    await differ.add([listed("a"), listed("b"), listed("c")], []);
    await expect(differ.finish()).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringContaining("stocktake verify --repair"),
    });
    expect(ahead).toEqual([]);
  });
  test("is damaged when a hash that is stored is none any more", async () => {
    const { differ } = differOver(stored, {
      async *heads() {
        yield [version("a"), { ...version("b"), hash: "x" }];
      },
    });
    await differ.add([listed("a")], []);
    await expect(differ.finish()).rejects.toMatchObject({
      code: "damaged",
      message: expect.stringContaining("stocktake verify --repair"),
    });
  });
  test("is no damage where another sync has written the state", async () => {
    const superseded = new Error("another sync was faster");
    const { differ } = differOver(stored, {
      async *heads() {
        yield [version("a")];
      },
      assertCurrent: () => Promise.reject(superseded),
    });
    await differ.add([listed("a")], []);
    await expect(differ.finish()).rejects.toBe(superseded);
  });
});
