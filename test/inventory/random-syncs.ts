import type { Collection } from "../../functions/model/collection.ts";
import { headOf } from "../../functions/model/head.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { Change, ItemVersion } from "../../functions/model/item.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import type { Store } from "../../functions/store/port.ts";
import { takenOver } from "../../functions/sync/settle.ts";
import { createRandom } from "../sync/harness/random.ts";

/*
 * Syncs that follow the commit protocol step by step against a real store, interleaved at random. Any of them may die, be taken for dead
 * and taken over, and go on; any write may arrive a second time, arbitrarily late.
 */

/** What one scope listed: the value of each key. */
export type Listing = ReadonlyMap<string, number>;

/** A commit, in the order of commits. */
export interface Commit {
  readonly at: Instant;
  readonly listing: Listing;
}

export interface TestScope {
  readonly collection: Collection;
  readonly id: string;
  readonly keys: readonly string[];
  readonly upstream: Map<string, number>;
  readonly commits: Commit[];
}

export interface RandomSyncs {
  readonly scopes: readonly TestScope[];
  /** Takes some steps. */
  play(): Promise<void>;
  /** Ends or kills everything under way, delivers every late write, and settles what is left. */
  finish(): Promise<void>;
}

const COLLECTIONS = ["test.things/123456789012/eu-west-1", "test.things/123456789012/us-east-1"] as const;
const OTHER_NODE = "common";
/** What items are: texts that have parts in common, and parts that they have not. */
export const VALUES = [1_000, 1_001, 2_001] as const;

function testScopes(): TestScope[] {
  const scope = (collection: Collection, id: string): TestScope => ({
    ...{ collection, id, upstream: new Map(), commits: [] },
    keys: Array.from({ length: 5 }, (_, n) => `${id}${n}`),
  });
  return [scope(COLLECTIONS[0], "a"), scope(COLLECTIONS[0], "b"), scope(COLLECTIONS[1], "c")];
}

/** Starts with nothing stored. `advance` moves the store's clock on. */
export function randomSyncs(store: Store, seed: number, advance: (ms: number) => void): RandomSyncs {
  const random = createRandom(seed);
  const scopes = testScopes();
  const late: (() => Promise<unknown>)[] = [];
  const alive = new Set<number>();
  const { signal } = new AbortController();
  let running: { readonly id: number; readonly steps: AsyncGenerator<void> }[] = [];
  let started = 0;

  /** A write that is made, and perhaps arrives again. */
  const send = async (write: () => Promise<unknown>) => {
    await write();
    if (random.chance(0.25)) late.push(write);
  };
  const put = async (state: ScopeState) => {
    if (random.chance(0.15)) late.push(() => store.putScopeState(state));
    return store.putScopeState(state);
  };
  /** Replaces the state as long as the lease is still this one's. */
  const putHeld = async (
    { collection, id }: TestScope,
    lease: number,
    change: (state: ScopeState) => ScopeState,
  ): Promise<boolean> => {
    for (;;) {
      const state = await store.scopeState(collection, id);
      if (state?.lease !== lease || state.holder === undefined) return false;
      if (await put({ ...change(state), revision: state.revision + 1 })) return true;
    }
  };

  /** What the holder of `lease` does about what earlier writers left. */
  async function* settle({ collection, id: scope }: TestScope, discarding: readonly Instant[], upTo: number) {
    for (const at of discarding) {
      await send(() => store.addDiscards(collection, [at]));
      yield;
    }
    await send(() => store.deleteMarks({ collection, scope, lease: upTo }));
    yield;
  }

  async function* sync(scope: TestScope, me: number): AsyncGenerator<void> {
    const { collection, id, keys } = scope;
    const range = { from: id, until: `${id}~` };
    const seen = (await store.scopeState(collection, id)) ?? initialState(collection, { id, range });
    yield;
    const uncommitted = new Set([...(await store.discards(collection)), ...seen.discarding]);
    if (seen.writing !== undefined) uncommitted.add(seen.writing);
    yield;
    const heads = new Map<string, ItemVersion>();
    for (const versions of await store.itemsOf(collection, keys)) {
      const head = headOf(versions, uncommitted);
      if (head) heads.set(head.key, head);
    }
    yield;
    const listing = new Map(scope.upstream);
    const changed = keys.filter((key) => storedValue(heads.get(key)) !== listing.get(key));
    if (changed.length === 0) {
      await put({ ...seen, revision: seen.revision + 1 });
      return;
    }
    if (seen.holder !== undefined && alive.has(Number(seen.holder)) && random.chance(0.8)) return;
    const acquired = { ...takenOver(seen), holder: `${me}` };
    if (!(await put(acquired))) return;
    yield;
    const { lease } = acquired;
    yield* settle(scope, acquired.discarding, lease - 1);
    const writer = { collection, scope: id, lease };
    const at = await store.begin(writer);
    if (random.chance(0.2)) late.push(() => store.begin(writer));
    yield;
    if (!(await putHeld(scope, lease, (state) => ({ ...state, writing: at })))) return;
    yield;
    for (const key of changed) {
      const change = changeOf(scope, { at, key, value: listing.get(key), before: heads.get(key) });
      if (random.chance(0.3)) {
        // The store had written the log record, and not yet the version.
        await store.write([change], signal);
        await store.delete(collection, { versions: [{ key, at }] }, signal);
        yield;
      }
      await send(() => store.write([change], signal));
      yield;
    }
    if (random.chance(0.15)) {
      const aborted = await putHeld(scope, lease, (state) => ({
        ...freed(state),
        discarding: [...state.discarding, at],
      }));
      yield;
      if (aborted) yield* settle(scope, [at], lease);
      return;
    }
    if (!(await putHeld(scope, lease, (state) => ({ ...freed(state), committedAt: at, count: listing.size })))) return;
    scope.commits.push({ at, listing });
    yield;
    await send(() => store.deleteMarks(writer));
    yield;
    for (const key of changed) {
      const before = heads.get(key);
      if (!before || random.chance(0.2)) continue;
      await send(() => store.delete(collection, { versions: [{ key, at: before.at }] }, signal));
      yield;
    }
    for (const discarded of await store.discards(collection)) {
      const positions = keys.map((key) => ({ key, at: discarded }));
      if (random.chance(0.5)) continue;
      await send(() => store.delete(collection, { versions: positions }, signal));
      yield;
      await send(() => store.delete(collection, { changes: positions }, signal));
      yield;
    }
  }

  /** Takes over what looks dead, and ends what other takeovers left. */
  async function* dispatch(all: boolean): AsyncGenerator<void> {
    for (const scope of scopes) {
      const state = await store.scopeState(scope.collection, scope.id);
      yield;
      if (!state) continue;
      if (state.holder === undefined) {
        yield* settle(scope, state.discarding, state.lease);
        continue;
      }
      if (!all && alive.has(Number(state.holder)) && random.chance(0.9)) continue;
      const next = takenOver(state);
      if (!(await put(next))) continue;
      yield;
      yield* settle(scope, next.discarding, next.lease);
    }
  }

  const step = async () => {
    advance(random.pick([0, 0, 0, 1, 2]));
    const scope = random.pick(scopes);
    const key = random.pick(scope?.keys ?? []);
    if (scope && key !== undefined && random.chance(0.1)) {
      if (random.chance(0.4)) scope.upstream.delete(key);
      else scope.upstream.set(key, random.pick(VALUES) ?? 0);
    }
    if (random.chance(0.1)) await late.splice(random.integer(0, late.length), 1)[0]?.();
    if (scope && random.chance(0.1) && running.length < 7) {
      started += 1;
      alive.add(started);
      const steps = random.chance(0.85) ? sync(scope, started) : dispatch(false);
      running.push({ id: started, steps });
    }
    const one = random.pick(running);
    if (!one) return;
    if (random.chance(0.01)) {
      running = running.filter((each) => each !== one);
      alive.delete(one.id);
      return;
    }
    // A sync may look dead and go on, slowly.
    if (random.chance(0.02)) alive.delete(one.id);
    if (!alive.has(one.id) && random.chance(0.7)) return;
    if (!(await one.steps.next()).done) return;
    running = running.filter((each) => each !== one);
    alive.delete(one.id);
  };

  return {
    scopes,
    async play() {
      for (let left = random.integer(0, 3); left > 0; left -= 1) await step();
    },
    async finish() {
      for (const { steps } of running) if (random.chance(0.5)) while (!(await steps.next()).done);
      running = [];
      alive.clear();
      for (const write of late.splice(0)) await write();
      for await (const _step of dispatch(true));
      late.length = 0;
    },
  };
}

function storedValue(version: ItemVersion | undefined): number | undefined {
  return version?.state === "present" ? Number(version.document) : undefined;
}

function freed({ holder: _holder, expires: _expires, writing: _writing, ...state }: ScopeState): ScopeState {
  return state;
}

/** Nodes are a value's own and one that all items lead to. */
export function nodeOf(value: number): string {
  return `value ${value}`;
}

/** What an item of this value answers to beside its own name. */
export function aliasOf(value: number): string {
  return `alias ${value}`;
}

function changeOf(
  { collection, id: scope }: TestScope,
  { at, key, value, before }: { at: Instant; key: string; value: number | undefined; before: ItemVersion | undefined },
): Change {
  const wasPresent = before?.state === "present";
  const edges = value === undefined ? (before?.edges ?? []) : [{ from: nodeOf(value), to: OTHER_NODE }];
  const after: ItemVersion = {
    ...{ collection, key, at, scope, edges },
    names: value === undefined ? (before?.names ?? []) : [key, aliasOf(value)],
    state: value === undefined ? "removed" : "present",
    version: (before?.version ?? 0) + 1,
    hash: `${value}`,
    document: value === undefined ? (before?.document ?? "") : `${value}`,
    edgeAt: value === undefined ? (before?.edgeAt ?? at) : at,
    firstSeenAt: before?.firstSeenAt ?? at,
    ...(before && { previousAt: before.at }),
    ...(value === undefined && { cause: "not listed" as const }),
  };
  const kind = value === undefined ? "removed" : wasPresent ? "modified" : "added";
  return { kind, after, ...(before && { before }) };
}
