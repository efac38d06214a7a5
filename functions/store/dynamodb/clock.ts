import { randomBytes } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { Collection } from "../../model/collection.ts";
import { EPOCH, instantOf } from "../../model/instant.ts";
import { STORED_FORMAT, type Store, type Writer } from "../port.ts";
import type { Requests, Update } from "./requests.ts";
import { assertFormat, type TableNames } from "./schema.ts";

/** What time it is in the database: this machine's time, and no offset, until an answer has told the database's. */
type DatabaseTime = Pick<Store, "now" | "clockOffset">;

/** A Date header is cut to whole seconds. */
const DATE_RESOLUTION_MS = 1_000;

/** Measures the time by the Date header of every answer that the client gets from now on, errors too. */
export function measureTime(client: DynamoDBClient): DatabaseTime {
  let offset: number | undefined;
  client.middlewareStack.add(
    (next) => async (args) => {
      const sent = Date.now();
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      const answered = Date.parse(headers?.date ?? "");
      // The answer was given after `sent` and before now, and within the second that follows its date. The offset moves only as far as
      // that demands: a clock that agrees with the answers is taken as it is.
      if (!Number.isNaN(answered)) {
        offset = Math.min(Math.max(offset ?? 0, sent - answered - DATE_RESOLUTION_MS), Date.now() - answered);
      }
      return result;
    },
    // Next to the wire, below what turns an answer into an error.
    { step: "deserialize", priority: "low" },
  );
  return {
    now: () => Math.round(Date.now() - (offset ?? 0)),
    clockOffset: () => offset,
  };
}

/** One record for all collections: the last instant issued, and the writers' marks by name, all in epoch ms; the cursors' secret. */
interface ClockRecord {
  readonly clock: number;
  readonly format: number;
  readonly marks: Readonly<Record<string, number>>;
  readonly secret: Uint8Array;
}

const SECRET_BYTES = 32;

const KEY = { partition: "clock", scope: "clock" };
const FORMAT_IS_OURS = "#format = :format";

/** The clock and the marks. */
export function createClock(requests: Requests, tables: TableNames, time: DatabaseTime) {
  const read = async () => {
    const record = await requests.get("Scopes", KEY);
    if (record) assertFormat(record, tables.Scopes);
    return record as unknown as ClockRecord | undefined;
  };
  const create = async () => {
    if (await read()) return;
    await requests.put(
      "Scopes",
      { ...KEY, clock: 0, format: STORED_FORMAT, marks: {}, secret: randomBytes(SECRET_BYTES) },
      {
        ConditionExpression: "attribute_not_exists(#partition)",
        ExpressionAttributeNames: { "#partition": "partition" },
      },
    );
  };
  /** Undefined when there is no record, or one of another format. */
  const tick = async (mark: string) => {
    const now = time.now();
    const ticked =
      (await requests.update("Scopes", tickUpdate(now, mark, "present"))) ??
      (await requests.update("Scopes", tickUpdate(now, mark, "next")));
    return ticked && instantOf((ticked as unknown as ClockRecord).clock);
  };

  return {
    async readTimestamp() {
      const record = await read();
      return record ? instantOf(Math.min(record.clock, ...Object.values(record.marks))) : EPOCH;
    },
    async begin(writer) {
      // An instant is for ever: none is issued by a clock that was never compared with the database's.
      if (time.clockOffset() === undefined) await read();
      const mark = markName(writer);
      let at = await tick(mark);
      if (at === undefined) {
        await create();
        at = await tick(mark);
      }
      if (at === undefined) throw new Error(`the clock's record in ${tables.Scopes} was deleted at this moment`);
      return at;
    },
    async marks() {
      return Object.keys((await read())?.marks ?? {}).map(writerOf);
    },
    async cursorSecret() {
      return (await read())?.secret;
    },
    async deleteMarks(writer) {
      let names = [markName(writer)];
      while (names.length > 0) {
        const record = await requests.update("Scopes", markRemoval(names));
        if (!record) return void (await read());
        const { marks } = record as unknown as ClockRecord;
        names = Object.keys(marks).filter((name) => isUpTo(writerOf(name), writer));
      }
    },
  } satisfies Partial<Store>;
}

/**
 * Ticks to the present, if the clock is not there yet; otherwise on, by one millisecond: a record that another writer has made meanwhile begins
 * at the epoch. On the right stands the clock as it was before: the mark is just below the new instant. One that is there already stays, since a
 * repeated request must not raise it.
 */
function tickUpdate(now: number, mark: string, to: "present" | "next"): Update {
  const [clock, below, isThere, values] =
    to === "present"
      ? [":now", ":below", "<", { ":below": now - 1 }]
      : ["#clock + :one", "#clock", ">=", { ":one": 1 }];
  return {
    Key: KEY,
    UpdateExpression: `SET #clock = ${clock}, #marks.#mark = if_not_exists(#marks.#mark, ${below})`,
    ConditionExpression: `${FORMAT_IS_OURS} AND #clock ${isThere} :now`,
    ExpressionAttributeNames: { "#clock": "clock", "#format": "format", "#marks": "marks", "#mark": mark },
    ExpressionAttributeValues: { ":format": STORED_FORMAT, ":now": now, ...values },
    ReturnValues: "UPDATED_NEW",
  };
}

function markRemoval(names: readonly string[]): Update {
  const marks = Object.fromEntries(names.map((name, n) => [`#m${n}`, name]));
  return {
    Key: KEY,
    UpdateExpression: `REMOVE ${Object.keys(marks).map((mark) => `#marks.${mark}`)}`,
    ConditionExpression: FORMAT_IS_OURS,
    ExpressionAttributeNames: { "#format": "format", "#marks": "marks", ...marks },
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
