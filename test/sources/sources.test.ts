import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readListOperation } from "../../functions/aws/list-operation.ts";
import { clientSettings } from "../../functions/aws/settings.ts";
import { inRange, type Scope, scopeOfFirstPart } from "../../functions/model/collection.ts";
import { nodeOf } from "../../functions/model/node.ts";
import { type Connection, ParentNotFoundError } from "../../functions/model/source.ts";
import type { AwsSource } from "../../functions/sources/define-aws-source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { TableName } from "../../simulator/account.ts";
import type { FaultKind } from "../../simulator/faults.ts";
import { OPERATIONS, type OperationName } from "../../simulator/operations/registry.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";

/** Every source, through its SDK client and over its service's wire protocol, against a simulated account. */

const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };
const { signal } = new AbortController();

let simulator: Simulator;
const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), associations: 345, memberships: 24, images: 30 });
const target = { account: account.accountId, region: account.region };
const connections = new Map<AwsSource, Connection>();
/** What each source lists, scope by scope. */
const listings = new Map<AwsSource, { readonly scope: Scope; readonly documents: readonly Document[] }[]>();
beforeAll(async () => {
  simulator = await startSimulator({ account });
  for (const source of SOURCES) {
    const settings = clientSettings({ region: account.region, endpoint: simulator.url, credentials: CREDENTIALS });
    const connection = source.connect({ ...settings, maxAttempts: 1 });
    connections.set(source, connection);
    const listed = [];
    for (const scope of await scopesOf(connection))
      listed.push({ scope, documents: await documentsOf(connection, scope) });
    listings.set(source, listed);
  }
});
afterAll(async () => {
  for (const connection of connections.values()) connection.close();
  await simulator.close();
});
beforeEach(() => simulator.faults.clear());

type Document = Record<string, unknown>;

/** What the account holds of a source's items. */
function heldBy({ id }: AwsSource): readonly object[] {
  const [, name = ""] = id.split(".");
  const table = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()).replace("AccountA", "A");
  const rows = [...account.table((id === "iot.account-associations" ? "accountAssociations" : table) as TableName)];
  if (id !== "cleanrooms.configured-table-associations") return rows;
  const active = new Set([...account.memberships].flatMap(({ arn, status }) => (status === "ACTIVE" ? arn : [])));
  return rows.filter((row) => active.has((row as { membershipArn: string }).membershipArn));
}

/** The documents of a scope, in the form in which they are stored. */
async function documentsOf(connection: Connection, scope: Scope): Promise<Document[]> {
  const documents: Document[] = [];
  for await (const page of connection.list(scope, signal))
    documents.push(...JSON.parse(JSON.stringify(page.documents)));
  return documents;
}

async function scopesOf(connection: Connection): Promise<Scope[]> {
  const scopes: Scope[] = [];
  for await (const scope of connection.plan(signal, target)) scopes.push(scope);
  return scopes;
}

describe.each(SOURCES.map((source) => [source.id, source] as const))("%s", (_, source) => {
  const operation = source.operation.split(" ").at(-1) as OperationName;
  const parent = SOURCES.find(({ id }) => id === source.plannedFrom?.source);
  const connection = () => connections.get(source) as Connection;
  const listed = () => listings.get(source) ?? [];
  /** A scope that has items. */
  const some = () => listed().find(({ documents }) => documents.length > 0) as ReturnType<typeof listed>[number];

  test("lists everything that there is, once, and each item within its scope", () => {
    const keys: string[] = [];
    for (const { scope, documents } of listed()) {
      for (const document of documents) {
        const key = source.key(document) ?? "";
        expect(inRange(scope.range, key)).toBe(true);
        keys.push(key);
        for (const [member, value] of Object.entries(document)) {
          if (/Time$|^Created$/.test(member)) expect(value).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
        }
        if (source.nodePaths) expect(nodeOf(source.nodePaths, document)?.names.length).toBeGreaterThan(0);
      }
    }
    const held = heldBy(source).length;
    expect(held).toBeGreaterThan(0);
    expect(keys).toHaveLength(held);
    expect(new Set(keys)).not.toContain("");
    expect(new Set(keys).size).toBe(held);
  });

  test("lists the same through empty pages, keeps members that the SDK does not know, by the greatest pages", async () => {
    const { scope, documents } = some();
    simulator.faults.add({ kind: "empty-page", operation, times: 2 });
    simulator.faults.add({ kind: "unknown-member", operation });
    const before = simulator.requests[operation];
    const added = { AddedByALaterModel: { Of: ["any", "shape"] } };
    expect(await documentsOf(connection(), scope)).toEqual(documents.map((document) => ({ ...document, ...added })));
    const { pageSize = "" } = readListOperation(source.command);
    const size = Number(OPERATIONS[operation].rules[pageSize]?.max ?? Number.POSITIVE_INFINITY);
    // Clean Rooms' pages are short or empty as it likes, and a source may send two requests.
    expect(simulator.requests[operation] - before).toBeLessThanOrEqual(Math.ceil(documents.length / size) + 2 + 3);
  });

  test("fails when it is denied in the middle, when a token comes again, and when one has expired", async () => {
    const { scope } = some();
    const paged = OPERATIONS[operation].paging !== undefined;
    const failing = async (kind: FaultKind, message: string | RegExp) => {
      simulator.faults.clear();
      if (kind !== "repeat-token") simulator.faults.add({ kind: "empty-page", operation, times: 1 });
      simulator.faults.add({ kind, operation, ...(paged && kind === "deny" && { afterPages: 1 }) });
      await expect(documentsOf(connection(), scope)).rejects.toThrow(message);
    };
    await failing("deny", `not authorized to perform: ${source.grants.at(-1)?.action}`);
    if (paged) await failing("repeat-token", "repeated a page token");
    if (paged) await failing("expired-token", /[Tt]oken/);
  });

  if (parent)
    test("tells a parent that is gone, and plans nothing when it may not list the parents", async () => {
      const unknown = scopeOfFirstPart(`${some().scope.id.slice(0, -4)}0000`);
      await expect(documentsOf(connection(), unknown)).rejects.toThrow(ParentNotFoundError);
      simulator.faults.add({ kind: "deny", operation: parent?.operation.split(" ").at(-1) as OperationName });
      const denied = `not authorized to perform: ${parent?.grants.at(-1)?.action}`;
      await expect(scopesOf(connection())).rejects.toThrow(denied);
    });

  if (source.listedByCreation)
    test("lists a range of creation time by itself, oldest first", async () => {
      const timesOf = (documents: readonly Document[]) => documents.map(({ CreationTime }) => String(CreationTime));
      const times = timesOf(some().documents);
      expect(times).toEqual(times.toSorted());
      const [from = "", until = ""] = [1, 2].map((third) => times[Math.floor((third * times.length) / 3)]);
      const isWithin = (time: string) => time >= from && time < until;
      const part = timesOf(await documentsOf(connection(), { id: `from:${from}`, range: { from, until } }));
      expect(part.length).toBeLessThan(times.length);
      expect(part.filter(isWithin)).toEqual(times.filter(isWithin));
    });
});

test("every edge ends in nodes that some item answers to", () => {
  const documents = [...listings].flatMap(([source, listed]) =>
    listed.flatMap(({ documents }) => documents.map((document) => ({ source, document }))),
  );
  const names = new Set(
    documents.flatMap(({ source, document }) => (source.nodePaths && nodeOf(source.nodePaths, document)?.names) ?? []),
  );
  const ends = documents.flatMap(({ source, document }) =>
    source.edges(document).flatMap(({ from, to }) => [from, to]),
  );
  expect(new Set(ends).size).toBeGreaterThan(100);
  expect([...new Set(ends)].filter((end) => !names.has(end))).toEqual([]);
});
