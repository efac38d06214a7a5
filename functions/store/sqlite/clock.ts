import { escapeNul, unescapeNul } from "../../model/escape-nul.ts";
import { EPOCH, epochMs, instantOf } from "../../model/instant.ts";
import type { Store } from "../port.ts";
import type { SqliteDatabase } from "./database.ts";

export function clockStore(
  database: SqliteDatabase,
  now: () => number,
): Pick<Store, "readTimestamp" | "begin" | "marks" | "deleteMarks"> {
  return {
    readTimestamp: () =>
      database.read(() => {
        const [at] = database.first("SELECT at FROM read_timestamp") ?? [];
        return typeof at === "string" ? at : EPOCH;
      }),

    begin: ({ collection, scope, lease }) =>
      database.write(() => {
        const [clock] = database.first("SELECT at FROM stored_clock") ?? [];
        const tick = typeof clock === "string" ? epochMs(clock) + 1 : 0;
        const at = Math.max(Math.floor(now()), tick);
        database.run("DELETE FROM stored_clock");
        database.run("INSERT INTO stored_clock VALUES (?)", [instantOf(at)]);
        const mark = [collection, escapeNul(scope), lease, instantOf(at - 1)];
        database.run("INSERT OR IGNORE INTO stored_marks (collection, scope, lease, at) VALUES (?, ?, ?, ?)", mark);
        return instantOf(at);
      }),

    marks: () =>
      database.read(() =>
        database.all("SELECT collection, scope, lease FROM stored_marks").map(([collection, scope, lease]) => ({
          ...{ collection: String(collection), scope: unescapeNul(String(scope)), lease: Number(lease) },
        })),
      ),

    deleteMarks: ({ collection, scope, lease }) =>
      database.write(() => {
        const writers = [collection, escapeNul(scope), lease];
        database.run("DELETE FROM stored_marks WHERE collection = ? AND scope = ? AND lease <= ?", writers);
      }),
  };
}
