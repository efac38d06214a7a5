import { compareKeys } from "../../../functions/model/collection.ts";
import { SyncError } from "../../../functions/model/errors.ts";
import type { Change, Item } from "../../../functions/model/item.ts";
import type { Holder, IndexEntry, Store, SyncEnd } from "../../../functions/store/port.ts";
import { indexOf, replicaOf } from "./replica.ts";
import { type Process, type Simulation, unlessAborted } from "./simulation.ts";

/** What the harness watches in the store: each is called when the write has landed, before anything else happens. */
export interface Watch {
  /** Before a record of a scope is written or deleted. */
  writing(what: string): Promise<void>;
  ended(holder: Holder, end: SyncEnd): Promise<void>;
  undone(holder: Holder): Promise<void>;
  /** After any operation that had an effect. */
  landed(): void;
}

export interface Network {
  /** The share of operations that fail, of writes in three ways: not done, done unheard, done after the error. */
  readonly faults: number;
  /** How many times longer everything takes that no lease leaves only so much time for. */
  readonly slowness: number;
}

type Kind = "read" | "write" | "timely write";

/** Longest that a timely write is under way, a late one included; what leases leave time for. */
const LATEST = 900;

/**
 * A store as one process sees it, over the network: every operation is a step that takes its time, between which
 * everybody else's steps happen; a batch of records is many steps; a query reads its records at different times.
 */
export function remoteStore(
  simulation: Simulation,
  process: Process,
  store: Store,
  network: Network,
  watch: Watch,
): Store {
  const { random } = simulation;
  const replica = replicaOf(store, random);

  const latency = () => {
    const draw = random.next();
    return draw < 0.7 ? random.integer(1, 20) : draw < 0.95 ? random.integer(20, 150) : random.integer(150, 450);
  };

  /** One request: its effect happens at one moment, its answer arrives then or never. */
  const request = <T>(what: string, kind: Kind, effect: () => Promise<T>, signal?: AbortSignal) =>
    new Promise<T>((resolve, reject) => {
      let answered = false;
      if (signal?.aborted) return reject(signal.reason);
      const stop = unlessAborted(signal, (reason) => answer(() => reject(reason)));
      const answer = (give: () => void) => {
        stop();
        if (!answered) process.deliver(give);
        answered = true;
      };
      const fail = () => answer(() => reject(new SyncError("unavailable", `${what} failed`)));
      const land = async (hear: boolean) => {
        // What is under way when its process dies or gives it up may get there, or not.
        if ((process.dead || signal?.aborted) && random.chance(0.5)) return;
        const outcome = await effect().then(
          (value) => () => resolve(value),
          (error: unknown) => () => reject(error),
        );
        if (kind !== "read") simulation.note(`${process.name} ${what}${hear ? "" : " (unheard)"}`);
        if (hear) answer(outcome);
        else fail();
        watch.landed();
      };
      const wait = latency() * (kind === "timely write" ? 1 : network.slowness);
      if (!random.chance(network.faults)) {
        simulation.after(wait, () => simulation.during(land(true)));
        return;
      }
      const fault = kind === "read" ? "refused" : random.pick(["refused", "unheard", "late"]);
      if (fault === "unheard") simulation.after(wait, () => simulation.during(land(false)));
      else simulation.after(wait, fail);
      if (fault === "late")
        simulation.after(Math.max(wait, random.integer(0, LATEST)), () => simulation.during(land(false)));
    });

  const read = <T>(what: string, effect: () => Promise<T>) => request(what, "read", effect);
  const write = <T>(what: string, effect: () => Promise<T>) => request(what, "write", effect);
  const timely = <T>(what: string, effect: () => Promise<T>) => request(what, "timely write", effect);

  /** Many records, each a request of its own; waits for all of them, unless given up. */
  const each = async <T>(
    what: string,
    records: readonly T[],
    signal: AbortSignal,
    effect: (record: T) => Promise<void>,
  ) => {
    signal.throwIfAborted();
    const shuffled = records.map((record) => ({ record, order: random.next() })).sort((a, b) => a.order - b.order);
    const written = await Promise.allSettled(
      shuffled.map(({ record }) => {
        const name = `${what} ${nameOf(record)}`;
        const watched = async () => {
          await watch.writing(name);
          await effect(record);
        };
        return request(name, "timely write", watched, signal);
      }),
    );
    for (const outcome of written) if (outcome.status === "rejected") throw outcome.reason;
  };
  const never = new AbortController().signal;
  /** A page's first records and its rest are read at different times. */
  const parts = (limit: number) => {
    const first = random.integer(1, limit);
    return first < limit ? [first, limit - first] : [first];
  };

  return {
    standing: (collection, scope) => read("standing", () => store.standing(collection, scope)),
    async standings(collection) {
      const known = await read("standings", () => store.standings(collection));
      const standings = [];
      for (const { scope } of known) {
        const standing = await read(`standing ${scope}`, () => store.standing(collection, scope));
        if (standing) standings.push(standing);
      }
      return standings;
    },
    collections: () => read("collections", () => store.collections()),
    takeLease: (lease) => write("takeLease", () => store.takeLease(lease)),
    renewLease: (holder, until) => timely("renewLease", () => store.renewLease(holder, until)),
    markDirty: (holder, since) => write(`markDirty ${since}`, () => store.markDirty(holder, since)),
    clearDirty: (holder) =>
      timely("clearDirty", async () => {
        await store.clearDirty(holder);
        await watch.undone(holder);
      }),
    endSync: (holder, end) =>
      timely(`endSync ${end.outcome}`, async () => {
        await store.endSync(holder, end);
        await watch.ended(holder, end);
      }),
    notePlan: (collection, end) => write("notePlan", () => store.notePlan(collection, end)),
    outline: (collection, scope) => read("outline", async () => replica.outline(`${collection} ${scope}`)),
    putOutline: (collection, scope, outline) =>
      write("putOutline", async () => replica.putOutline(`${collection} ${scope}`, outline)),
    readClock: () => read("readClock", () => store.readClock()),
    tick: (now) => write("tick", () => store.tick(now)),
    async *index(collection, range, consistency) {
      if (consistency === "eventual") {
        yield await read("late index", () => replica.index(collection, range));
        return;
      }
      const middle = random.pick((await read("index", () => indexOf(store, collection, range))).map(({ key }) => key));
      const inFirst = ({ key }: IndexEntry) => middle !== undefined && compareKeys(key, middle) < 0;
      yield (await read("index", () => indexOf(store, collection, range))).filter(inFirst);
      yield (await read("index", () => indexOf(store, collection, range))).filter((entry) => !inFirst(entry));
    },
    lastKey: (collection, range) => read("lastKey", () => store.lastKey(collection, range)),
    /** Two requests, which arrive in any order. */
    async standingAndItem(collection, scope, key) {
      const [standing, [item]] = await Promise.all([
        read(`standing ${scope}`, () => store.standing(collection, scope)),
        read(`item ${key}`, () => store.items(collection, [key])),
      ]);
      return { standing, item };
    },
    items: (collection, keys) => read("items", () => store.items(collection, keys)),
    async itemPage(collection, range, { limit, after }) {
      const items: Item[] = [];
      for (const part of parts(limit)) {
        const last: string | undefined = items.at(-1)?.key ?? after;
        const page = await read("itemPage", () =>
          store.itemPage(collection, range, { limit: part, ...(last !== undefined && { after: last }) }),
        );
        items.push(...page.items);
        if (page.end) return { items, end: true };
      }
      return { items, end: false };
    },
    async writeItems(items, signal) {
      for (const collection of new Set(items.map((item) => item.collection))) await replica.keep(collection);
      await each("writeItems", items, signal, (item) => store.writeItems([item], never));
    },
    deleteItems: (collection, keys, signal) =>
      each("deleteItems", keys, signal, (key) => store.deleteItems(collection, [key], never)),
    edgeCandidates: (end, node) => store.edgeCandidates(end, node),
    changes: (collection, positions) => read("changes", () => store.changes(collection, positions)),
    async changePage(collection, range, limit) {
      const changes: Change[] = [];
      for (const part of parts(limit)) {
        const last = changes.at(-1);
        const rest = last ? { ...range, after: { at: last.at, key: last.key } } : range;
        const page = await read("changePage", () => store.changePage(collection, rest, part));
        changes.push(...page.changes);
        if (page.end) return { changes, end: true };
      }
      return { changes, end: false };
    },
    writeChanges: (changes, signal) =>
      each("writeChanges", changes, signal, (change) => store.writeChanges([change], never)),
    deleteChanges: (collection, positions, signal) =>
      each("deleteChanges", positions, signal, (position) => store.deleteChanges(collection, [position], never)),
    recordSync: (record) => write("recordSync", () => store.recordSync(record)),
    syncPage: (collection, range, limit) => read("syncPage", () => store.syncPage(collection, range, limit)),
  };
}

function nameOf(record: unknown): string {
  if (typeof record === "string") return record;
  const { key = "", at = "", changedAt = at } = record as { key?: string; at?: string; changedAt?: string };
  return `${key} ${changedAt}`;
}
