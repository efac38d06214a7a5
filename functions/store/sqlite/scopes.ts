import { successor } from "../../model/collection.ts";
import { escapeNul } from "../../model/escape-nul.ts";
import type { ScopeState } from "../../model/scope-state.ts";
import type { Store } from "../port.ts";
import { chunksOf } from "./chunks.ts";
import { compareAndSet, recordOf } from "./compare-and-set.ts";
import type { SqliteDatabase } from "./database.ts";

const PAGE = 250;
const ONE = "SELECT state FROM stored_scopes WHERE collection = ? AND scope = ?";
const SOME = `SELECT state FROM stored_scopes WHERE collection = ? AND scope >= ? ORDER BY scope LIMIT ${PAGE}`;
const PUT = "INSERT OR REPLACE INTO stored_scopes (collection, scope, state) VALUES (?, ?, ?)";
const DISCARD = "INSERT OR IGNORE INTO stored_discards (collection, at) VALUES (?, ?)";

export function scopeStore(
  database: SqliteDatabase,
): Pick<Store, "scopeState" | "scopeStates" | "putScopeState" | "discards" | "addDiscards"> {
  return {
    scopeState: (collection, scope) =>
      database.read(() => recordOf<ScopeState>(database.first(ONE, [collection, escapeNul(scope)])?.[0])),

    async scopeStates(collection) {
      const states: ScopeState[] = [];
      for (let from = ""; ; from = successor(states.at(-1)?.scope ?? "")) {
        const rows = await database.read(() => database.all(SOME, [collection, escapeNul(from)]));
        for (const [state] of rows) states.push(JSON.parse(String(state)));
        if (rows.length < PAGE) return states;
      }
    },

    putScopeState: (state) =>
      database.write(() => {
        const id = [state.collection, escapeNul(state.scope)];
        const stored = recordOf<ScopeState>(database.first(ONE, id)?.[0]);
        return compareAndSet(stored, state, (json) => database.run(PUT, [...id, json]));
      }),

    discards: (collection) =>
      database.read(() => {
        const rows = database.all("SELECT at FROM stored_discards WHERE collection = ?", [collection]);
        return new Set(rows.map(([at]) => String(at)));
      }),

    async addDiscards(collection, instants) {
      for await (const some of chunksOf(instants, PAGE)) {
        await database.write(() => {
          for (const at of some) database.run(DISCARD, [collection, at]);
        });
      }
    },
  };
}
