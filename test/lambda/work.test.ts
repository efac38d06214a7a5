import { beforeEach, describe, expect, test } from "vitest";
import type { Deadline } from "../../functions/lambda/deadline.ts";
import { type Message, messageOf } from "../../functions/lambda/messages.ts";
import type { Observer } from "../../functions/lambda/observer.ts";
import { askForPlans, carryOut, type Worker } from "../../functions/lambda/work.ts";
import type { Clock } from "../../functions/model/clock.ts";
import { collectionOf, inRange, type KeyRange, PLAN, WHOLE } from "../../functions/model/collection.ts";
import { type ErrorCode, SyncError } from "../../functions/model/errors.ts";
import { defineSource, type Source } from "../../functions/model/source.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import { DEFAULT_GUARD } from "../../functions/sync/guard.ts";

const TARGET = { account: "111122223333", region: "eu-west-1" };
const NEVER = deadline();
const SCOPES = ["a", "b"].map((id) => ({ id, range: { from: `${id}#`, until: `${id}$` } }));

function deadline({ cutAt = Number.POSITIVE_INFINITY, signal = new AbortController().signal } = {}): Deadline {
  return { cutAt, signal, cancel: () => undefined };
}

/** What the function of one source would be given, with what it sends and tells kept. */
interface Bench extends Worker {
  sent: Message[];
  told: string[];
  fails?: Error;
}

function benchOf(planned: boolean): Bench {
  const bench: Bench = {
    source: sourceOf(planned, () => bench.fails),
    store: memoryStore(),
    clock: impatientClock(),
    guard: DEFAULT_GUARD,
    queue: { send: async (messages) => void bench.sent.push(...messages) },
    connect: () => bench.source.connect({ region: TARGET.region }),
    observer: noting((line) => bench.told.push(line)),
    sent: [],
    told: [],
  };
  return bench;
}

function sourceOf(planned: boolean, failure: () => Error | undefined): Source {
  const fail = () => {
    const error = failure();
    if (error) throw error;
  };
  return defineSource<object, { id: string }>({
    id: "test.things",
    operation: "Test ListThings",
    grants: [],
    regions: [TARGET.region],
    everyMinutes: 60,
    identity: ({ id }) => [id, "thing"],
    connect: () => ({}),
    disconnect: () => undefined,
    async *list(_client, scope) {
      fail();
      yield { documents: [{ id: scope === WHOLE ? "a" : scope.id }], retries: 0 };
    },
    ...(planned && {
      async *plan() {
        fail();
        yield* SCOPES;
      },
    }),
  });
}

/** Time passes only when somebody sleeps, and then at once. */
function impatientClock(): Clock {
  let now = Date.parse("2026-03-01T12:00:00.000Z");
  return {
    now: () => now,
    monotonic: () => now,
    async sleep(ms, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

function noting(note: (line: string) => void): Observer {
  return {
    begun: () => undefined,
    asked: (targets) => note(`asked ${targets}`),
    planned: (_collection, scopes) => note(`planned ${scopes}`),
    planFailed: () => note("plan failed"),
    synced: ({ scope, outcome }, fresh) =>
      note(`${scope} ${outcome}${fresh || outcome === "failed" ? "" : " in part"}`),
    syncFailed: (_collection, scope) => note(`${scope} failed without a record`),
    skipped: (_collection, scope) => note(`${scope} skipped`),
    returned: () => note("returned"),
    traced: (_name, _collection, run) => run(),
    publish: () => undefined,
  };
}

const collection = collectionOf("test.things", TARGET);
const plan: Message = { kind: "plan", source: "test.things", target: TARGET };

function vanished(plannedAt: string): Message {
  return { ...plan, kind: "sync", scope: SCOPES[0] ?? WHOLE, vanished: true, plannedAt };
}

describe("a source without a plan", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = benchOf(false);
  });

  test("asks for one plan a target", async () => {
    await askForPlans(bench, { kind: "plan", targets: [TARGET, { ...TARGET, region: "us-east-1" }] }, NEVER.signal);
    expect(bench.sent).toEqual([plan, { ...plan, target: { ...TARGET, region: "us-east-1" } }]);
  });

  test("is synced at once", async () => {
    await carryOut(bench, plan, NEVER);
    expect(bench.told).toEqual(["all complete"]);
    expect(bench.sent).toEqual([]);
  });

  test.each<[ErrorCode, "again" | "done"]>([
    ["throttled", "again"],
    ["unavailable", "again"],
    ["superseded", "again"],
    ["interrupted", "again"],
    ["denied", "done"],
    ["malformed", "done"],
    ["unsupported", "done"],
  ])("that fails as %s is %s", async (code, expected) => {
    bench.fails = new SyncError(code, "no");
    const outcome = carryOut(bench, plan, NEVER);
    if (expected === "again") await expect(outcome).rejects.toThrow("no");
    else await outcome;
    expect(bench.told).toEqual(["all failed"]);
  });

  test("whose store cannot be reached goes back to the queue", async () => {
    const takeLease = () => Promise.reject(new SyncError("unavailable", "no DynamoDB"));
    await expect(carryOut({ ...bench, store: { ...bench.store, takeLease } }, plan, NEVER)).rejects.toThrow(
      "no DynamoDB",
    );
    expect(bench.told).toEqual(["all failed without a record"]);
  });

  test("that a live sync holds is done with", async () => {
    const { store, clock } = bench;
    const request = { collection, scope: WHOLE, holder: "other" };
    await store.takeLease({ ...request, now: clock.now(), until: clock.now() + 30_000 });
    const sleep: Clock["sleep"] = async (ms, signal) => {
      await clock.sleep(ms, signal);
      await store.renewLease({ collection, scope: WHOLE.id, holder: "other" }, clock.now() + 30_000);
    };
    await carryOut({ ...bench, clock: { ...clock, sleep } }, plan, NEVER);
    expect(bench.told).toEqual(["all skipped"]);
  });

  test("whose time is up before it begins goes back to the queue", async () => {
    const signal = AbortSignal.abort(new SyncError("interrupted", "time is up"));
    await expect(carryOut(bench, plan, deadline({ signal }))).rejects.toThrow("time is up");
  });
});

describe("a source that lists in order of creation", () => {
  const created = Array.from({ length: 40 }, (_, hour) => new Date(Date.UTC(2026, 1, 1, hour)).toISOString());
  let bench: Bench;
  let listed: KeyRange[];
  beforeEach(() => {
    listed = [];
    const plain = benchOf(false);
    const source = defineSource<object, { id: string }>({
      ...{ id: "test.things", operation: "Test ListThings", grants: [], regions: [TARGET.region], everyMinutes: 60 },
      ascending: { tailEveryMinutes: 5, overlapMs: 3_600_000 },
      identity: ({ id }) => [id, "thing"],
      connect: () => ({}),
      disconnect: () => undefined,
      async *list(_client, { range }) {
        listed.push(range);
        const within = created.filter((id) => inRange(range, `${id}#thing`));
        for (let from = 0; from < within.length; from += 10) {
          yield { documents: within.slice(from, from + 10).map((id) => ({ id })), retries: 0 };
        }
      },
    });
    bench = { ...plain, source, connect: () => source.connect({ region: TARGET.region }) };
  });

  test("is cut when time runs out, and its rest sent on until all is listed", async () => {
    const cutAtOnce = deadline({ cutAt: 0 });
    await carryOut(bench, plan, cutAtOnce);
    let rounds = 1;
    for (let message = bench.sent.shift(); message; message = bench.sent.shift()) {
      await carryOut(bench, messageOf(JSON.stringify(message), "test.things"), cutAtOnce);
      rounds += 1;
    }
    expect(rounds).toBeGreaterThan(2);
    expect(bench.told).toEqual([...Array(rounds - 1).fill("all complete in part"), "all complete"]);
    const standing = await bench.store.standing(collection, WHOLE.id);
    expect(standing?.items).toBe(created.length);
    expect(standing?.completeAt).toBeDefined();
    expect(standing?.sweep).toBeUndefined();
  });

  test("has only its newest part listed when a tail is asked for, once anything is known", async () => {
    await askForPlans(bench, { kind: "plan", targets: [TARGET], tail: true }, NEVER.signal);
    expect(bench.sent).toEqual([{ ...plan, tail: true }]);
    await carryOut(bench, { ...plan, tail: true }, NEVER);
    await carryOut(bench, { ...plan, tail: true }, NEVER);
    expect(bench.told).toEqual(["asked 1", "all complete", "all complete in part"]);
    expect(listed).toEqual([{}, { from: created.at(-2) }]);
  });
});

describe("a source with a plan", () => {
  let bench: Bench;
  beforeEach(() => {
    bench = benchOf(true);
  });

  test("has one message sent for each scope, and each message synced", async () => {
    await carryOut(bench, plan, NEVER);
    expect(bench.sent).toMatchObject(SCOPES.map((scope) => ({ ...plan, kind: "sync", scope, vanished: false })));
    for (const message of bench.sent) await carryOut(bench, message, NEVER);
    expect(bench.told).toEqual(["planned 2", "a complete", "b complete"]);
  });

  test("whose plan is denied is done with, whose plan is throttled is not", async () => {
    bench.fails = new SyncError("denied", "no");
    await carryOut(bench, plan, NEVER);
    bench.fails = new SyncError("throttled", "slowly");
    await expect(carryOut(bench, plan, NEVER)).rejects.toThrow("slowly");
    expect(bench.told).toEqual(["plan failed", "plan failed"]);
    expect(bench.sent).toEqual([]);
  });

  test("has a vanished scope emptied, but not on the word of a plan that is not the newest", async () => {
    await carryOut(bench, plan, NEVER);
    for (const message of bench.sent) await carryOut(bench, message, NEVER);
    const { completeAt = "" } = (await bench.store.standing(collection, PLAN)) ?? {};
    await carryOut(bench, vanished("2026-03-01T11:59:59.999Z"), NEVER);
    expect((await bench.store.standing(collection, "a"))?.items).toBe(1);
    await carryOut(bench, vanished(completeAt), NEVER);
    expect((await bench.store.standing(collection, "a"))?.items).toBe(0);
    expect(bench.told.slice(-2)).toEqual(["a skipped", "a complete"]);
  });
});
