import { beforeEach, describe, expect, test } from "vitest";
import { type Message, parseMessage, type SyncMessage } from "../../functions/lambda/messages.ts";
import { dispatch, processMessage } from "../../functions/lambda/work.ts";
import { ENTIRE_COLLECTION, inRange } from "../../functions/model/collection.ts";
import { type ErrorCode, SyncError } from "../../functions/model/errors.ts";
import { initialState } from "../../functions/model/scope-state.ts";
import { type Bench, COLLECTION, createBench, deadline, replaced, TARGET, traced } from "./bench.ts";

const FAR = deadline();
const NOW = "2026-03-01T12:00:00.000Z";
const plan: Message = { kind: "plan", source: "test.things", target: TARGET };

let bench: Bench;

const stateOf = (scope: string) => bench.store.scopeState(COLLECTION, scope);
const record = () => bench.store.collectionRecord(COLLECTION);

/** Processes what is in the queue, as it reads there, until nothing is left. Answers how many messages that were. */
async function drain(until = FAR): Promise<number> {
  let processed = 0;
  for (let message = bench.sent.shift(); message; message = bench.sent.shift()) {
    await processMessage(bench, parseMessage(JSON.stringify(message), "test.things"), until);
    processed += 1;
  }
  return processed;
}

describe("a source without a plan", () => {
  beforeEach(() => {
    bench = createBench("plain");
  });

  test("gets one plan message a target", async () => {
    const targets = [TARGET, { ...TARGET, region: "us-east-1" }];
    await dispatch(bench, { kind: "plan", targets }, FAR.signal);
    expect(bench.sent).toEqual(targets.map((target) => ({ ...plan, target })));
    expect(bench.reported).toEqual(["dispatched 2"]);
  });

  test("is synced as soon as it is planned", async () => {
    await processMessage(bench, plan, FAR);
    expect(bench.reported).toEqual(["planned 1", "all complete"]);
    expect(bench.sent).toEqual([]);
  });

  test("makes three small writes when it finds nothing new", async () => {
    await processMessage(bench, plan, FAR);
    const { store, calls } = traced(bench.store);
    await processMessage({ ...bench, store }, plan, FAR);
    expect(calls).toEqual([
      ...["marks", "scopeStates", "putScopeState"],
      ...["collectionRecord", "putCollectionRecord", "putCollectionRecord"],
    ]);
  });

  test("has in its record when it was last listed whole, and when it is due again", async () => {
    await processMessage(bench, plan, FAR);
    const { freshAt, nextAt, claim, failures, service } = (await record()) ?? {};
    expect({ freshAt, nextAt, claim, failures, service }).toEqual({
      ...{ freshAt: NOW, nextAt: Date.parse(NOW) + 3_600_000, service: "test" },
    });
  });

  test("keeps in its record that it was fresh before it failed", async () => {
    await processMessage(bench, plan, FAR);
    await bench.clock.sleep(60_000);
    bench.fails = new SyncError("denied", "no");
    await processMessage(bench, plan, FAR);
    expect(await record()).toMatchObject({ freshAt: NOW, failures: 1 });
  });

  test.each<[ErrorCode, "tried again" | "done"]>([
    ["throttled", "tried again"],
    ["unavailable", "tried again"],
    ["interrupted", "tried again"],
    ["denied", "done"],
    ["malformed", "done"],
    ["unsupported", "done"],
    ["damaged", "done"],
    ["clock", "done"],
  ])("that fails as %s is %s", async (code, expected) => {
    bench.fails = new SyncError(code, "no");
    const outcome = processMessage(bench, plan, FAR);
    if (expected === "tried again") await expect(outcome).rejects.toThrow("no");
    else await outcome;
    expect(bench.reported).toEqual(["planned 1", "all failed"]);
  });

  test("is tried again when its store cannot be reached", async () => {
    const unreachable = () => Promise.reject(new SyncError("unavailable", "no DynamoDB"));
    await processMessage(bench, plan, FAR);
    bench.reported.length = 0;
    const unplanned = replaced(bench.store, { scopeStates: unreachable });
    await expect(processMessage({ ...bench, store: unplanned }, plan, FAR)).rejects.toThrow("no DynamoDB");
    const unsynced = replaced(bench.store, { scopeState: unreachable, putScopeState: unreachable });
    await expect(processMessage({ ...bench, store: unsynced }, plan, FAR)).rejects.toThrow("no DynamoDB");
    const unnoted = replaced(bench.store, { putCollectionRecord: unreachable });
    await expect(processMessage({ ...bench, store: unnoted }, plan, FAR)).rejects.toThrow("no DynamoDB");
    expect(bench.reported).toEqual(["plan failed", "planned 1", "all failed", "planned 1", "all complete"]);
  });

  test("is done when a live sync holds it", async () => {
    const { store, clock } = bench;
    const held = { ...initialState(COLLECTION, ENTIRE_COLLECTION), lease: 1, holder: "other" };
    let revision = 1;
    const renew = async () => {
      const stored = await store.putScopeState({ ...held, revision, expires: store.now() + 30_000 });
      revision += 1;
      return stored;
    };
    expect(await renew()).toBe(true);
    const sleep: typeof clock.sleep = async (ms, signal) => {
      await clock.sleep(ms, signal);
      await renew();
    };
    await processMessage({ ...bench, clock: { ...clock, sleep } }, plan, FAR);
    expect(bench.reported).toEqual(["planned 1", "all skipped"]);
  });

  test("is tried again when its time is up before it begins", async () => {
    const signal = AbortSignal.abort(new SyncError("interrupted", "time is up"));
    await expect(processMessage(bench, plan, deadline({ signal }))).rejects.toThrow("time is up");
  });
});

describe("what a dead writer left behind", () => {
  beforeEach(async () => {
    bench = createBench("plain");
    await processMessage(bench, plan, FAR);
    bench.reported.length = 0;
    const { store } = bench;
    const state = (await stateOf("all")) ?? initialState(COLLECTION, ENTIRE_COLLECTION);
    const writer = { collection: COLLECTION, scope: "dead", lease: 1 };
    const at = await store.begin(writer);
    await store.putScopeState({
      ...{ ...state, scope: "dead", revision: 1, lease: 1, holder: "dead", expires: store.now() + 1 },
      ...{ writing: at, discarding: [] },
    });
    await bench.clock.sleep(60_000);
  });

  test.each<[string, () => Promise<void>]>([
    ["the schedule that settles", () => dispatch(bench, { kind: "settle" }, FAR.signal)],
    ["every schedule", () => dispatch(bench, { kind: "plan", targets: [TARGET] }, FAR.signal)],
    ["every plan", () => processMessage(bench, plan, FAR)],
  ])("is settled by %s", async (_what, run) => {
    expect(await bench.store.marks()).toHaveLength(1);
    await run();
    expect(await bench.store.marks()).toEqual([]);
    expect((await bench.store.discards(COLLECTION)).size).toBe(1);
    expect((await stateOf("dead"))?.holder).toBeUndefined();
  });

  test("does not stop the syncs when it cannot be settled, only the schedule that settles", async () => {
    const marks = () => Promise.reject(new SyncError("unavailable", "not now"));
    const broken = { ...bench, store: replaced(bench.store, { marks }) };
    await processMessage(broken, plan, FAR);
    await dispatch(broken, { kind: "plan", targets: [TARGET] }, FAR.signal);
    expect(bench.reported).toEqual(["settling failed", "planned 1", "all complete", "settling failed", "dispatched 1"]);
    await expect(dispatch(broken, { kind: "settle" }, FAR.signal)).rejects.toThrow("not now");
  });
});

describe("a source that lists in order of creation", () => {
  const created = Array.from({ length: 40 }, (_, hour) => new Date(Date.UTC(2026, 1, 1, hour)).toISOString());

  beforeEach(() => {
    bench = createBench({ creation: created });
  });

  test("closes its open scope when time runs out, and goes on with the next until everything is listed", async () => {
    const outOfTime = deadline({ closeAt: 0 });
    await processMessage(bench, plan, outOfTime);
    expect(bench.sent).toEqual([
      {
        ...plan,
        kind: "sync",
        scope: { id: expect.stringMatching(/^from:/), range: { from: expect.any(String) } },
        last: true,
      },
    ]);
    const rounds = 1 + (await drain(outOfTime));
    expect(rounds).toBeGreaterThan(2);
    const states = await bench.store.scopeStates(COLLECTION);
    expect(states).toHaveLength(rounds);
    expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(created.length);
    for (const id of created) expect(states.filter(({ range }) => inRange(range, `${id}#thing`))).toHaveLength(1);
    expect(bench.reported.filter((line) => / in part$/.test(line))).toHaveLength(rounds - 1);
    expect(bench.reported.at(-1)).toMatch(/^from:\S+ complete$/);
    expect((await record())?.freshAt).toBe(NOW);
  });

  test("is not called fresh before its last open scope is listed", async () => {
    await processMessage(bench, plan, deadline({ closeAt: 0 }));
    expect(await record()).toBeDefined();
    expect((await record())?.freshAt).toBeUndefined();
  });

  test("has every scope synced by a message of its own, and an incremental sync list only what is new", async () => {
    const outOfTime = deadline({ closeAt: 0 });
    await processMessage(bench, plan, outOfTime);
    await drain(outOfTime);
    bench.listed.length = 0;
    const scopes = (await bench.store.scopeStates(COLLECTION)).map(({ scope }) => scope);

    await processMessage(bench, plan, FAR);
    expect(bench.sent.map((message) => (message as SyncMessage).scope.id)).toEqual(scopes);
    expect(bench.sent.map((message) => (message as SyncMessage).last ?? false)).toEqual([
      ...scopes.slice(1).map(() => false),
      true,
    ]);
    expect(await drain()).toBe(scopes.length);
    expect(bench.listed).toHaveLength(scopes.length);

    bench.listed.length = 0;
    await dispatch(bench, { kind: "plan", targets: [TARGET], incremental: true }, FAR.signal);
    expect(bench.sent).toEqual([{ ...plan, incremental: true }]);
    await drain();
    expect(bench.listed).toHaveLength(1);
    expect(bench.listed[0]?.from).toBeDefined();
    expect(bench.reported.at(-1)).toBe(`${scopes.at(-1)} complete in part`);
  });

  test("keeps in its record since when it is fresh through incremental syncs", async () => {
    await processMessage(bench, plan, FAR);
    await bench.clock.sleep(60_000);
    await processMessage(bench, { ...plan, incremental: true }, FAR);
    expect(bench.listed).toEqual([{}, { from: new Date(Date.parse(created.at(-1) ?? "") - 3_600_000).toISOString() }]);
    expect(await record()).toMatchObject({ freshAt: NOW, nextIncrementalAt: bench.store.now() + 300_000 });
  });
});

describe("a source with a plan", () => {
  beforeEach(() => {
    bench = createBench("planned");
  });

  test("has one message sent for each scope, and each message synced", async () => {
    await processMessage(bench, plan, FAR);
    const [a, b] = bench.planned;
    expect(bench.sent).toEqual([
      { ...plan, kind: "sync", scope: a },
      { ...plan, kind: "sync", scope: b, last: true },
    ]);
    await drain();
    expect(bench.reported).toEqual(["planned 2", "a complete", "b complete"]);
  });

  test("has its plan in its record at once, and how fresh it is when its last scope is synced", async () => {
    await processMessage(bench, plan, FAR);
    expect(await record()).toMatchObject({ plan: { lastAttemptAt: NOW, lastCompleteAt: NOW } });
    expect((await record())?.freshAt).toBeUndefined();
    await drain();
    expect((await record())?.freshAt).toBe(NOW);
  });

  test("is as fresh as its stalest scope", async () => {
    await processMessage(bench, plan, FAR);
    await drain();
    await bench.clock.sleep(60_000);
    await processMessage(bench, plan, FAR);
    bench.sent.shift();
    await drain();
    expect((await record())?.freshAt).toBe(NOW);
    expect((await stateOf("b"))?.lastCompleteAt).toBe("2026-03-01T12:01:00.000Z");
  });

  test("is done when its plan is denied, and tried again when its plan is throttled", async () => {
    bench.fails = new SyncError("denied", "no");
    await processMessage(bench, plan, FAR);
    expect((await record())?.plan).toEqual({ lastAttemptAt: NOW, error: { code: "denied", message: "no" } });
    bench.fails = new SyncError("throttled", "slowly");
    await expect(processMessage(bench, plan, FAR)).rejects.toThrow("slowly");
    expect(bench.reported).toEqual(["plan failed", "plan failed"]);
    expect(bench.sent).toEqual([]);
  });

  test("is not asked for its plan again at once when that is refused for good", async () => {
    bench.fails = new SyncError("refused", "not subscribed");
    await processMessage(bench, plan, FAR);
    expect((await record())?.plan).toMatchObject({ error: { code: "refused" }, unavailableSince: NOW });
    await processMessage(bench, plan, FAR);
    await bench.clock.sleep(3_600_000);
    await processMessage(bench, plan, FAR);
    expect(bench.reported).toEqual(["plan failed", "planned 0", "plan failed"]);
    expect((await record())?.plan).toMatchObject({ unavailableSince: NOW });
  });

  test("is as fresh as its plan when it has no scopes", async () => {
    bench.planned = [];
    await processMessage(bench, plan, FAR);
    expect(bench.reported).toEqual(["planned 0"]);
    expect(bench.sent).toEqual([]);
    expect((await record())?.freshAt).toBe(NOW);
  });

  test("has an orphaned scope emptied, but not when a newer plan names it again", async () => {
    await processMessage(bench, plan, FAR);
    await drain();
    const both = bench.planned;
    bench.planned = both.slice(1);
    await processMessage(bench, plan, FAR);
    const orphaned = bench.sent.find((message) => message.kind === "sync" && message.scope.id === "a");
    expect(orphaned).toMatchObject({ orphaned: true });

    bench.planned = both;
    await processMessage(bench, orphaned ?? plan, FAR);
    expect((await stateOf("a"))?.count).toBe(1);
    bench.planned = both.slice(1);
    await processMessage(bench, orphaned ?? plan, FAR);
    expect(await stateOf("a")).toMatchObject({ count: 0, ended: "parent removed" });
    expect(bench.reported.slice(-2)).toEqual(["a skipped", "a complete"]);
  });
});
