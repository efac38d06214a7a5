import { readFileSync } from "node:fs";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { dispatchMinute } from "../../functions/lambda/dispatch.ts";
import type { Service } from "../../functions/lambda/service.ts";
import { createServiceLog } from "../../functions/lambda/service-log.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { collectionOf, serviceOf } from "../../functions/model/collection.ts";
import { NO_COUNTS } from "../../functions/model/counters.ts";
import { parseSourceSettings } from "../../functions/model/source-settings.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import type { Store } from "../../functions/store/port.ts";
import { openDatabase as openSqlite } from "../../functions/store/sqlite/database.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { initialRecord, release } from "../../functions/sync/claim.ts";
import { dispatch, type WorkOrder } from "../../functions/sync/dispatch.ts";
import { dueKind } from "../../functions/sync/due.ts";
import { COLLECTIONS_AT_ONCE } from "../../functions/sync/work.ts";
import { costTables, defaultTemplate } from "../../infra/cost-tables.ts";
import { batchesOf, centsOf, monthlyCost, type PricedTemplate, USE, WORKLOAD } from "../../infra/monthly-cost.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";

/** docs/cost.md says what the default template costs, which is at most $5.00 a month. */

const page = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");

let database: TestDatabase;
let template: PricedTemplate;

beforeAll(async () => {
  database = await openDatabase();
  template = defaultTemplate();
});

afterAll(() => database.close());

test("a default inventory costs at most $5.00 a month", () => {
  const cents = (priced: PricedTemplate) => monthlyCost(priced).reduce((sum, line) => sum + centsOf(line), 0);
  expect(cents(template)).toBeLessThanOrEqual(500);
  expect(cents(template)).toBeGreaterThan(100);
});

test("publishing what changes costs at most $0.20 a month of the default", () => {
  const lines = monthlyCost(template).filter(({ what }) => /publish/.test(what));
  expect(lines.length).toBeGreaterThan(2);
  expect(
    lines.reduce((sum, { factors, price }) => sum + factors.reduce((product, factor) => product * factor, price), 0),
  ).toBeLessThanOrEqual(0.2);
});

test("docs/cost.md has these tables: if not, run `npm run cost`", () => {
  for (const { table } of costTables(template)) expect(page).toContain(`\n${table}\n\n`);
});

test("the cost follows from the template", () => {
  const before = monthlyCost(template).reduce((sum, line) => sum + centsOf(line), 0);
  const [id, alarm] =
    Object.entries(template.Resources).find(([, { Type }]) => Type === "AWS::CloudWatch::Alarm") ?? [];
  const more = { ...template.Resources, More: alarm as object, Dashboard: { Type: "AWS::CloudWatch::Dashboard" } };
  const after = monthlyCost({ Resources: more as typeof template.Resources });
  expect(id).toBeDefined();
  expect(after.reduce((sum, line) => sum + centsOf(line), 0)).toBe(before + 10 + 300);
});

/** Sums, products and quotients of numbers. */
function value(arithmetic: string): number {
  const plain = arithmetic.replaceAll(/[$,]/g, "").replaceAll("×", "*");
  expect(plain).toMatch(/^[\d.*/ ]+$/);
  return Number(new Function(`return ${plain}`)());
}

function dollars(text: string): number {
  return Number(text.replaceAll(/[$*]/g, ""));
}

test("each row is the result of its arithmetic, and the sums in the text are right", () => {
  const [, long] = costTables(template);
  const rows = (long?.table ?? "").split("\n").slice(2, -1);
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const [, , arithmetic = "", result = ""] = row.split("|").map((cell) => cell.trim());
    expect([arithmetic, value(arithmetic).toFixed(2)]).toEqual([arithmetic, dollars(result).toFixed(2)]);
  }
  const [, arithmetic = "", result = ""] = page.match(/costs once ([^=]+) = (\$[\d.]+)\./) ?? [];
  expect(value(arithmetic).toFixed(2)).toBe(dollars(result).toFixed(2));
});

/** What the template tells the functions of all sources, and the services that have one. */
function deployed(): { sources: Service["environment"]["sources"]; services: string[] } {
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::Lambda::Function");
  const variables = functions.flatMap(({ Properties }) => Properties.Environment.Variables);
  const services = variables.flatMap(({ STOCKTAKE_SERVICE }) => STOCKTAKE_SERVICE ?? []);
  const { STOCKTAKE_SOURCES } = variables.find(({ STOCKTAKE_SERVICE }) => STOCKTAKE_SERVICE);
  return { sources: parseSourceSettings(STOCKTAKE_SOURCES) ?? {}, services };
}

const TARGET = { account: "123456789012", region: "ap-southeast-2" };
const LONG_AGO = "2026-03-01T00:00:00.000Z";

/** A service's function on a store. */
function functionOf(service: string, store: Store): Service {
  return {
    environment: {
      ...{ service, sources: deployed().sources, workers: 1, guard: { items: 10, share: 0.5 } },
      metricsNamespace: "Stocktake/Stocktake",
    } as unknown as Service["environment"],
    ...{ sources: SOURCES.filter(({ id }) => serviceOf(id) === service), store, clock: systemClock },
    connect: () => {
      throw new Error("nothing is due");
    },
    putEvents: async () => undefined,
    invoke: async () => undefined,
    log: createServiceLog(service),
  };
}

/** How many bytes are written to the log meanwhile. */
async function logged(write: () => Promise<void>): Promise<number> {
  const written = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  try {
    await write();
    return written.mock.calls.reduce((sum, [text]) => sum + Buffer.byteLength(text), 0);
  } finally {
    written.mockRestore();
  }
}

test("a dispatch that finds nothing due reads and logs no more than the table says", async () => {
  await database.newStore();
  const client = database.connect();
  let units = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: "TOTAL" } });
      units += (result.output as { ConsumedCapacity?: { CapacityUnits: number } }).ConsumedCapacity?.CapacityUnits ?? 0;
      return result;
    },
    { step: "initialize", name: "countUnits" },
  );
  const store = createDynamoStore(client, database.tables(), { retentionDays: 30 });
  const now = store.now();
  for (const { id, planned, listedByCreation } of SOURCES) {
    await store.putCollectionRecord({
      ...{ collection: collectionOf(id, TARGET), revision: 1, status: "active", nextAt: now + 3_600_000 },
      ...(listedByCreation && { nextIncrementalAt: now + 300_000, quiet: 9, foundAt: now }),
      ...(planned && { plan: { lastAttemptAt: LONG_AGO, lastCompleteAt: LONG_AGO } }),
      ...{ freshAt: LONG_AGO, failures: 1, failure: "throttled" },
    });
  }
  const [dispatches, others] = monthlyCost(template).filter(({ what }) =>
    /^reads of (dispatches|the other)/.test(what),
  );
  const used = async (memory: object): Promise<number> => {
    units = 0;
    for (const service of deployed().services) {
      const bytes = await logged(() =>
        dispatchMinute(functionOf(service, store), { reconciledAt: now, ...memory }, new AbortController().signal),
      );
      expect(bytes).toBeGreaterThan(100);
      expect(bytes).toBeLessThanOrEqual(USE.dispatchLogBytes);
    }
    return units;
  };
  const alone = await used({ othersAt: now });
  expect(alone).toBeGreaterThanOrEqual(deployed().services.length * 2);
  expect(alone).toBeLessThanOrEqual(dispatches?.factors[1] ?? 0);
  expect((await used({})) - alone).toBeLessThanOrEqual(others?.factors[1] ?? 0);
});

test("the log of an invocation, and of a sync that finds a change, is no longer than the table says", async () => {
  const log = createServiceLog("sagemaker");
  log.invoked({ functionName: "Stocktake-sagemaker", awsRequestId: crypto.randomUUID() } as Context);
  expect(await logged(async () => log.worked(18))).toBeLessThanOrEqual(USE.invocationLogBytes);
  const record: SyncRecord = {
    ...{ ...NO_COUNTS, collection: collectionOf("sagemaker.associations", TARGET), scope: `from ${LONG_AGO}` },
    ...{ startedAt: LONG_AGO, at: LONG_AGO, kind: "incremental", outcome: "complete", durationMs: 1_234, added: 3 },
    hint: {
      at: LONG_AGO,
      event: "AddAssociation",
      principal: `arn:aws:sts::123456789012:assumed-role/${"r".repeat(64)}/s`,
    },
  };
  const scopes = [{ scope: record.scope, result: { status: "ended", record } as const }];
  const { collection } = record;
  const line = await logged(async () => log.synced({ collection, kind: "incremental", scopes }));
  expect(line).toBeGreaterThan(300);
  expect(line).toBeLessThanOrEqual(USE.changedSyncLogBytes);
});

test("what is due equally often is synced together, as the table counts invocations", async () => {
  const hours = 6;
  const { sources, services } = deployed();
  let now = Date.parse(LONG_AGO);
  const store = createSqliteStore(openSqlite(":memory:"), { retentionDays: 30, now: () => now });
  const target = { ...TARGET, region: "eu-west-1" };
  for (const { id } of SOURCES) {
    const collection = collectionOf(id, target);
    await store.putCollectionRecord({ ...initialRecord(collection), revision: 1 });
  }
  let invocations = 0;
  let turns = 0;
  /** Every sync finds something, and takes a few seconds. */
  const invoke = async ({ claim, collections }: WorkOrder) => {
    invocations += 1;
    turns += Math.ceil(collections.length / COLLECTIONS_AT_ONCE);
    for (const collection of collections) {
      now += 250;
      const record = await store.collectionRecord(collection);
      const { intervalMinutes, incrementalMinutes } = sources[collection.split("/")[0] ?? ""] ?? { intervalMinutes: 0 };
      expect(record?.claim?.id).toBe(claim);
      if (!record) continue;
      await release(store, record, {
        ...{ kind: dueKind(record, now) ?? "full", found: 1 },
        intervals: {
          fullMs: intervalMinutes * 60_000,
          ...(incrementalMinutes !== undefined && { incrementalMs: incrementalMinutes * 60_000 }),
        },
      });
    }
  };
  for (let minute = 0; minute < hours * 60; minute += 1) {
    for (const service of services) {
      now = Date.parse(LONG_AGO) + minute * 60_000;
      const records = await store.collectionRecords([service]);
      expect((await dispatch(store, records, { workers: 1, invoke })).failures).toEqual([]);
    }
  }
  await store.close();
  const share = hours / 730;
  const counted = batchesOf(sources).reduce(
    (sum, batch) => ({ times: sum.times + batch.times * share, turns: sum.turns + batch.times * batch.turns * share }),
    { times: 0, turns: 0 },
  );
  expect(invocations).toBeGreaterThan(counted.times / 2);
  expect(invocations).toBeLessThanOrEqual(counted.times);
  expect(turns).toBeLessThanOrEqual(counted.turns);
  expect(USE.collectionsAtOnce).toBe(COLLECTIONS_AT_ONCE);
});

test("the table knows how many parents each planned source has", () => {
  const planned = SOURCES.filter((source) => source.planned).map(({ id }) => id);
  expect(Object.keys(WORKLOAD.parents).sort()).toEqual(planned.sort());
});
