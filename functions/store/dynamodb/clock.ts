import { randomBytes } from "node:crypto";
import type { Collection } from "../../model/collection.ts";
import { EPOCH, instantOf } from "../../model/instant.ts";
import { STORED_FORMAT, type Store, type Writer } from "../port.ts";
import type { DatabaseTime } from "./database-time.ts";
import { assertFormat } from "./format.ts";
import type { Requests, Update } from "./requests.ts";
import type { TableNames } from "./schema.ts";

/** One record for all collections: the last instant issued, and the writers' marks by name, all in epoch ms; the cursors' secret. */
interface ClockRecord {
  readonly clock: number;
  readonly format: number;
  readonly marks: Readonly<Record<string, number>>;
  readonly secret?: Uint8Array;
}

const SECRET_BYTES = 32;

const KEY = { partition: "clock", scope: "clock" };

// The clauses of the conditions under which the record may be written.
const RECORD_IS_OURS = "#format = :format";
const RECORD_IS_ABSENT = "attribute_not_exists(#partition)";
const CLOCK_IS_BEHIND = "#clock < :now";

/** An update expression has at most 4 KB. */
const MAX_MARKS_AT_ONCE = 100;

type ClockStore = Pick<Store, "readTimestamp" | "begin" | "marks" | "deleteMarks" | "cursorSecret">;

export function createClock(requests: Requests, tables: TableNames, time: DatabaseTime): ClockStore {
  const read = async () => {
    const record = await requests.get("Scopes", KEY);
    if (record) assertFormat(record, tables.Scopes);
    return record as unknown as ClockRecord | undefined;
  };

  const create = async () => {
    if (await read()) return;
    const record = { ...KEY, clock: 0, format: STORED_FORMAT, marks: {} };
    await requests.put("Scopes", record, {
      ConditionExpression: RECORD_IS_ABSENT,
      ExpressionAttributeNames: { "#partition": "partition" },
    });
  };

  /** Undefined when there is no record, or one of another format. */
  const tick = async (mark: string) => {
    const ticked =
      (await requests.update("Scopes", tickTo(time.now(), mark))) ?? (await requests.update("Scopes", tickOn(mark)));
    return ticked && instantOf((ticked as unknown as ClockRecord).clock);
  };

  return {
    async readTimestamp() {
      const record = await read();
      return record ? instantOf(Math.min(record.clock, ...Object.values(record.marks))) : EPOCH;
    },
    async begin(writer) {
      // An instant is for ever: none is issued by a clock that was never compared with the database's.
      if (time.offset() === undefined) await read();
      const mark = markName(writer);
      const at = await tick(mark);
      if (at !== undefined) return at;
      await create();
      const first = await tick(mark);
      if (first === undefined) throw new Error(`the clock's record in ${tables.Scopes} was deleted at this moment`);
      return first;
    },
    async marks() {
      return Object.keys((await read())?.marks ?? {}).map(writerOf);
    },
    async deleteMarks(writer) {
      let names = [markName(writer)];
      while (names.length > 0) {
        const record = await requests.update("Scopes", markRemoval(names));
        if (!record) return void (await read());
        const { marks } = record as unknown as ClockRecord;
        names = Object.keys(marks)
          .filter((name) => isUpTo(writerOf(name), writer))
          .slice(0, MAX_MARKS_AT_ONCE);
      }
    },
    async cursorSecret() {
      return (await read())?.secret;
    },
  };
}

/** Ticks to the present, if the clock is not there yet. */
function tickTo(now: number, mark: string): Update {
  return {
    ...tickUpdate(mark, { clock: ":now", below: ":below" }),
    ConditionExpression: `${RECORD_IS_OURS} AND ${CLOCK_IS_BEHIND}`,
    ExpressionAttributeValues: { ...newSecret(), ":format": STORED_FORMAT, ":now": now, ":below": now - 1 },
  };
}

/** Ticks by one millisecond. */
function tickOn(mark: string): Update {
  return {
    // The mark is just below the new instant: on the right stands the clock as it was before the update.
    ...tickUpdate(mark, { clock: "#clock + :one", below: "#clock" }),
    ConditionExpression: RECORD_IS_OURS,
    ExpressionAttributeValues: { ...newSecret(), ":format": STORED_FORMAT, ":one": 1 },
  };
}

function newSecret() {
  return { ":secret": randomBytes(SECRET_BYTES) };
}

/** A mark that is there already stays: a repeated request must not raise it. So does the secret, whoever made it. */
function tickUpdate(mark: string, { clock, below }: { readonly clock: string; readonly below: string }): Update {
  return {
    Key: KEY,
    UpdateExpression: `SET #clock = ${clock}, #marks.#mark = if_not_exists(#marks.#mark, ${below}), #secret = if_not_exists(#secret, :secret)`,
    ExpressionAttributeNames: {
      ...{ "#clock": "clock", "#format": "format", "#marks": "marks", "#mark": mark },
      "#secret": "secret",
    },
    ReturnValues: "UPDATED_NEW",
  };
}

function markRemoval(names: readonly string[]): Update {
  return {
    Key: KEY,
    UpdateExpression: `REMOVE ${names.map((_, n) => `#marks.#m${n}`).join(", ")}`,
    ConditionExpression: RECORD_IS_OURS,
    ExpressionAttributeNames: {
      "#format": "format",
      "#marks": "marks",
      ...Object.fromEntries(names.map((name, n) => [`#m${n}`, name])),
    },
    ExpressionAttributeValues: { ":format": STORED_FORMAT },
    ReturnValues: "ALL_NEW",
  };
}

/** Collection and lease have no `|`; a scope's id may have any number. */
function markName({ collection, scope, lease }: Writer): string {
  return `${collection}|${scope}|${lease}`;
}

function writerOf(name: string): Writer {
  const [first, last] = [name.indexOf("|"), name.lastIndexOf("|")];
  const collection: Collection = name.slice(0, first);
  return { collection, scope: name.slice(first + 1, last), lease: Number(name.slice(last + 1)) };
}

function isUpTo(one: Writer, other: Writer): boolean {
  return one.collection === other.collection && one.scope === other.scope && one.lease <= other.lease;
}
