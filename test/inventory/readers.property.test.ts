import fc from "fast-check";
import { expect, test } from "vitest";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readPresentCount } from "../../functions/inventory/count.ts";
import { openGraph, walkGraph } from "../../functions/inventory/graph.ts";
import { readHistory } from "../../functions/inventory/history.ts";
import { readItem, readItems, readItemsOf } from "../../functions/inventory/items.ts";
import { type MergedPosition, mergeChanges } from "../../functions/inventory/merged-changes.ts";
import { readNetChanges } from "../../functions/inventory/net-changes.ts";
import type { GraphRules } from "../../functions/inventory/nodes.ts";
import type { ReadPage } from "../../functions/inventory/page.ts";
import { openRead, type ReadSnapshot } from "../../functions/inventory/read-timestamp.ts";
import { type SearchHit, type SearchPosition, searchItems } from "../../functions/inventory/search.ts";
import { EPOCH, type Instant } from "../../functions/model/instant.ts";
import type { ItemVersion } from "../../functions/model/item.ts";
import { parseSearch } from "../../functions/model/search.ts";
import type { Order, Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { createRandom, type Random } from "../sync/harness/random.ts";
import {
  aliasOf,
  type Listing,
  nodeOf,
  type RandomSyncs,
  randomSyncs,
  type TestScope,
  VALUES,
} from "./random-syncs.ts";

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

async function allItems(
  snapshot: ReadSnapshot,
  collection: string,
  limit: number,
  order: Order = "asc",
): Promise<ItemVersion[]> {
  const items: ItemVersion[] = [];
  for (let after: string | undefined; ; ) {
    const page = await readItems(snapshot, collection, {}, { limit, order, ...(after !== undefined && { after }) });
    items.push(...page.rows);
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
    const backwards = await allItems(snapshot, collection, random.integer(1, 4), "desc");
    expect(backwards.map(({ key }) => key)).toEqual(
      backwards
        .map(({ key }) => key)
        .toSorted()
        .toReversed(),
    );
    expect(valuesOf(backwards), snapshot.at).toEqual(listingsAt(own, snapshot.at));
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
    for (const change of page.rows) {
      if (change.scope === scope.id) found.push(`${change.key} ${change.before?.document} ${change.after?.document}`);
    }
    position = page.next;
    if (!position) break;
  }
  expect(found.sort()).toEqual(wanted);
}

/** What each commit until `at` changed, oldest first. */
function changesUntil(scopes: readonly TestScope[], at: Instant): string[] {
  const changes = scopes.flatMap(({ collection, keys, commits }) =>
    commits.flatMap((commit, n) => {
      const before: Listing = commits[n - 1]?.listing ?? new Map();
      return keys.flatMap((key) => {
        const [was, is] = [before.get(key), commit.listing.get(key)];
        if (was === is || commit.at > at) return [];
        const kind = was === undefined ? "added" : is === undefined ? "removed" : "modified";
        return [`${commit.at} ${collection} ${key} ${kind}`];
      });
    }),
  );
  return changes.sort();
}

async function checkMerged(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
  const collections = [...new Set(scopes.map(({ collection }) => collection))];
  const order = random.pick(["asc", "desc"] as const) ?? "asc";
  const since = random.chance(0.5)
    ? random.pick(scopes.flatMap(({ commits }) => commits.map(({ at }) => at)))
    : undefined;
  const found: string[] = [];
  for (let from: MergedPosition | undefined, end = false; !end; ) {
    const read = mergeChanges(snapshot, collections, { order, since, from, expected: random.integer(1, 9) });
    // A page may be read in several steps.
    for (let steps = random.integer(1, 3); steps > 0 && !end; steps -= 1) {
      const { rows: changes, next } = await read(random.integer(1, 5));
      found.push(...changes.map(({ kind, after: { at, collection, key } }) => `${at} ${collection} ${key} ${kind}`));
      from = next;
      end = next === undefined;
    }
  }
  const wanted = changesUntil(scopes, snapshot.at).filter(
    (change) => since === undefined || change.slice(0, 24) > since,
  );
  expect(found, `${order} since ${since}`).toEqual(order === "asc" ? wanted : wanted.toReversed());
}

const nameOf = ({ key }: { readonly key: string }) => key;

async function checkSearch(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
  const collections = [...new Set(scopes.map(({ collection }) => collection))];
  const words = random.pick(["1000", "001", "00", "2001 eu-west", "a1", "B", "things 100", "us-east-1"]) ?? "";
  const query = parseSearch(words);
  if (!query) throw new Error(`${words} is no query`);
  const limit = random.integer(1, 9);
  const found: string[] = [];
  for (let from: SearchPosition | undefined = { rank: "exact" }; from; ) {
    const page: ReadPage<SearchHit, SearchPosition> = await searchItems(snapshot, collections, query, {
      from,
      limit,
      nameOf,
    });
    for (const { item } of page.rows) if (item.state === "present") found.push(item.key);
    from = page.next;
  }
  const wanted = scopes.flatMap((scope) =>
    [...listingAt(scope, snapshot.at)].flatMap(([key, value]) => {
      const text = `${scope.collection} ${key} ${value}`;
      return query.words.every((word) => text.includes(word)) ? [key] : [];
    }),
  );
  expect(found.sort(), `${words} at ${snapshot.at}`).toEqual(wanted.sort());
}

async function checkCount(snapshot: ReadSnapshot, scopes: readonly TestScope[]): Promise<void> {
  for (const collection of new Set(scopes.map((scope) => scope.collection))) {
    const { count, uncounted } = await readPresentCount(snapshot, [collection]);
    const own = scopes.filter((scope) => scope.collection === collection);
    if (uncounted.length === 0) expect(count).toBe(Object.keys(listingsAt(own, snapshot.at)).length);
  }
}

const RULES: GraphRules = {
  covers: () => true,
  leadsUpstream: () => false,
  factsOf: ({ key, document }) => ({ names: [key, aliasOf(Number(document))], name: `item ${key}`, type: "thing" }),
};

/** All items of a value answer to one alias, and so are one node; a value that no item has is a name that nothing answers to. */
async function checkNames(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
  const { nodes } = openGraph(snapshot, RULES);
  const listed = Object.entries(listingsAt(scopes, snapshot.at));
  const read = random.chance(0.5) ? VALUES.map(aliasOf) : scopes.flatMap(({ keys }) => keys);
  expect(await nodes.read(read)).toBe(true);
  for (const name of read) {
    const value = VALUES.find((each) => aliasOf(each) === name) ?? Object.fromEntries(listed)[name];
    const keys = listed.filter(([, each]) => value === each).map(([key]) => key);
    const names = value === undefined ? [name] : [aliasOf(value), ...keys];
    const { names: found, dangling, item } = nodes.nodeOf(name);
    expect({ name, names: found.toSorted(), dangling }).toEqual({
      ...{ name, names: names.toSorted(), dangling: keys.length === 0 },
    });
    if (keys.length > 0) expect(keys, snapshot.at).toContain(item?.key);
    if (keys.length > 0) expect(item, snapshot.at).toMatchObject({ state: "present", document: `${value}` });
  }
}

async function checkGraph(snapshot: ReadSnapshot, scopes: readonly TestScope[], random: Random): Promise<void> {
  const value = random.pick(VALUES) ?? 0;
  const walk = { start: nodeOf(value), direction: "out", depth: 1, limit: 100 } as const;
  const { steps } = await walkGraph(openGraph(snapshot, RULES), walk);
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
        const { rows: changes, next } = await readChanges(snapshot, collection, { after, limit });
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

const RUNS = Number(process.env.RUNS ?? 5);

test("every reader sees exactly what the last commits by its instant listed", async () => {
  let commits = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      let now = Date.UTC(2026, 2, 1);
      const store = createSqliteStore(":memory:", { retentionDays: 90, now: () => now, keepsSearchIndex: false });
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
        await checkMerged(snapshot, scopes, random);
        // The index is late most of the time.
        if (random.chance(0.3)) await store.indexForSearch(nameOf);
        await checkSearch(snapshot, scopes, random);
        await checkCount(snapshot, scopes);
        await checkNames(snapshot, scopes, random);
        await follower.follow(await openRead(between), scopes, random);
      }
      await syncs.finish();
      const last = await openRead(store);
      const newest = scopes.flatMap((scope) => scope.commits.map(({ at }) => at)).sort();
      expect(last.at >= (newest.at(-1) ?? EPOCH)).toBe(true);
      await checkItems(last, scopes, random);
      await checkNames(last, scopes, random);
      await follower.follow(last, scopes, random);
      for (const at of newest) await checkItems(await openRead(store, at), scopes, random);
      commits += newest.length;
      await store.close();
    }),
    { numRuns: RUNS },
  );
  // The runs are not all about nothing.
  expect(commits).toBeGreaterThan(5 * RUNS);
});
