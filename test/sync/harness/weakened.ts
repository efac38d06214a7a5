import type { Instant } from "../../../functions/model/instant.ts";
import type { Change } from "../../../functions/model/item.ts";
import type { Store } from "../../../functions/store/port.ts";
import type { StoreSource } from "./ground.ts";

/*
 * The protocol with one of its parts left out, at the store. Each part is needed, so each weakened store must break a promise: the
 * test of the test.
 */

const never = new AbortController().signal;

/** Operations after which what was held back is done. */
const HELD_BACK = 12;

/** What a store without some part does otherwise. */
export type Weaken = (store: Store) => Partial<Store>;

export const WEAKENED: Readonly<Record<string, Weaken>> = {
  "a writer leaves no mark": (store) => ({
    async begin(writer) {
      const at = await store.begin(writer);
      await store.deleteMarks(writer);
      return at;
    },
  }),

  "a repeated begin raises the mark": (store) => ({
    async begin(writer) {
      await store.deleteMarks(writer);
      return store.begin(writer);
    },
  }),

  "a takeover does not discard what was being written": (store) => {
    const forgotten = new Set<Instant>();
    return {
      async putScopeState(state) {
        const stored = await store.scopeState(state.collection, state.scope);
        const isTakeover = stored !== undefined && state.lease > stored.lease;
        if (isTakeover && stored.writing !== undefined) forgotten.add(stored.writing);
        return store.putScopeState({ ...state, discarding: state.discarding.filter((at) => !forgotten.has(at)) });
      },
      addDiscards: (collection, instants) =>
        store.addDiscards(
          collection,
          instants.filter((at) => !forgotten.has(at)),
        ),
    };
  },

  "discards are not kept": () => ({
    addDiscards: async () => undefined,
  }),

  "a mark goes before the discards can be read": (store) => {
    const held: { collection: string; instants: readonly Instant[]; left: number }[] = [];
    return {
      addDiscards: async (collection, instants) => void held.push({ collection, instants, left: HELD_BACK }),
      async discards(collection) {
        for (const each of held.splice(0)) {
          each.left -= 1;
          if (each.left > 0) held.push(each);
          else await store.addDiscards(each.collection, each.instants);
        }
        return store.discards(collection);
      },
    };
  },

  "a version is stored before its log record": (store) => {
    let held: { change: Change; left: number }[] = [];
    const withhold = async (changes: readonly Change[]) => {
      for (const change of changes) {
        const { collection, key, at } = change.after;
        await store.delete(collection, { changes: [{ key, at }] }, never);
        held.push({ change, left: HELD_BACK });
      }
    };
    return {
      async write(changes, signal) {
        await store.write(changes, signal);
        await withhold(changes);
      },
      async changesAt(collection, positions) {
        for (const each of held) each.left -= 1;
        const due = held.filter(({ left }) => left <= 0).map(({ change }) => change);
        held = held.filter(({ left }) => left > 0);
        if (due.length > 0) await store.write(due, never);
        return store.changesAt(collection, positions);
      },
    };
  },

  "what is superseded goes before the commit": (store) => ({
    async write(changes, signal) {
      await store.write(changes, signal);
      for (const { before } of changes) {
        if (before) await store.delete(before.collection, { versions: [{ key: before.key, at: before.at }] }, signal);
      }
    },
  }),

  "a scope is acquired on its lease, not on its revision": (store) => ({
    async putScopeState(state) {
      const stored = await store.scopeState(state.collection, state.scope);
      const isAcquired = stored !== undefined && state.lease === stored.lease + 1;
      return store.putScopeState(isAcquired ? { ...state, revision: stored.revision + 1 } : state);
    },
  }),

  "a state is replaced whatever its revision": (store) => ({
    async putScopeState(state) {
      const stored = await store.scopeState(state.collection, state.scope);
      return store.putScopeState({ ...state, revision: (stored?.revision ?? 0) + 1 });
    },
  }),
};

/** Stores with that part left out. */
export function weakenedStores({ open, hasOwnClock }: StoreSource, weaken: Weaken): StoreSource {
  return {
    hasOwnClock,
    async open(now) {
      const store = await open(now);
      return { ...store, ...weaken(store) };
    },
  };
}
