import fc from "fast-check";
import { expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { walkGraph } from "../../functions/inventory/graph.ts";
import { readHistory } from "../../functions/inventory/history.ts";
import { readItem, readItems, readItemsOf } from "../../functions/inventory/items.ts";
import { readNetChanges } from "../../functions/inventory/net-changes.ts";
import { openRead, type ReadSnapshot } from "../../functions/inventory/read-timestamp.ts";
import { EPOCH, type Instant } from "../../functions/model/instant.ts";
import type { ItemVersion } from "../../functions/model/item.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { createRandom, type Random } from "../sync/harness/random.ts";
import { type Listing, nodeOf, type RandomSyncs, randomSyncs, type TestScope } from "./random-syncs.ts";

/*
 * Every reader is right at its read timestamp, whatever syncs do before and after each of its requests.
 */

/** The store, with syncs going on between any two requests. */
function interrupted(store: Store, syncs: RandomSyncs): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || name === "now" || name === "edgeCandidates") return member;
      return async (...parameters: unknown[]) => {
        await syncs.play();
        const result: unknown = await Reflect.apply(member, target, parameters);
        await syncs.play();
        return result;
      };
    },
  });
}

function listingAt({ commits }: TestScope, at: Instant): Listing {
  return commits.filter((commit) => commit.at <= at).at(-1)?.listing ?? new Map();
}

function listingsAt(scopes: readonly TestScope[], at: Instant): Record<string, number> {
  return Object.fromEntries(scopes.flatMap((scope) => [...listingAt(scope, at)]).sort());
}

function valuesOf(versions: readonly ItemVersion[]): Record<string, number> {
  const present = versions.filter(({ state }) => state === "present");
  return Object.fromEntries(present.map(({ key, document }) => [key, Number(document)] as const).sort());
}

async function allItems(snapshot: ReadSnapshot, collection: string, limit: number): Promise<ItemVersion[]> {
  const items: ItemVersion[] = [];
  for (let after: string | undefined; ; ) {
    const page = await readItems(snapshot, collection, {}, { limit, ...(after !== undefined && { after }) });
    items.push(...page.items);
    after = page.next;
    if (after === undefined) return items;
  }
}

/** What the item was after each commit until `at`, newest first, without repetitions. */
function pastOf({ commits }: TestScope, key: string, at: Instant): (number | "removed")[] {
  const past: (number | "removed")[] = [];
  for (const { listing } of commits.filter((commit) => commit.at <= at)) {
    const value = listing.get(key) ?? "removed";
    if (past.length === 0 ? value !== "removed" : past.at(-1) !== value) past.push(value);
  }
  return past.reverse();
}

async function checkItems(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
  for (const collection of new Set(scopes.map((scope) => scope.collection))) {
    const own = scopes.filter((scope) => scope.collection === collection);
    const items = await allItems(snapshot, collection, random.integer(1, 4));
    expect(valuesOf(items), snapshot.at).toEqual(listingsAt(own, snapshot.at));
    const keys = own.flatMap((scope) => scope.keys);
    expect(valuesOf(await readItemsOf(snapshot, collection, keys))).toEqual(listingsAt(own, snapshot.at));
  }
}

async function checkHistory(snapshot: ReadSnapshot, scope: TestScope, random: Random): Promise<void> {
  const key = random.pick(scope.keys) ?? "";
  const ref = { collection: scope.collection, key };
  const versions: (number | "removed")[] = [];
  const limit = random.integer(1, 3);
  for (let before: Instant | undefined; ; ) {
    const page = await readHistory(snapshot, ref, { limit, ...(before !== undefined && { before }) });
    versions.push(
      ...(page?.entries ?? []).map(({ content }) =>
        content.state === "present" ? Number(content.document) : ("removed" as const),
      ),
    );
    before = page?.next;
    if (before === undefined) break;
  }
  expect(versions, key).toEqual(pastOf(scope, key, snapshot.at));
  expect((await readItem(snapshot, ref))?.version).toBe(versions.length || undefined);
}

async function checkDiff(snapshot: ReadSnapshot, scope: TestScope, random: Random): Promise<void> {
  const from = random.pick([EPOCH, ...scope.commits.map(({ at }) => at)]);
  if (from > snapshot.at) return;
  const [before, after] = [listingAt(scope, from), listingAt(scope, snapshot.at)];
  const wanted = scope.keys.flatMap((key) =>
    before.get(key) === after.get(key) ? [] : [`${key} ${before.get(key)} ${after.get(key)}`],
  );
  const found: string[] = [];
  const limit = random.integer(1, 5);
  for (let position: { at: Instant; key: string } | undefined; ; ) {
    const page = await readNetChanges(snapshot, scope.collection, {
      ...{ from, limit },
      ...(position && { after: position }),
    });
    for (const change of page.changes) {
      if (change.scope === scope.id) found.push(`${change.key} ${change.before?.document} ${change.after?.document}`);
    }
    position = page.next;
    if (!position) break;
  }
  expect(found.sort()).toEqual(wanted);
}

async function checkGraph(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
  const value = random.integer(0, 2);
  const walk = { start: nodeOf(value), direction: "out", depth: 1, limit: 100, covers: () => true } as const;
  const { steps } = await walkGraph(snapshot, walk);
  const wanted = Object.entries(listingsAt(scopes, snapshot.at)).filter(([, each]) => each === value);
  expect(steps.map(({ item }) => item.key).sort()).toEqual(wanted.map(([key]) => key));
}

/** Follows the log from one read timestamp to the next. */
class Follower {
  readonly #replica = new Map<string, number>();
  #since: Instant = EPOCH;

  async follow(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
    expect(snapshot.at >= this.#since).toBe(true);
    for (const collection of new Set(scopes.map((scope) => scope.collection))) {
      const limit = random.integer(1, 5);
      for (let after: Instant | { at: Instant; key: string } = this.#since; ; ) {
        const { changes, next } = await readChanges(snapshot, collection, { after, limit });
        for (const { kind, after: version } of changes) {
          expect(kind === "added", `${kind} ${version.key}`).toBe(!this.#replica.has(version.key));
          if (kind === "removed") this.#replica.delete(version.key);
          else this.#replica.set(version.key, Number(version.document));
        }
        if (!next) break;
        after = next;
      }
    }
    this.#since = snapshot.at;
    expect(Object.fromEntries([...this.#replica].sort())).toEqual(listingsAt(scopes, snapshot.at));
  }
}

test("every reader sees exactly what the last commits by its instant listed", async () => {
  let commits = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      let now = Date.UTC(2026, 2, 1);
      const store = createSqliteStore(":memory:", { retentionDays: 90, now: () => now });
      const advance = (ms: number) => {
        now += ms;
      };
      const syncs = randomSyncs(store, seed, advance);
      const random = createRandom(seed + 1);
      const between = interrupted(store, syncs);
      const follower = new Follower();
      const { scopes } = syncs;
      for (let round = 0; round < 8; round += 1) {
        for (let steps = random.integer(0, 20); steps > 0; steps -= 1) await syncs.play();
        const past = random.pick(scopes.flatMap((scope) => scope.commits.map(({ at }) => at)));
        const snapshot = await openRead(between, random.chance(0.4) ? past : undefined);
        await checkItems(snapshot, scopes, random);
        for (const scope of scopes) {
          await checkHistory(snapshot, scope, random);
          await checkDiff(snapshot, scope, random);
        }
        await checkGraph(snapshot, scopes, random);
        await follower.follow(await openRead(between), scopes, random);
      }
      await syncs.finish();
      const last = await openRead(store);
      const newest = scopes.flatMap((scope) => scope.commits.map(({ at }) => at)).sort();
      expect(last.at >= (newest.at(-1) ?? EPOCH)).toBe(true);
      await checkItems(last, scopes, random);
      await follower.follow(last, scopes, random);
      for (const at of newest) await checkItems(await openRead(store, at), scopes, random);
      commits += newest.length;
      await store.close();
    }),
    { numRuns: Number(process.env.RUNS ?? 20) },
  );
  // The runs are not all about nothing.
  expect(commits).toBeGreaterThan(100);
}, 300_000);
