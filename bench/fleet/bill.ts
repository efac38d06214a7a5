import { ASSUMED, WORKLOAD } from "../../infra/monthly-cost.ts";
import { PRICES } from "../../infra/prices.ts";
import type { FleetUse } from "./run.ts";

/** What a month of a fleet costs: what was counted in some minutes, multiplied, and what those minutes do not show, computed. */

export const MINUTES_A_MONTH = 730 * 60;
const GB = 1_000_000_000;
/** Of the functions. */
const GIGABYTES = 1;
const HOURS_A_MONTH = 730;
const WEEKS_A_MONTH = 730 / 24 / 7;
/** At most so many, whatever is inventoried: test/infra/cost.test.ts. */
const METRICS = 5;
const ALARMS = 18;
/** What verifying a scope reads beside its items. */
const VERIFY_READS = 5;

export interface BillLine {
  readonly what: string;
  readonly dollars: number;
  /** It was not counted in virtual time. */
  readonly computed?: true;
}

/** `times` as many accounts as were run. */
export function monthlyBill(use: FleetUse, times: number): BillLine[] {
  return linesOf(use).map((line) => (line.what === WATCHING ? line : { ...line, dollars: times * line.dollars }));
}

const WATCHING = "CloudWatch, metrics and alarms";

function linesOf(use: FleetUse): BillLine[] {
  const { units, invocations, items, collections, found, logBytes, hints, published } = use;
  const monthly = MINUTES_A_MONTH / use.minutes;
  const readUnits = (...methods: readonly string[]) => sum(methods.map((method) => units[method]?.read ?? 0));
  // Targets are reconciled once an hour, and were once in what was counted.
  const hourly = readUnits("targets");
  const planning = readUnits("collectionRecords", "marks");
  const reads = sum(Object.values(units).map(({ read }) => read)) - hourly - planning;
  const writes = sum(Object.values(units).map(({ written }) => written));
  const compute = (kind: string) => {
    const { count = 0, billedMs = 0 } = invocations[kind] ?? {};
    return monthly * (count * PRICES.lambdaRequest + (billedMs / 1_000) * GIGABYTES * PRICES.lambdaGbSecond);
  };
  const storedGb = ((2 * items + 3 * found * monthly * (WORKLOAD.retentionDays / 30)) * ASSUMED.itemBytes) / GB;
  const verifyReads = collections * VERIFY_READS + items * (2 * (ASSUMED.itemBytes / 4_000) + 2);
  return [
    { what: "DynamoDB, reads of dispatches", dollars: monthly * planning * PRICES.dynamodbReadUnit },
    { what: "DynamoDB, reads of targets", dollars: HOURS_A_MONTH * hourly * PRICES.dynamodbReadUnit },
    { what: "DynamoDB, reads of syncs and hints", dollars: monthly * reads * PRICES.dynamodbReadUnit },
    { what: "DynamoDB, writes", dollars: monthly * writes * PRICES.dynamodbWriteUnit },
    { what: "Lambda, dispatches", dollars: compute("dispatch") },
    { what: "Lambda, syncs", dollars: compute("sync") },
    { what: "Lambda, hints", dollars: compute("hint") },
    { what: "CloudWatch, logs", dollars: monthly * (logBytes / GB) * PRICES.cloudwatchLogsGb },
    { what: "EventBridge, hints", dollars: monthly * hints * PRICES.eventbridgeEvent },
    { what: "EventBridge, changes published", dollars: monthly * published * PRICES.eventbridgeEvent },
    {
      what: "DynamoDB, verifying once a week",
      dollars: WEEKS_A_MONTH * verifyReads * PRICES.dynamodbReadUnit,
      computed: true,
    },
    {
      what: "Lambda, verifying once a week",
      // A scope takes some requests one after the other; a minute a service is what few collections take.
      dollars: WEEKS_A_MONTH * (4 * ASSUMED.verifySeconds + collections * 0.1) * GIGABYTES * PRICES.lambdaGbSecond,
      computed: true,
    },
    {
      what: "DynamoDB, storage and recovery after 400 days",
      dollars: storedGb * (PRICES.dynamodbStorageGbMonth + PRICES.dynamodbBackupGbMonth),
      computed: true,
    },
    {
      what: WATCHING,
      dollars: METRICS * PRICES.cloudwatchMetric + ALARMS * PRICES.cloudwatchAlarm,
      computed: true,
    },
  ];
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
