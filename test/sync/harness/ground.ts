import type { Instant } from "../../../functions/model/instant.ts";
import type { Change, ItemVersion } from "../../../functions/model/item.ts";
import type { ScopeState } from "../../../functions/model/scope-state.ts";
import type { Deletion, EdgeRef, Store } from "../../../functions/store/port.ts";

/** The records that one change writes. The store keeps them apart, so each of them may arrive late by itself. */
export type Part = "edges" | "log" | "version";

/** The one store that all processes of a run write to, and what the harness knows of it. */
export interface Ground {
  readonly store: Store;
  readonly hasOwnClock: boolean;
  /** What time it really is, epoch ms. */
  actualTime(): number;
  /** Does something at the store as a machine with this clock. */
  as<T>(now: () => number, work: () => Promise<T>): Promise<T>;
  /** Stores changes, each with all of its records. */
  write(changes: readonly Change[]): Promise<void>;
  /** Stores only these records of a change, as of a request that was carried out in part or arrives in part. */
  writeParts(change: Change, parts: readonly Part[]): Promise<void>;
  delete(collection: string, deletion: Deletion): Promise<void>;
  /** Stores the state if its turn has come; answers the state before when this write is the one that stored it. */
  putState(state: ScopeState): Promise<{ readonly stored: boolean; readonly replaced?: ScopeState | "none" }>;
  /** The scope's state as it is now. */
  state(collection: string, scope: string): ScopeState | undefined;
  /** All versions of a collection as they were at some time: what an eventual read may see. */
  readonly stale: Map<string, readonly ItemVersion[]>;
  /** Every write that was carried out, to be carried out once more when everything has ended. */
  readonly carriedOut: (() => Promise<unknown>)[];
}

/** Where the stores of a run come from. */
export interface StoreSource {
  /** Opens an empty store. Its time is the database's if it has a clock of its own, else that of the machine that asks. */
  open(now: () => number): Store | Promise<Store>;
  readonly hasOwnClock: boolean;
}

export async function createGround({ open, hasOwnClock }: StoreSource, actualTime: () => number): Promise<Ground> {
  let clock = actualTime;
  const store = await open(hasOwnClock ? actualTime : () => clock());
  const rows = new Set<string>();
  const states = new Map<string, ScopeState>();
  const never = new AbortController().signal;

  const deleteRows = async (collection: string, deletion: Deletion) => {
    await store.delete(collection, deletion, never);
    for (const { key, at } of deletion.versions ?? []) rows.delete(rowOf(collection, "version", key, at));
    for (const { key, at } of deletion.changes ?? []) rows.delete(rowOf(collection, "log", key, at));
    for (const edge of deletion.edges ?? []) rows.delete(edgeRowOf(collection, edge));
  };
  const write = async (changes: readonly Change[]) => {
    await store.write(changes, never);
    for (const { after } of changes) {
      const { collection, key, at } = after;
      rows.add(rowOf(collection, "version", key, at)).add(rowOf(collection, "log", key, at));
      for (const edge of edgesOf(after)) rows.add(edgeRowOf(collection, edge));
    }
  };
  return {
    ...{ store, hasOwnClock, actualTime, write },
    carriedOut: [],
    stale: new Map(),
    as(now, work) {
      clock = now;
      return work();
    },
    async writeParts(change, parts) {
      const { collection, key, at } = change.after;
      const edges = edgesOf(change.after);
      const unwanted = (part: Part, row: string) => !parts.includes(part) && !rows.has(row);
      const back = {
        versions: unwanted("version", rowOf(collection, "version", key, at)) ? [{ key, at }] : [],
        changes: unwanted("log", rowOf(collection, "log", key, at)) ? [{ key, at }] : [],
        edges: edges.filter((edge) => unwanted("edges", edgeRowOf(collection, edge))),
      };
      await write([change]);
      if (back.versions.length + back.changes.length + back.edges.length > 0) await deleteRows(collection, back);
    },
    delete: deleteRows,
    async putState(state) {
      const id = `${state.collection} ${state.scope}`;
      const before = states.get(id);
      const stored = await store.putScopeState(state);
      if (!stored || before?.revision === state.revision) return { stored };
      states.set(id, state);
      return { stored, replaced: before ?? "none" };
    },
    state: (collection, scope) => states.get(`${collection} ${scope}`),
  };
}

function rowOf(collection: string, part: Part, key: string, at: Instant): string {
  return `${part} ${collection} ${at} ${key}`;
}

function edgeRowOf(collection: string, { node, end, key, edgeAt }: EdgeRef): string {
  return `edge ${collection} ${end} ${edgeAt} ${node} ${key}`;
}

/** The records of Edges that writing this version writes. */
export function edgesOf({ key, at, edgeAt, edges }: ItemVersion): EdgeRef[] {
  if (edgeAt !== at) return [];
  return edges.flatMap(({ from, to }) => [
    { node: from, end: "from" as const, key, edgeAt },
    { node: to, end: "to" as const, key, edgeAt },
  ]);
}
