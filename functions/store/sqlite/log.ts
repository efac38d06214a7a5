import { escapeNul } from "../../model/escape-nul.ts";
import type { Change } from "../../model/item.ts";
import type { Store } from "../port.ts";
import { chunksOf } from "./chunks.ts";
import type { SqliteDatabase } from "./database.ts";
import { CHANGE_COLUMNS, changeOfRow } from "./rows.ts";

const COLUMNS = CHANGE_COLUMNS.slice(1).map((column) => `c.${column}`);
const STRETCH = `
  SELECT ${COLUMNS} FROM stored_changes c
  WHERE collection = ? AND (at, key) > (?, ?) AND at <= ? ORDER BY at, key LIMIT ?`;
const POSITIONS = `
  SELECT ${COLUMNS} FROM (SELECT value ->> 0 AS at, value ->> 1 AS key FROM json_each(?)) p
  CROSS JOIN stored_changes c ON c.collection = ? AND c.at = p.at AND c.key = p.key`;
const MAX_POSITIONS = 500;

export function logReader(database: SqliteDatabase): Pick<Store, "changes" | "changesAt"> {
  return {
    changes: (collection, { after = "", until = AFTER_ALL }, limit) =>
      database.read(() => {
        const from =
          typeof after === "string"
            ? [after === "" ? "" : `${after}${AFTER_ALL}`, ""]
            : [after.at, escapeNul(after.key)];
        const rows = database.all(STRETCH, [collection, ...from, until, limit + 1]);
        const changes = rows.slice(0, limit).map((row) => changeOfRow(collection, row));
        const last = changes.at(-1)?.after;
        return { changes, ...(rows.length > limit && last && { next: { at: last.at, key: last.key } }) };
      }),

    async changesAt(collection, positions) {
      const changes: Change[] = [];
      const distinct = new Map(positions.map((position) => [`${position.at} ${position.key}`, position]));
      for await (const some of chunksOf([...distinct.values()], MAX_POSITIONS)) {
        const asked = JSON.stringify(some.map(({ at, key }) => [at, escapeNul(key)]));
        const rows = await database.read(() => database.all(POSITIONS, [asked, collection]));
        changes.push(...rows.map((row) => changeOfRow(collection, row)));
      }
      return changes;
    },
  };
}

/** Sorts after every instant, and after an instant that it follows before any later one. */
const AFTER_ALL = "~";
