import { PRICES } from "./prices.ts";

/** What an inventory costs a month: from its template, and from what a quiet month of it was counted to use. */

/** The inventory that is priced: five sources in one region. */
export const WORKLOAD = {
  associations: 10_000,
  /** Bytes of an association as it is stored. */
  itemBytes: 800,
  changesADay: 100,
  images: 40,
  apiRequests: 10_000,
  itemsAnApiRequest: 100,
  retentionDays: 400,
} as const;

/**
 * What things use, in DynamoDB's units, seconds and bytes. test/store/cost.test.ts and test/infra/cost.test.ts count the units; seconds and
 * bytes were measured, and rounded up.
 */
export const USE = {
  /** The marks, and the service's collection records. */
  dispatchReads: 2,
  /** Each other service's collection records. */
  countOthersReads: 1,
  countOthersMinutes: 5,
  /** The scope's state, the collection's record, and the commit or the release that follow. */
  unchangedSyncReads: 2,
  unchangedSyncWrites: 3,
  /** An edge's log record and version, and a record at each of its ends. */
  changeWrites: 4,
  /** The sync around it: its acquisition, mark, registration, record, commit and clean-up. */
  changedSyncWrites: 8,
  dispatchSeconds: 0.1,
  syncSeconds: 1,
  /** A listing of 100 pages. */
  longListingSeconds: 20,
  apiSeconds: 0.1,
  verifySeconds: 60,
  dispatchLogBytes: 1_000,
  syncLogBytes: 2_500,
} as const;

const MINUTES = 730 * 60;
const DAYS = 730 / 24;
const WEEKS = DAYS / 7;
const GB = 1_000_000_000;

/** One line of the bill. Its cost is the product of the factors and the price. */
export interface CostLine {
  readonly service: string;
  readonly what: string;
  readonly factors: readonly number[];
  readonly price: number;
}

/** A template, as far as costs go. */
export interface PricedTemplate {
  readonly Resources: Readonly<Record<string, PricedResource>>;
}

interface PricedResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates have no type
  readonly Properties?: any;
}

/** Prices a template line by line. */
export function monthlyCost({ Resources }: PricedTemplate): CostLine[] {
  const ofType = (type: string) =>
    Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
  const functions = ofType("AWS::Lambda::Function");
  const dispatchers = functions.filter(({ Environment }) => Environment.Variables.STOCKTAKE_SERVICE);
  const [{ Environment, MemorySize }] = dispatchers;
  const sources: Sources = JSON.parse(Environment.Variables.STOCKTAKE_SOURCES);
  const gigabytes = MemorySize / 1024;
  const metrics = customMetrics(ofType("AWS::CloudWatch::Alarm"));
  const lines = [
    ...dynamodbLines(dispatchers.length, sources),
    ...lambdaLines(dispatchers.length, gigabytes, sources),
    line("CloudWatch", "custom metrics", [metrics.size], PRICES.cloudwatchMetric),
    line("CloudWatch", "alarms", [ofType("AWS::CloudWatch::Alarm").length], PRICES.cloudwatchAlarm),
    line("CloudWatch", "dashboards", [ofType("AWS::CloudWatch::Dashboard").length], PRICES.cloudwatchDashboard),
    line(
      "CloudWatch",
      "logs of dispatches, GB",
      [dispatchers.length, MINUTES, USE.dispatchLogBytes / GB],
      PRICES.cloudwatchLogsGb,
    ),
    line("CloudWatch", "logs of syncs, GB", [syncs(sources), USE.syncLogBytes / GB], PRICES.cloudwatchLogsGb),
    line("API Gateway", "requests", [WORKLOAD.apiRequests], PRICES.apiGatewayRequest),
    line("EventBridge", "hints: each on the bus once", [WORKLOAD.changesADay, DAYS], PRICES.eventbridgeEvent),
    line("KMS", "keys", [ofType("AWS::KMS::Key").length], PRICES.kmsKey),
    line("X-Ray", "traces", [functions.some(traced) ? dispatchers.length * MINUTES : 0], PRICES.xrayTrace),
  ];
  return lines.filter(({ factors }) => !factors.includes(0));
}

/** The cost of a line, in whole cents. */
export function centsOf({ factors, price }: CostLine): number {
  return Math.round(factors.reduce((product, factor) => product * factor, price) * 100);
}

type Sources = Readonly<Record<string, { readonly intervalMinutes: number; readonly incrementalMinutes?: number }>>;

function dynamodbLines(services: number, sources: Sources): CostLine[] {
  const { associations, itemBytes, changesADay, images, apiRequests, itemsAnApiRequest } = WORKLOAD;
  const priced = (what: string, factors: readonly number[], price: number) => line("DynamoDB", what, factors, price);
  const read = PRICES.dynamodbReadUnit;
  const write = PRICES.dynamodbWriteUnit;
  const fullSyncs = MINUTES / (sources["sagemaker.associations"]?.intervalMinutes ?? MINUTES);
  const plans = MINUTES / (sources["workspaces.image-associations"]?.intervalMinutes ?? MINUTES);
  const logged = changesADay * WORKLOAD.retentionDays;
  const stored = (2 * associations + 3 * logged) * (itemBytes / GB);
  return [
    priced("reads of dispatches", [services, MINUTES, USE.dispatchReads], read),
    priced(
      "reads of the other services' records, every 5 minutes",
      [services, services - 1, MINUTES / USE.countOthersMinutes, USE.countOthersReads],
      read,
    ),
    priced("reads of syncs that find nothing new", [syncs(sources), USE.unchangedSyncReads], read),
    priced("writes of the same", [syncs(sources), USE.unchangedSyncWrites], write),
    priced(`writes of ${images} images' scopes, one each`, [plans, images], write),
    priced(
      "writes of changes, if each is found by another sync",
      [changesADay, DAYS, USE.changeWrites + USE.changedSyncWrites],
      write,
    ),
    priced(
      "comparing full listings with what is stored, 8 KB a unit",
      [fullSyncs, (associations * itemBytes) / 8_000],
      read,
    ),
    priced(
      "verifying once a week: items twice at 4 KB a unit, the log, changes and edges once more",
      [WEEKS, (2 * associations * itemBytes) / 4_000 + logged * 1.25 + 2 * associations],
      read,
    ),
    priced(
      "API: the read timestamp, and items at 4 KB a unit",
      [apiRequests, 1 + (itemsAnApiRequest * itemBytes) / 4_000],
      read,
    ),
    priced(
      "storage after the retention, GB: items, edges, log, records of syncs",
      [stored],
      PRICES.dynamodbStorageGbMonth,
    ),
    priced("point-in-time recovery of the same", [stored], PRICES.dynamodbBackupGbMonth),
  ];
}

function lambdaLines(services: number, gigabytes: number, sources: Sources): CostLine[] {
  const priced = (what: string, factors: readonly number[]) =>
    line("Lambda", what, [...factors, gigabytes], PRICES.lambdaGbSecond);
  const fullSyncs = MINUTES / (sources["sagemaker.associations"]?.intervalMinutes ?? MINUTES);
  return [
    priced("dispatches, GB-seconds", [services, MINUTES, USE.dispatchSeconds]),
    priced("syncs, one an invocation, GB-seconds", [syncs(sources), USE.syncSeconds]),
    priced("long listings, GB-seconds", [fullSyncs, USE.longListingSeconds]),
    priced("verifying once a week, GB-seconds", [WEEKS, services, USE.verifySeconds]),
    priced("API, GB-seconds", [WORKLOAD.apiRequests, USE.apiSeconds]),
    line("Lambda", "requests of dispatches", [services, MINUTES], PRICES.lambdaRequest),
    line("Lambda", "requests of syncs and of the API", [syncs(sources) + WORKLOAD.apiRequests], PRICES.lambdaRequest),
  ];
}

/** Syncs in a month: all are due as often as they are where something changes all the time. */
function syncs(sources: Sources): number {
  const often = Object.values(sources).flatMap(({ intervalMinutes, incrementalMinutes = Infinity }) => [
    MINUTES / intervalMinutes,
    MINUTES / incrementalMinutes,
  ]);
  return Math.round(often.reduce((sum, each) => sum + each, 0));
}

/** The metrics that alarms watch, and that AWS does not publish itself. */
function customMetrics(alarms: readonly PricedResource["Properties"][]): Set<string> {
  const metrics = alarms.flatMap(({ Metrics, ...metric }) =>
    Metrics ? Metrics.flatMap(({ MetricStat }: PricedResource["Properties"]) => MetricStat?.Metric ?? []) : [metric],
  );
  const own = metrics.filter(({ Namespace }) => !Namespace.startsWith("AWS/"));
  return new Set(
    own.map(({ Namespace, MetricName, Dimensions }) => JSON.stringify([Namespace, MetricName, Dimensions])),
  );
}

function traced({ TracingConfig }: PricedResource["Properties"]): boolean {
  return TracingConfig?.Mode === "Active";
}

function line(service: string, what: string, factors: readonly number[], price: number): CostLine {
  return { service, what, factors, price };
}
