import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dispatchMinute } from "../../functions/lambda/dispatch.ts";
import type { Service } from "../../functions/lambda/service.ts";
import { systemClock } from "../../functions/model/clock.ts";
import { createDynamoStore } from "../../functions/store/dynamodb/store.ts";
import { costTables, defaultTemplate } from "../../infra/cost-tables.ts";
import { centsOf, monthlyCost, type PricedTemplate, USE } from "../../infra/monthly-cost.ts";
import { openDatabase, type TestDatabase } from "../store/database.ts";

/** docs/cost.md says what the default template costs, which is at most $5.00 a month. */

const page = readFileSync(new URL("../../docs/cost.md", import.meta.url), "utf8");

let database: TestDatabase;
let template: PricedTemplate;

beforeAll(async () => {
  database = await openDatabase();
  template = defaultTemplate();
}, 120_000);

afterAll(() => database.close());

test("a default inventory costs at most $5.00 a month", () => {
  const cents = monthlyCost(template).reduce((sum, line) => sum + centsOf(line), 0);
  expect(cents).toBeLessThanOrEqual(500);
  expect(cents).toBeGreaterThan(100);
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

test("a dispatch that finds nothing due reads what the table says", async () => {
  await database.newStore();
  const client = database.connect();
  const reads: string[] = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        reads.push(String(commandName).replace("Command", ""));
        return next(args);
      },
    { step: "initialize", name: "countReads" },
  );
  const variables = Object.values(template.Resources)
    .filter(({ Type }) => Type === "AWS::Lambda::Function")
    .map(({ Properties }) => Properties.Environment.Variables)
    .filter(({ STOCKTAKE_SERVICE }) => STOCKTAKE_SERVICE);
  const [{ STOCKTAKE_SERVICE: service, STOCKTAKE_SOURCES }] = variables;
  const silent = new Proxy({} as Service["log"], { get: () => () => undefined });
  const quiet: Service = {
    environment: {
      service,
      sources: JSON.parse(STOCKTAKE_SOURCES),
      workers: 1,
      metricsNamespace: "Stocktake/test",
      guard: { items: 10, share: 0.5 },
    } as unknown as Service["environment"],
    sources: [],
    store: createDynamoStore(client, database.tables(), { retentionDays: 30 }),
    clock: systemClock,
    connect: () => {
      throw new Error("nothing is due");
    },
    invoke: async () => undefined,
    log: silent,
  };
  const now = quiet.store.now();
  const { signal } = new AbortController();
  await dispatchMinute(quiet, { reconciledAt: now, othersAt: now }, signal);
  expect(reads).toHaveLength(USE.dispatchReads);
  reads.length = 0;
  await dispatchMinute(quiet, { reconciledAt: now }, signal);
  expect(reads).toHaveLength(USE.dispatchReads + (variables.length - 1) * USE.countOthersReads);
});
