import { type Collection, inRange, type KeyRange } from "../../../functions/model/collection.ts";
import type { IndexEntry, Store } from "../../../functions/store/port.ts";
import type { Random } from "./random.ts";

/** What a store answers to those who do not insist on what is: things as they once were. */
export interface Replica {
  /** Now and then keeps how the collection's index is at this moment. */
  keep(collection: Collection): Promise<void>;
  index(collection: Collection, range: KeyRange): Promise<IndexEntry[]>;
  putOutline(name: string, outline: Uint8Array): void;
  outline(name: string): Uint8Array | undefined;
}

const replicas = new WeakMap<Store, Replica>();

/** The one replica of a store, however many processes see it. */
export function replicaOf(store: Store, random: Random): Replica {
  const known = replicas.get(store);
  if (known) return known;
  const kept = new Map<Collection, IndexEntry[]>();
  const outlines = new Map<string, Uint8Array[]>();
  const replica: Replica = {
    async keep(collection) {
      if (random.chance(0.3)) kept.set(collection, await indexOf(store, collection, {}));
    },
    async index(collection, range) {
      const late = random.chance(0.4) ? kept.get(collection) : undefined;
      return late ? late.filter(({ key }) => inRange(range, key)) : indexOf(store, collection, range);
    },
    putOutline(name, outline) {
      outlines.set(name, [...(outlines.get(name) ?? []), outline]);
    },
    outline(name) {
      const all = outlines.get(name) ?? [];
      return random.chance(0.7) ? all.at(-1) : random.pick(all);
    },
  };
  replicas.set(store, replica);
  return replica;
}

/** The whole index of a range, read at one moment. */
export async function indexOf(store: Store, collection: Collection, range: KeyRange): Promise<IndexEntry[]> {
  const entries: IndexEntry[] = [];
  for await (const page of store.index(collection, range)) entries.push(...page);
  return entries;
}
