import type { UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { PLAN } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import { BEGINNING, instantOf } from "../model/instant.ts";
import type { Database } from "./database.ts";
import { type Holder, hasEndedSo, type PlanEnd, type Store, type SyncEnd } from "./port.ts";
import { type ScopeRecord, standingOfRecord } from "./records.ts";

/*
 * Beside the standings, Scopes holds one clock for all collections, a directory of collections and the scopes' outlines, under
 * partition keys that no collection can have.
 */
const CLOCK = { collection: "#clock", scope: "#clock" };
const DIRECTORY = "#collections";
const outlinesOf = (collection: string) => `#outlines/${collection}`;

// The clauses of the conditions under which a standing may be written.
const NOBODY_HOLDS = "attribute_not_exists(#leaseHolder)";
const LEASE_LAPSED = "#leaseUntil < :now";
const HOLDER_HOLDS = "#leaseHolder = :holder";
const NOT_SHORTER = "#leaseUntil <= :until";
const CLOCK_BEHIND = "attribute_not_exists(#clock) OR #clock < :now";

type ScopeStore = Pick<
  Store,
  | "standing"
  | "standings"
  | "collections"
  | "takeLease"
  | "renewLease"
  | "markDirty"
  | "clearDirty"
  | "endSync"
  | "notePlan"
  | "outline"
  | "putOutline"
  | "readClock"
  | "tick"
>;

export function scopeStore(database: Database, table: string): ScopeStore {
  const update = (
    key: { collection: string; scope: string },
    expression: string,
    condition: string | undefined,
    values: Record<string, unknown>,
    returns: UpdateCommandInput["ReturnValues"] = "ALL_NEW",
  ) =>
    database.update<ScopeRecord>({
      TableName: table,
      Key: { collection: key.collection, scope: key.scope },
      UpdateExpression: expression,
      ...(condition && { ConditionExpression: condition }),
      ExpressionAttributeNames: namesIn(`${expression} ${condition ?? ""}`),
      ExpressionAttributeValues: values,
      ReturnValues: returns,
    });

  const updateHeld = async (
    holder: Holder,
    expression: string,
    values: Record<string, unknown> = {},
    condition = HOLDER_HOLDS,
  ) => {
    const written = await update(holder, expression, condition, { ":holder": holder.holder, ...values }, "UPDATED_NEW");
    if (!written)
      throw new SyncError("superseded", `another sync has taken over scope ${holder.scope}; this one has stopped`);
  };

  const standing: Store["standing"] = async (collection, scope) => {
    const record = await database.get<ScopeRecord>(table, { collection, scope });
    return record && standingOfRecord(record);
  };

  const enter = (collection: string) => database.put(table, { collection: DIRECTORY, scope: collection });

  return {
    standing,
    async standings(collection) {
      const standings = [];
      for await (const records of database.queryAll<ScopeRecord>(partition(table, collection))) {
        standings.push(...records.map(standingOfRecord));
      }
      return standings;
    },
    async collections() {
      const collections = [];
      for await (const records of database.queryAll<ScopeRecord>(partition(table, DIRECTORY))) {
        collections.push(...records.map((record) => record.scope));
      }
      return collections;
    },
    async takeLease({ collection, scope, holder, now, until }) {
      const { expression, values } = setting({
        leaseHolder: holder,
        leaseUntil: until,
        rangeFrom: scope.range.from,
        rangeUntil: scope.range.until,
      });
      const record = await update(
        { collection, scope: scope.id },
        expression,
        `${NOBODY_HOLDS} OR ${LEASE_LAPSED} OR ${HOLDER_HOLDS}`,
        { ...values, ":now": now, ":holder": holder },
      );
      if (record) {
        if (record.triedAt === undefined) await enter(collection);
        return { taken: true, standing: standingOfRecord(record) };
      }
      const held = await standing(collection, scope.id);
      return { taken: false, standing: held ?? { collection, scope: scope.id, range: scope.range, items: 0 } };
    },
    async renewLease(holder, until) {
      try {
        await updateHeld(holder, "SET #leaseUntil = :until", { ":until": until }, `${HOLDER_HOLDS} AND ${NOT_SHORTER}`);
      } catch (error) {
        const now = await standing(holder.collection, holder.scope);
        if (now?.lease?.holder !== holder.holder) throw error;
      }
    },
    markDirty: (holder, dirtySince) =>
      updateHeld(holder, "SET #dirtySince = :dirtySince, #dirtyBy = :holder", { ":dirtySince": dirtySince }),
    clearDirty: (holder) => updateHeld(holder, "REMOVE #dirtySince, #dirtyBy"),
    async endSync(holder, end) {
      const { expression, values } = ending(end);
      try {
        await updateHeld(holder, expression, values);
      } catch (error) {
        const now = await standing(holder.collection, holder.scope);
        if (!now || !hasEndedSo(now, end)) throw error;
      }
    },
    async notePlan(collection, end) {
      const { expression, values } = planEnding(end);
      const write = (condition?: string) => update({ collection, scope: PLAN }, expression, condition, values, "NONE");
      if (await write("attribute_exists(#collection)")) return;
      // Entered before it is noted: whoever dies in between, or is not answered, enters it again the next time.
      await enter(collection);
      await write();
    },
    async outline(collection, scope) {
      const key = { collection: outlinesOf(collection), scope };
      return (await database.get<{ outline: Uint8Array }>(table, key))?.outline;
    },
    putOutline: (collection, scope, outline) =>
      database.put(table, { collection: outlinesOf(collection), scope, outline }),
    async readClock() {
      const record = await database.get<{ clock: number }>(table, CLOCK);
      return record ? instantOf(record.clock) : BEGINNING;
    },
    async tick(now) {
      const set = await update(CLOCK, "SET #clock = :now", CLOCK_BEHIND, { ":now": now });
      const ticked = set ?? (await update(CLOCK, "ADD #clock :one", undefined, { ":one": 1 }));
      const { clock } = ticked as unknown as { clock: number };
      return instantOf(clock);
    },
  };
}

function partition(table: string, collection: string) {
  return {
    TableName: table,
    KeyConditionExpression: "#collection = :collection",
    ExpressionAttributeNames: { "#collection": "collection" },
    ExpressionAttributeValues: { ":collection": collection },
  };
}

function ending(end: SyncEnd) {
  if (end.outcome === "failed") {
    const { outcome, triedAt, error, abandoned } = end;
    const kept = abandoned
      ? {}
      : { leaseHolder: undefined, leaseUntil: undefined, dirtySince: undefined, dirtyBy: undefined };
    return setting({ outcome, triedAt, error, ...kept });
  }
  const { outcome, triedAt, snapshotAt, completeAt, items, digest, listing, held, window, sweep, vanished } = end;
  return setting({
    outcome,
    triedAt,
    snapshotAt,
    items,
    digest,
    listing,
    held,
    window,
    sweep,
    vanished,
    error: undefined,
    leaseHolder: undefined,
    leaseUntil: undefined,
    dirtySince: undefined,
    dirtyBy: undefined,
    ...(completeAt !== undefined && { completeAt }),
  });
}

function planEnding(end: PlanEnd) {
  return setting(end.outcome === "complete" ? { ...end, error: undefined } : { ...end });
}

/** Every attribute is named by a placeholder, since DynamoDB reserves many of the plainest words. */
function namesIn(expressions: string): Record<string, string> {
  return Object.fromEntries(
    [...expressions.matchAll(/#(\w+)/g)].map(([placeholder, name = ""]) => [placeholder, name]),
  );
}

/** The update that sets what has a value and removes what has none. */
function setting(attributes: Record<string, unknown>) {
  const set = Object.keys(attributes).filter((name) => attributes[name] !== undefined);
  const removed = Object.keys(attributes).filter((name) => attributes[name] === undefined);
  return {
    expression: [
      set.length > 0 && `SET ${set.map((name) => `#${name} = :${name}`).join(", ")}`,
      removed.length > 0 && `REMOVE ${removed.map((name) => `#${name}`).join(", ")}`,
    ]
      .filter(Boolean)
      .join(" "),
    values: Object.fromEntries(set.map((name) => [`:${name}`, attributes[name]])),
  };
}
