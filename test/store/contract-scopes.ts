import { describe, expect, test } from "vitest";
import type { ScopeState } from "../../functions/model/scope-state.ts";
import type { Store } from "../../functions/store/port.ts";
import { COLLECTION, instant, stateOf } from "./changes.ts";
import { openEach } from "./opened.ts";
import { HOSTILE_KEYS, ORDERED_KEYS } from "./texts.ts";

const SAMPLE = Array.from({ length: 100 }, (_, n) => `hash of key ${n}`);

export function scopesContract(open: () => Promise<Store>): void {
  describe("a scope's state", () => {
    const opened = openEach(open);
    const stored = () => opened.store.scopeState(COLLECTION, "all");

    test("is absent until one is stored", async () => {
      expect(await stored()).toBeUndefined();
      expect(await opened.store.scopeStates(COLLECTION)).toEqual([]);
    });

    test("is first stored with revision 1", async () => {
      expect(await opened.store.putScopeState(stateOf(2))).toBe(false);
      expect(await stored()).toBeUndefined();
      expect(await opened.store.putScopeState(stateOf(1))).toBe(true);
      expect(await stored()).toEqual(stateOf(1));
    });

    test("is replaced by the next revision only", async () => {
      for (const revision of [1, 2]) await opened.store.putScopeState(stateOf(revision));
      for (const revision of [0, 1, 2, 4, 20]) {
        expect(await opened.store.putScopeState(stateOf(revision, { holder: "late" }))).toBe(false);
      }
      expect(await stored()).toEqual(stateOf(2));
      expect(await opened.store.putScopeState(stateOf(3, { holder: "next" }))).toBe(true);
      expect(await stored()).toEqual(stateOf(3, { holder: "next" }));
    });

    test("counts as stored when the same is put again, as when the first answer was lost", async () => {
      const state = stateOf(1, { holder: "me", expires: 5, writing: instant(1), discarding: [instant(0)] });
      expect(await opened.store.putScopeState(state)).toBe(true);
      expect(await opened.store.putScopeState(state)).toBe(true);
      const { holder, ...rest } = state;
      expect(await opened.store.putScopeState({ ...rest, holder: holder ?? "" })).toBe(true);
      expect(await stored()).toEqual(state);
    });

    test("is not brought back by a repeat that arrives after the next one", async () => {
      await opened.store.putScopeState(stateOf(1, { holder: "me" }));
      await opened.store.putScopeState(stateOf(2));
      expect(await opened.store.putScopeState(stateOf(1, { holder: "me" }))).toBe(false);
      expect(await stored()).toEqual(stateOf(2));
    });

    test("is stored for exactly one of many that race", async () => {
      const racers = Array.from({ length: 10 }, (_, n) => stateOf(1, { holder: `racer ${n}` }));
      const won = await Promise.all(racers.map((state) => opened.store.putScopeState(state)));
      expect(won.filter((each) => each)).toHaveLength(1);
      expect(await stored()).toEqual(racers[won.indexOf(true)]);
    });

    test.each<[string, Partial<ScopeState>]>([
      ["of a range", { range: { from: "a", until: "b" } }],
      ["without an end", { range: { from: "\u{1F600}" } }],
      ["that a writer holds", { lease: 7, holder: "host:1", expires: 1_700_000_000_123, writing: instant(3) }],
      ["with discards", { discarding: [instant(1), instant(2)] }],
      ["committed", { committedAt: instant(1), lastCompleteAt: instant(2), count: 60_000, sourceVersion: 2 }],
      ["of a listing by creation", { newest: "2026-03-01T12:00:00.000Z", unchanged: unchanged() }],
      ["failed", { lastAttemptAt: instant(1), outcome: "failed", error: { code: "denied", message: 'é "\u0000"' } }],
      ["with pending removals", { outcome: "held", pending: pending(SAMPLE) }],
      ["with no sample", { outcome: "held", pending: pending([]) }],
      ["ended", { ended: "target retired", verifiedAt: instant(9) }],
    ])("comes back as it was put: %s", async (_, set) => {
      await opened.store.putScopeState(stateOf(1, set));
      expect(await stored()).toEqual(stateOf(1, set));
      expect(await opened.store.scopeStates(COLLECTION)).toEqual([stateOf(1, set)]);
    });

    test("keeps nothing of the one that it replaces", async () => {
      await opened.store.putScopeState(stateOf(1, { holder: "me", writing: instant(1), pending: pending(SAMPLE) }));
      await opened.store.putScopeState(stateOf(2));
      expect(await stored()).toEqual(stateOf(2));
    });

    test("is listed with those of its collection, in order of scope", async () => {
      for (const scope of ORDERED_KEYS.toReversed()) await opened.store.putScopeState(stateOf(1, { scope }));
      for (const collection of [`${COLLECTION}0`, COLLECTION.slice(0, -1)]) {
        await opened.store.putScopeState(stateOf(1, { collection }));
      }
      const states = await opened.store.scopeStates(COLLECTION);
      expect(states.map(({ scope }) => scope)).toEqual(ORDERED_KEYS);
    });

    test("belongs to a scope of any name", async () => {
      for (const scope of HOSTILE_KEYS) await opened.store.putScopeState(stateOf(1, { scope }));
      for (const scope of HOSTILE_KEYS) {
        expect(await opened.store.scopeState(COLLECTION, scope)).toEqual(stateOf(1, { scope }));
      }
      expect(await opened.store.scopeStates(COLLECTION)).toHaveLength(HOSTILE_KEYS.length);
    });

    test("is listed whole with hundreds of long ones", async () => {
      const ids = Array.from({ length: 400 }, (_, n) => `${String(n).padStart(4, "0")}${"x".repeat(900)}`);
      for (let from = 0; from < ids.length; from += 100) {
        const some = ids.slice(from, from + 100);
        await Promise.all(
          some.map((scope) => opened.store.putScopeState(stateOf(1, { scope, range: { from: scope } }))),
        );
      }
      expect((await opened.store.scopeStates(COLLECTION)).map(({ scope }) => scope)).toEqual(ids);
    });
  });

  describe("a collection's discards", () => {
    const opened = openEach(open);

    test("are none at first", async () => {
      expect(await opened.store.discards(COLLECTION)).toEqual(new Set());
      await opened.store.addDiscards(COLLECTION, []);
      expect(await opened.store.discards(COLLECTION)).toEqual(new Set());
    });

    test("only grow, whatever is added again or late", async () => {
      await opened.store.addDiscards(COLLECTION, [instant(1), instant(2)]);
      await opened.store.addDiscards(COLLECTION, [instant(3)]);
      await opened.store.addDiscards(COLLECTION, [instant(2), instant(1), instant(1)]);
      expect(await opened.store.discards(COLLECTION)).toEqual(new Set([instant(1), instant(2), instant(3)]));
    });

    test("hold nothing of another collection", async () => {
      await opened.store.addDiscards(`${COLLECTION}0`, [instant(1)]);
      expect(await opened.store.discards(COLLECTION)).toEqual(new Set());
    });

    test("are all read when there are hundreds", async () => {
      const instants = Array.from({ length: 550 }, (_, n) => instant(n));
      await opened.store.addDiscards(COLLECTION, instants);
      expect(await opened.store.discards(COLLECTION)).toEqual(new Set(instants));
    });
  });
}

function pending(sample: readonly string[]): NonNullable<ScopeState["pending"]> {
  return { count: 3, reason: "3 of 4 items are missing", since: instant(5), sample };
}

function unchanged(): NonNullable<ScopeState["unchanged"]> {
  return { since: instant(1), until: instant(8), count: 12 };
}
