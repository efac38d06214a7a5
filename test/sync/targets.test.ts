import { beforeEach, describe, expect, test } from "vitest";
import { collectionOf } from "../../functions/model/collection.ts";
import type { TargetOrigin } from "../../functions/model/target-record.ts";
import type { Store } from "../../functions/store/port.ts";
import {
  addTarget,
  putGone,
  reconcileTargets,
  retireTarget,
  type TargetOutcome,
} from "../../functions/sync/targets.ts";
import { createTestClock, createTestHost, createTestStore, type TestClock } from "./engine.ts";

let store: Store;
let clock: TestClock;
beforeEach(() => {
  clock = createTestClock();
  store = createTestStore(clock);
});

const HERE = { account: "123456789012", region: "eu-west-1" };
const THERE = { account: "123456789012", region: "eu-west-2" };
const SOURCES = [
  { id: "test.everywhere", regions: ["eu-west-1", "eu-west-2"] },
  { id: "test.here", regions: ["eu-west-1"] },
  { id: "other.here", regions: ["eu-west-1"] },
];
const add = (target = HERE, set: { origin?: TargetOrigin; sources?: string[] } = {}) =>
  addTarget(store, { ...target, origin: "person", ...set });
const agree = (sources = SOURCES) => reconcileTargets(createTestHost(store, clock), sources);
const due = async () => {
  const records = await store.collectionRecords(["test", "other"]);
  return records.flatMap(({ collection, status }) => (status === "active" ? [collection] : []));
};

test("a listing that comes late retires no target that was retired and brought back meanwhile", async () => {
  await add(HERE, { origin: "organization" });
  const seen = await store.target(HERE);
  if (!seen) throw new Error("the target is stored");
  expect(await putGone(store, seen, { retire: true })).toBe(true);
  expect(await add(HERE, { origin: "organization" })).toBe("brought back");
  for (const retire of [true, false]) expect(await putGone(store, seen, { retire })).toBe(false);
  expect(await store.target(HERE)).toMatchObject({ status: "active" });
  expect(await store.target(HERE)).not.toHaveProperty("goneSince");
});

describe("reconciling targets", () => {
  test("enters every source that a target has, as due now, and does nothing the second time", async () => {
    await add(HERE);
    await add(THERE);
    expect(await agree()).toMatchObject({ entered: 4 });
    expect(await due()).toEqual(
      [
        ["other.here", HERE],
        ["test.everywhere", HERE],
        ["test.everywhere", THERE],
        ["test.here", HERE],
      ].map(([id, target]) => collectionOf(String(id), target as typeof HERE)),
    );
    expect(await store.collectionRecord(collectionOf("test.here", HERE))).toMatchObject({ nextAt: clock.now() });
    expect(await agree()).toMatchObject({ entered: 0, broughtBack: 0, retired: 0 });
  });

  test("leaves the sources of other services alone, and collections whose target nobody named", async () => {
    const byHand = collectionOf("test.here", THERE);
    await store.putCollectionRecord({ collection: byHand, revision: 1, status: "active", nextAt: 1 });
    await add(HERE);
    expect(await agree(SOURCES.slice(0, 2))).toMatchObject({ entered: 2, retired: 0 });
    expect(await due()).toEqual([collectionOf("test.everywhere", HERE), collectionOf("test.here", HERE), byHand]);
  });

  test("goes by the sources that a target names, wherever they are, and retires those it names no more", async () => {
    await add(THERE, { sources: ["test.everywhere", "test.here"] });
    expect(await agree()).toMatchObject({ entered: 2 });
    expect(await add(THERE, { sources: ["test.here"] })).toBe("changed");
    expect(await agree()).toMatchObject({ entered: 0, retired: 1 });
    expect(await due()).toEqual([collectionOf("test.here", THERE)]);
  });

  test("retires nothing for a source that is disabled, or not in its region any more", async () => {
    await add();
    await agree();
    const [everywhere] = SOURCES;
    if (!everywhere) throw new Error("there are sources");
    expect(await agree([{ ...everywhere, regions: ["eu-west-2"] }])).toMatchObject({ retired: 0, entered: 0 });
    expect(await due()).toHaveLength(3);
  });

  test("does not have thousands due at one moment", async () => {
    for (let n = 0; n < 300; n += 1) await add({ account: `${200_000_000_000 + n}`, region: "eu-west-1" });
    await agree();
    const times = (await store.collectionRecords(["test", "other"])).map(({ nextAt }) => nextAt - clock.now());
    expect(times.filter((time) => time === 0).length).toBeLessThan(200);
    expect(Math.max(...times)).toBeLessThanOrEqual(60_000);
  });

  test("does not retire a target that came back since it was read", async () => {
    await add();
    await agree();
    await retireTarget(store, HERE, "person");
    const stale = await store.targets();
    await add();
    const reading = new Proxy(store, {
      get: (target, name: keyof Store) => (name === "targets" ? async () => stale : target[name]),
    });
    expect(await reconcileTargets(createTestHost(reading, clock), SOURCES)).toMatchObject({ retired: 0 });
    expect(await due()).toHaveLength(3);
  });
});

describe("whose word about a target counts", () => {
  test.each<[TargetOrigin, TargetOrigin, TargetOutcome]>([
    ["organization", "person", "brought back"],
    ["organization", "organization", "brought back"],
    ["organization", "configuration", "kept"],
    ["person", "organization", "kept"],
    ["person", "configuration", "kept"],
    ["configuration", "configuration", "brought back"],
  ])("a target that %s retired, and %s adds, is %s", async (retired, adds, outcome) => {
    await add(HERE, { origin: "organization" });
    expect(await retireTarget(store, HERE, retired)).toBe(true);
    expect(await retireTarget(store, HERE, retired)).toBe(false);
    expect(await add(HERE, { origin: adds })).toBe(outcome);
    expect((await store.target(HERE))?.status).toBe(outcome === "kept" ? "retired" : "active");
  });

  test("an active target is the configuration's or a person's rather than the organization's", async () => {
    expect(await add(HERE, { origin: "organization" })).toBe("added");
    clock.jump(1_000);
    expect(await add(HERE, { origin: "configuration" })).toBe("changed");
    expect(await add(HERE, { origin: "organization" })).toBe("unchanged");
    expect(await store.target(HERE)).toMatchObject({ origin: "configuration", since: "2026-03-01T00:00:00.000Z" });
  });
});
