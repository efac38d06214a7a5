import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { DEFAULT_LIMITS, type SyncHost } from "../../functions/sync/job.ts";
import { reconcileScope } from "../../functions/sync/reconcile.ts";
import { scrubLog, scrubScope } from "../../functions/sync/scrub.ts";
import { verifyCollection } from "../../functions/sync/verify.ts";
import { COLLECTION, connected, listing, page, SOURCE, type Thing } from "./engine.ts";
import { createRandom, type Random } from "./harness/random.ts";

/*
 * Verifying, repairing and scrubbing while syncs run, die and are taken over, and readers read: nothing is taken for damage that is
 * none, and no reader misses anything.
 */

const RETENTION_DAYS = 30;
const DAY_MS = 86_400_000;
const KEYS = ["a", "b", "c", "d"];

const source = {
  ...SOURCE,
  edges: (document: unknown) => [{ from: (document as Thing).Id ?? "", to: `value ${(document as Thing).Value}` }],
};

/** A store whose operations take their time. */
function slow(store: Store, random: Random): Store {
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const operation = target[name];
      if (name === "now" || name === "clockOffset" || typeof operation !== "function") return operation;
      return async (...values: unknown[]) => {
        for (let turns = random.integer(0, 3); turns > 0; turns -= 1) await turn();
        const answer = await (operation as (...values: unknown[]) => Promise<unknown>)(...values);
        if (random.chance(0.3)) await turn();
        return answer;
      };
    },
  });
}

type Values = Readonly<Record<string, unknown>>;

class World {
  readonly random: Random;
  readonly commits: { readonly at: Instant; readonly values: Values }[] = [];
  readonly reads: { readonly at: Instant; readonly values: Values }[] = [];
  readonly found: string[] = [];
  private readonly open: Store;
  private offset = 0;
  private holders = 0;

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.open = createSqliteStore(openDatabase(":memory:"), {
      now: () => Date.now() + this.offset,
      retentionDays: RETENTION_DAYS,
    });
  }

  host(store = slow(this.open, this.random)): SyncHost {
    this.holders += 1;
    const holder = `holder ${this.holders}`;
    return {
      ...{ store, clock: systemClock, holder: () => holder, leaseMs: 400, guard: DEFAULT_GUARD },
      ...{ limits: DEFAULT_LIMITS, signal: new AbortController().signal },
    };
  }

  /** Syncs what a random listing gives. Some syncs fail amid their writes, some leave everything lying about. */
  async sync(): Promise<void> {
    const { random } = this;
    const values = Object.fromEntries(KEYS.filter(() => random.chance(0.6)).map((key) => [key, random.integer(0, 2)]));
    const things = Object.entries(values).map(([Id, Value]) => ({ Id, Value }));
    const fails = random.chance(0.35);
    const isUntidy = random.chance(0.5);
    const host = this.host();
    const store = isUntidy ? new Proxy(host.store, { get: untidy }) : host.store;
    const result = await reconcileScope(
      {
        ...host,
        store,
        limits: fails ? { ...DEFAULT_LIMITS, bufferedCharacters: 0, batchChanges: 1 } : DEFAULT_LIMITS,
      },
      {
        ...{ source, collection: COLLECTION, scope: { id: "all", range: {} }, kind: "full", approveRemovals: true },
        connection: connected(listing([page(...things)], fails ? new Error("failed") : undefined)),
      },
    );
    if (result.status === "skipped") return;
    const { outcome, at, error } = result.record;
    if (outcome === "complete" && at !== undefined) this.commits.push({ at, values });
    if (outcome === "failed" && !fails) this.found.push(`a sync failed: ${error?.message}`);
  }

  async verify(): Promise<void> {
    const request = { collection: COLLECTION, source, retentionDays: RETENTION_DAYS, repair: true };
    for await (const reports of verifyCollection(this.host(), request)) {
      for (const { outcome, problems } of reports) {
        if (outcome !== "ok" && outcome !== "busy") this.found.push(`${outcome}: ${JSON.stringify(problems)}`);
      }
    }
  }

  async scrub(): Promise<void> {
    const host = this.host();
    for (const state of await host.store.scopeStates(COLLECTION)) await scrubScope(host, state, RETENTION_DAYS);
    await scrubLog(host, COLLECTION, RETENTION_DAYS);
    if (this.random.chance(0.3)) await host.store.prune?.();
  }

  async read(): Promise<void> {
    const { store } = this.host();
    const past = this.random.chance(0.6) ? this.commits[this.random.integer(0, this.commits.length - 1)] : undefined;
    const at = past?.at;
    const isKept = (instant: Instant) => Date.parse(instant) > this.open.now() - RETENTION_DAYS * DAY_MS + 1_000;
    if (at !== undefined && !isKept(at)) return;
    const snapshot = await openRead(store, at);
    const { rows: items } = await readItems(snapshot, COLLECTION, {}, { limit: 100 }).catch((error: unknown) => {
      if (isKept(snapshot.at)) this.found.push(`a reader at ${snapshot.at} failed: ${error}`);
      return { rows: [] };
    });
    // What expired while it was read is not kept for readers.
    if (!isKept(snapshot.at)) return;
    const present = items.filter(({ state }) => state === "present");
    const values = present.map(({ key, document }): [string, unknown] => [key, (JSON.parse(document) as Thing).Value]);
    this.reads.push({ at: snapshot.at, values: Object.fromEntries(values) });
  }

  /** Lets days pass now and then: what was written before is past retention. */
  age(): void {
    if (this.random.chance(0.15)) this.offset += this.random.integer(5, 20) * DAY_MS;
  }

  wrongReads(): unknown[] {
    const commits = this.commits.sort((a, b) => (a.at < b.at ? -1 : 1));
    return this.reads.flatMap(({ at, values }) => {
      const wanted = commits.findLast((commit) => commit.at <= at)?.values ?? {};
      return JSON.stringify(sorted(values)) === JSON.stringify(sorted(wanted)) ? [] : [{ at, values, wanted }];
    });
  }
}

function untidy(target: Store, name: keyof Store): unknown {
  return name === "delete" ? async () => undefined : target[name];
}

function sorted(values: Values): [string, unknown][] {
  return Object.entries(values).sort();
}

const seeds = Array.from({ length: Number(process.env.STOCKTAKE_TEST_RUNS ?? 12) }, (_, index) => index + 1);

test.each(seeds)("nothing is found that is not there, and nothing is lost (seed %i)", async (seed) => {
  const world = new World(seed);
  const repeat = async (times: number, step: () => Promise<void>) => {
    for (let n = 0; n < times; n += 1) await step();
  };
  await world.sync();
  await Promise.all([
    repeat(20, () => world.sync()),
    repeat(20, () => world.sync()),
    repeat(20, () => world.verify()),
    repeat(40, () => world.scrub()),
    repeat(60, () => world.read()),
    repeat(30, async () => {
      world.age();
      for (let turns = 0; turns < 40; turns += 1) await turn();
    }),
  ]);
  expect(world.found).toEqual([]);
  expect(world.wrongReads()).toEqual([]);
  await world.scrub();
  await world.verify();
  expect(world.found).toEqual([]);
});
