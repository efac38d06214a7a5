import { DeleteCommand, DynamoDBDocumentClient, PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { readChanges } from "../../functions/inventory/changes.ts";
import { readItems } from "../../functions/inventory/items.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import type { Instant } from "../../functions/model/instant.ts";
import type { TableId, TableNames } from "../../functions/store/dynamodb/schema.ts";
import { TABLES } from "../../functions/store/dynamodb/schema.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase as openSqlite, type Value } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { type VerifyRequest, verifyCollection } from "../../functions/sync/verify.ts";
import type { VerifyReport } from "../../functions/sync/verify-scope.ts";
import type { TestDatabase } from "../store/database.ts";
import { COLLECTION, createTestHost, SOURCE, type TestClock, type Thing } from "./engine.ts";

export const RETENTION_DAYS = 30;

/** Members of a version that a test changes. */
export interface Tampered {
  readonly document?: string;
  readonly hash?: string;
  readonly edges?: string;
}

/** A store, and ways to damage its records behind its back. Without an instant, all records of the item. */
export interface DamagedStore {
  readonly store: Store;
  dropVersions(key: string, at?: Instant): Promise<void>;
  setVersions(key: string, members: Tampered): Promise<void>;
  /** Puts a version of one key as one of another key, at another instant. */
  copyVersion(key: string, as: { readonly key: string; readonly at: Instant }): Promise<void>;
  dropChanges(key: string, at?: Instant): Promise<void>;
  setChanges(key: string, members: Tampered, at?: Instant): Promise<void>;
  copyChange(key: string, as: { readonly key: string; readonly at: Instant }): Promise<void>;
  dropEdges(key: string): Promise<void>;
  dropState(scope: string): Promise<void>;
  setState(scope: string, members: Readonly<Record<string, unknown>>): Promise<void>;
  dropDiscards(): Promise<void>;
  dropClock(): Promise<void>;
  /** Everything in a table. */
  dropAll(table: "Versions" | "Changes" | "Edges"): Promise<void>;
}

/** Lets the clock go on, as by a commit elsewhere: nothing expires before something was committed that much later. */
export async function tick(store: Store): Promise<void> {
  const writer = { collection: "test.others/123456789012/eu-west-1", scope: "all", lease: 1 };
  await store.begin(writer);
  await store.deleteMarks(writer);
}

/** Verifies the collection, a second later. */
export async function verify(
  store: Store,
  clock: TestClock,
  request: Partial<VerifyRequest> = {},
): Promise<VerifyReport[]> {
  clock.jump(1_000);
  const reports: VerifyReport[] = [];
  const verified = { collection: COLLECTION, source: SOURCE, retentionDays: RETENTION_DAYS, ...request };
  for await (const lot of verifyCollection(createTestHost(store, clock), verified)) reports.push(...lot);
  return reports;
}

type Values = Readonly<Record<string, unknown>>;

/** What is present at an instant, by value. */
export async function valuesAt(store: Store, at?: Instant): Promise<Values> {
  const { rows } = await readItems(await openRead(store, at), COLLECTION, {}, { limit: 1_000 });
  const present = rows.filter(({ state }) => state === "present");
  return Object.fromEntries(present.map(({ key, document }) => [key, (JSON.parse(document) as Thing).Value]));
}

/** What following the log up to an instant gives, after what an earlier follower knew. */
export async function valuesFollowed(
  store: Store,
  { until, known = {} }: { readonly until?: Instant; readonly known?: Values } = {},
): Promise<Values> {
  const values = new Map(Object.entries(known));
  const { rows } = await readChanges(await openRead(store, until), COLLECTION, { limit: 1_000 });
  for (const { kind, after } of rows) {
    if (kind === "removed") values.delete(after.key);
    else values.set(after.key, (JSON.parse(after.document) as Thing).Value);
  }
  return Object.fromEntries([...values].sort());
}

export function damagedSqlite(clock: Pick<TestClock, "now">): DamagedStore {
  const database = openSqlite(":memory:");
  const sql = async (statement: string, ...values: Value[]) => {
    await database.write(() => database.run(statement, values));
  };
  const copy = async (table: string, key: string, as: { key: string; at: Instant }) => {
    const columns = await database.read(() => database.all(`SELECT name FROM pragma_table_info('${table}')`).flat());
    const values = columns.map((name) => (name === "key" ? "?" : name === "at" ? "?" : name));
    const parameters = columns.flatMap((name) => (name === "key" ? [as.key] : name === "at" ? [as.at] : []));
    const columnList = columns.map((name) => `"${name}"`).join(", ");
    await sql(
      `INSERT OR REPLACE INTO ${table} (${columnList}) SELECT ${values.join(", ")} FROM ${table} WHERE key = ? ORDER BY at DESC LIMIT 1`,
      ...parameters,
      key,
    );
  };
  const set = async (table: string, members: Tampered, where: readonly [string, ...Value[]]) => {
    const names = Object.keys(members);
    const [condition, ...values] = where;
    await sql(
      `UPDATE ${table} SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE ${condition}`,
      ...(Object.values(members) as string[]),
      ...values,
    );
  };
  return {
    store: createSqliteStore(database, { now: clock.now, retentionDays: RETENTION_DAYS }),
    dropVersions: (key, at = "%") => sql("DELETE FROM stored_versions WHERE key = ? AND at LIKE ?", key, at),
    setVersions: (key, members) => set("stored_versions", members, ["key = ?", key]),
    copyVersion: (key, as) => copy("stored_versions", key, as),
    dropChanges: (key, at = "%") => sql("DELETE FROM stored_changes WHERE key = ? AND at LIKE ?", key, at),
    setChanges: (key, members, at = "%") => set("stored_changes", members, ["key = ? AND at LIKE ?", key, at]),
    copyChange: (key, as) => copy("stored_changes", key, as),
    dropEdges: (key) => sql("DELETE FROM stored_edges WHERE key = ?", key),
    dropState: (scope) => sql("DELETE FROM stored_scopes WHERE scope = ?", scope),
    setState: (scope, members) =>
      sql("UPDATE stored_scopes SET state = json_patch(state, ?) WHERE scope = ?", JSON.stringify(members), scope),
    dropDiscards: () => sql("DELETE FROM stored_discards"),
    dropClock: () => sql("DELETE FROM stored_clock"),
    dropAll: (table) => sql(`DELETE FROM stored_${table.toLowerCase()}`),
  };
}

type Attributes = Record<string, unknown>;

export async function damagedDynamo(database: TestDatabase): Promise<DamagedStore> {
  await (await database.newStore()).close();
  const tables: TableNames = database.tables();
  const client = DynamoDBDocumentClient.from(database.connect());
  /** Replaces the records that `change` answers something else for; what it answers nothing for goes. */
  const edit = async (table: TableId, change: (record: Attributes) => Attributes | undefined) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables[table] }));
    const { partitionKey, sortKey } = TABLES[table];
    for (const record of Items) {
      const changed = change(record);
      if (changed === record) continue;
      if (changed) await client.send(new PutCommand({ TableName: tables[table], Item: changed }));
      const key = { [partitionKey]: record[partitionKey], [sortKey]: record[sortKey] };
      if (!changed) await client.send(new DeleteCommand({ TableName: tables[table], Key: key }));
    }
  };
  const add = async (table: TableId, find: (record: Attributes) => boolean, as: Attributes) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: tables[table] }));
    const record = Items.filter(find).at(-1);
    await client.send(new PutCommand({ TableName: tables[table], Item: { ...record, ...as } }));
  };
  const isVersion =
    (key: string, at = "") =>
    (record: Attributes) =>
      String(record.versionKey).startsWith(`${key}\u0000${at}`);
  const isChange =
    (key: string, at = "") =>
    (record: Attributes) =>
      String(record.changeKey).startsWith(at) && String(record.changeKey).slice(25) === key;
  const dropIf = (is: (record: Attributes) => boolean) => (record: Attributes) => (is(record) ? undefined : record);
  return {
    store: createDynamoStore(database.connect(), tables, { retentionDays: RETENTION_DAYS }),
    dropVersions: (key, at) => edit("Versions", dropIf(isVersion(key, at))),
    setVersions: (key, members) =>
      edit("Versions", (record) => (isVersion(key)(record) ? { ...record, ...members } : record)),
    copyVersion: (key, as) => add("Versions", isVersion(key), { versionKey: `${as.key}\u0000${as.at}` }),
    dropChanges: (key, at) => edit("Changes", dropIf(isChange(key, at))),
    setChanges: (key, members, at) =>
      edit("Changes", (record) =>
        isChange(key, at)(record) ? { ...record, after: { ...(record.after as Attributes), ...members } } : record,
      ),
    copyChange: (key, as) => add("Changes", isChange(key), { changeKey: `${as.at}#${as.key}` }),
    dropEdges: (key) =>
      edit(
        "Edges",
        dropIf((record) => record.key === key),
      ),
    dropState: (scope) =>
      edit(
        "Scopes",
        dropIf((record) => record.scope === scope && record.revision !== undefined),
      ),
    setState: (scope, members) =>
      edit("Scopes", (record) =>
        record.scope === scope && record.revision !== undefined ? merged(record, members) : record,
      ),
    dropDiscards: () =>
      edit(
        "Scopes",
        dropIf(({ partition }) => String(partition).startsWith("discards/")),
      ),
    dropClock: () =>
      edit(
        "Scopes",
        dropIf(({ partition }) => partition === "clock"),
      ),
    dropAll: (table) => edit(table, () => undefined),
  };
}

/** As json_patch merges: null removes a member. */
function merged(record: Attributes, members: Readonly<Record<string, unknown>>): Attributes {
  const entries = Object.entries({ ...record, ...members }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}
