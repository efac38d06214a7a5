import { beforeEach, describe, expect, test } from "vitest";
import {
  BeyondRetention,
  changePageAt,
  itemAt,
  itemHistory,
  itemPageAt,
  type NewestItem,
  newestItem,
  pinnedInstant,
  pinOf,
  type SeenSnapshots,
} from "../../functions/inventory/reads.ts";
import { WHOLE } from "../../functions/model/collection.ts";
import { BEGINNING, epochMs, instantOf } from "../../functions/model/instant.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { LogPosition, Standing, Store } from "../../functions/store/port.ts";
import { COLLECTION, newTestClock, runSync, type TestClock, type Thing, thing } from "../sync/engine.ts";

let store: Store;
let clock: TestClock;
/** The instants of the syncs so far. */
let instants: string[];
beforeEach(() => {
  store = memoryStore();
  clock = newTestClock();
  instants = [];
});

const sync = async (values: Record<string, number>) => {
  const record = await runSync(
    store,
    clock,
    Object.entries(values).map(([id, value]) => thing(id, value)),
  );
  instants.push(record?.at ?? "failed");
};
/** A sync that dies with all written but its end. */
const dies = async (values: Record<string, number>) => {
  const endSync = () => new Promise<never>(() => undefined);
  const things = Object.entries(values).map(([id, value]) => thing(id, value));
  void runSync({ ...store, endSync }, clock, things);
  await new Promise((resolve) => setImmediate(resolve));
};
const at = (sync: number) => instants[sync] ?? BEGINNING;
const shortly = (instant: string, ms: number) => instantOf(epochMs(instant) + ms);
const read = async (instant: string, limit = 2) => {
  const found: Record<string, unknown> = {};
  let next: string | undefined;
  do {
    const page = await itemPageAt(store, COLLECTION, {}, instant, {
      limit,
      ...(next !== undefined && { after: next }),
    });
    for (const { key, state, document } of page.items) {
      found[key] = state === "present" ? (JSON.parse(document) as Thing).Value : state;
    }
    next = page.after;
  } while (next !== undefined);
  return found;
};
const pinned = (now = clock.now()) => pinnedInstant(store, [COLLECTION], now);

describe("reading at an instant", () => {
  beforeEach(async () => {
    await sync({ a: 1, b: 1, c: 1 });
    await sync({ a: 2, b: 1 });
    await sync({ a: 3, b: 1, c: 2, d: 1 });
  });
  test("gives what the last sync by then had listed, and tombstones", async () => {
    expect(await read(BEGINNING)).toEqual({});
    expect(await read(shortly(at(0), -1))).toEqual({});
    expect(await read(at(0))).toEqual({ a: 1, b: 1, c: 1 });
    expect(await read(shortly(at(1), -1))).toEqual({ a: 1, b: 1, c: 1 });
    expect(await read(at(1))).toEqual({ a: 2, b: 1, c: "removed" });
    expect(await read(at(2))).toEqual({ a: 3, b: 1, c: 2, d: 1 });
    expect(await read(shortly(at(2), 1_000))).toEqual({ a: 3, b: 1, c: 2, d: 1 });
  });
  test("gives one item as it was, whole", async () => {
    expect(await itemAt(store, COLLECTION, "a", at(1))).toMatchObject({
      key: "a",
      scope: "all",
      version: 2,
      firstSeenAt: at(0),
      changedAt: at(1),
    });
    expect(await itemAt(store, COLLECTION, "c", at(1))).toMatchObject({
      state: "removed",
      removedAt: at(1),
      cause: "not listed",
    });
    expect(await itemAt(store, COLLECTION, "d", at(1))).toBeUndefined();
    expect(await itemAt(store, COLLECTION, "never", at(2))).toBeUndefined();
  });
  test("says so when the past is not kept that long", async () => {
    await store.deleteChanges(COLLECTION, [{ at: at(2), key: "a" }], new AbortController().signal);
    await expect(read(at(1))).rejects.toThrow(BeyondRetention);
    expect(await read(at(2))).toMatchObject({ a: 3 });
  });
});

describe("while a sync applies, and after it died", () => {
  beforeEach(async () => {
    await sync({ a: 1, b: 1 });
    await dies({ a: 2, c: 1 });
  });
  test("its scope is read as it was, at any later instant", async () => {
    expect(await read(at(0))).toEqual({ a: 1, b: 1 });
    expect(await read(instantOf(clock.now() + 60_000))).toEqual({ a: 1, b: 1 });
    expect(await itemAt(store, COLLECTION, "c", instantOf(clock.now() + 60_000))).toBeUndefined();
  });
  test("its changes are not in the log", async () => {
    const page = await changePageAt(store, COLLECTION, instantOf(clock.now() + 60_000), { limit: 9 });
    expect(page.changes.map(({ key }) => key)).toEqual(["a", "b"]);
  });
  test("the pinned instant waits for it while it lives, and no longer", async () => {
    const lease = {
      collection: COLLECTION,
      scope: { id: "other", range: { from: "z" } },
      holder: "h",
      now: 0,
      until: 1,
    };
    await store.takeLease(lease);
    const later = await store.tick(clock.now() + 5_000);
    const end = {
      outcome: "complete",
      triedAt: later,
      snapshotAt: later,
      completeAt: later,
      items: 0,
      digest: "",
    } as const;
    await store.endSync({ collection: COLLECTION, scope: "other", holder: "h" }, end);
    expect(await pinned()).toBe(at(0));
    expect(await pinned(clock.now() + 31_000)).toBe(later);
    expect(await read(later)).toEqual({ a: 1, b: 1 });
  });
  test("the next sync undoes it, and readers see only its own", async () => {
    clock.jump(31_000);
    await sync({ a: 3, b: 1 });
    expect(await read(await pinned())).toEqual({ a: 3, b: 1 });
    expect(await read(at(0))).toEqual({ a: 1, b: 1 });
  });
});

describe("the pinned instant", () => {
  const standing = (set: Partial<Standing>): Standing => ({
    collection: COLLECTION,
    scope: "s",
    range: {},
    items: 0,
    ...set,
  });
  const lease = { holder: "h", until: 100 };
  test.each<[string, Standing[], string]>([
    ["of nothing", [], BEGINNING],
    ["of scopes never synced", [standing({})], BEGINNING],
    ["is the newest snapshot", [standing({ snapshotAt: "3" }), standing({ snapshotAt: "5" })], "5"],
    [
      "is no later than a live sync's mark",
      [standing({ snapshotAt: "5" }), standing({ dirtySince: "4", dirtyBy: "h", lease })],
      "4",
    ],
    [
      "is not held back by a later mark",
      [standing({ snapshotAt: "5" }), standing({ dirtySince: "6", dirtyBy: "h", lease })],
      "5",
    ],
    [
      "is not held back by a mark that is being undone",
      [standing({ snapshotAt: "5" }), standing({ dirtySince: "4", dirtyBy: "dead", lease })],
      "5",
    ],
    ["is not held back by a mark nobody holds", [standing({ snapshotAt: "5" }), standing({ dirtySince: "4" })], "5"],
    ["is not held back by a lease without a mark", [standing({ snapshotAt: "5", lease })], "5"],
  ])("%s", (_, standings, instant) => {
    const text = (at: string) => (at === BEGINNING ? at : `2026-03-0${at}`);
    const dated = standings.map(({ snapshotAt, dirtySince, ...rest }) => ({
      ...rest,
      ...(snapshotAt && { snapshotAt: text(snapshotAt) }),
      ...(dirtySince && { dirtySince: text(dirtySince) }),
    }));
    expect(pinOf(dated, 100)).toBe(text(instant));
  });
  test("forgets the mark of a lease that has lapsed", () => {
    const standings = [
      standing({ snapshotAt: "2026-03-05" }),
      standing({ dirtySince: "2026-03-04", dirtyBy: "h", lease }),
    ];
    expect(pinOf(standings, 101)).toBe("2026-03-05");
  });
  test("is no later than the clock was before the standings were read", async () => {
    await sync({ a: 1 });
    const racing: Store = {
      ...store,
      async standings(collection) {
        // Another scope's sync ends between the reading of clock and standings.
        await sync({ a: 2 });
        return store.standings(collection);
      },
    };
    expect(await pinnedInstant(racing, [COLLECTION], clock.now())).toBe(at(0));
    expect(await pinned()).toBe(at(1));
  });
});

describe("an item as of the newest snapshot", () => {
  const place = { collection: COLLECTION, scope: WHOLE.id, key: "a" };
  const newest = (through: Store, seen: SeenSnapshots) => newestItem(through, place, seen);
  /** Counts the requests for items, and has something happen between the reading of the item and of the standing. */
  const watched = (between?: () => Promise<void>) => {
    const asked: string[] = [];
    const through: Store = {
      ...store,
      async standingAndItem(collection, scope, key) {
        asked.push("standing and item");
        const [item] = await store.items(collection, [key]);
        await between?.();
        return { standing: await store.standing(collection, scope), item };
      },
      async items(collection, keys) {
        asked.push("item");
        return store.items(collection, keys);
      },
    };
    return { through, asked };
  };
  const shown = ({ item }: NewestItem) => item && (JSON.parse(item.document) as Thing).Value;

  test("is read at once while the snapshot is one that was seen before", async () => {
    await sync({ a: 1 });
    const seen: SeenSnapshots = new Map();
    const first = watched();
    expect(await newest(first.through, seen)).toMatchObject({ at: at(0), item: { key: "a" } });
    expect(first.asked).toEqual(["standing and item", "item"]);
    const second = watched();
    expect(await newest(second.through, seen)).toMatchObject({ at: at(0), item: { key: "a" } });
    expect(second.asked).toEqual(["standing and item"]);
  });

  test("is read again when a sync has ended meanwhile, and is then what that sync saw", async () => {
    await sync({ a: 1 });
    const seen: SeenSnapshots = new Map();
    await newest(store, seen);
    const { through } = watched(() => sync({ a: 2 }));
    const read = await newest(through, seen);
    expect([read.at, shown(read)]).toEqual([at(1), 2]);
  });

  test("is what it was before a sync that has only begun, or has died", async () => {
    await sync({ a: 1 });
    const seen: SeenSnapshots = new Map();
    await newest(store, seen);
    await dies({ a: 2 });
    const read = await newest(store, seen);
    expect([read.at, shown(read), read.stored?.version]).toEqual([at(0), 1, 2]);
  });

  test("is nothing in a collection without a snapshot, whatever is being written", async () => {
    expect(await newest(store, new Map())).toEqual({ at: BEGINNING, stored: undefined, item: undefined });
    await dies({ a: 2 });
    expect(await newest(store, new Map())).toMatchObject({ at: BEGINNING, stored: { key: "a" }, item: undefined });
  });
});

describe("the log", () => {
  beforeEach(async () => {
    await sync({ a: 1, b: 1 });
    await sync({ a: 2 });
    await sync({ a: 2, b: 2, c: 1 });
  });
  const walk = async (instant: string, limit: number, since?: string) => {
    const found: string[] = [];
    let next: string | LogPosition | undefined = since;
    do {
      const page = await changePageAt(store, COLLECTION, instant, {
        limit,
        ...(next !== undefined && { after: next }),
      });
      expect(page.changes.length).toBeLessThanOrEqual(limit);
      found.push(...page.changes.map(({ kind, key }) => `${kind} ${key}`));
      next = page.after;
    } while (next !== undefined);
    return found;
  };
  test.each([1, 2, 3, 100])("is walked in pages of %i, from after an instant up to one", async (limit) => {
    const all = ["added a", "added b", "modified a", "removed b", "added b", "added c"];
    expect(await walk(at(2), limit)).toEqual(all);
    expect(await walk(at(1), limit)).toEqual(all.slice(0, 4));
    expect(await walk(at(2), limit, at(0))).toEqual(all.slice(2));
    expect(await walk(at(1), limit, at(0))).toEqual(all.slice(2, 4));
    expect(await walk(at(2), limit, at(2))).toEqual([]);
  });

  const history = async (key: string, instant: string, limit: number) => {
    const found: string[] = [];
    let from: string | undefined;
    do {
      const page = await itemHistory(store, COLLECTION, key, instant, { limit, ...(from !== undefined && { from }) });
      found.push(...page.changes.map(({ kind, version }) => `${kind} ${version}`));
      from = page.next;
    } while (from !== undefined);
    return found;
  };
  test.each([1, 2, 100])("has an item's history, newest first, in pages of %i", async (limit) => {
    expect(await history("b", at(2), limit)).toEqual(["added 3", "removed 2", "added 1"]);
    expect(await history("b", at(1), limit)).toEqual(["removed 2", "added 1"]);
    expect(await history("a", at(2), limit)).toEqual(["modified 2", "added 1"]);
    expect(await history("c", at(1), limit)).toEqual([]);
  });
  test("ends an item's history where changes are no longer kept", async () => {
    await store.deleteChanges(COLLECTION, [{ at: at(0), key: "b" }], new AbortController().signal);
    expect(await history("b", at(2), 5)).toEqual(["added 3", "removed 2"]);
  });
  test("of a sync under way is in no item's history", async () => {
    await dies({ a: 9 });
    expect(await history("a", instantOf(clock.now() + 60_000), 5)).toEqual(["modified 2", "added 1"]);
  });
});
