import { serviceOf } from "../functions/model/collection.ts";
import { parseSourceSettings, type SettingsOfSources } from "../functions/model/source-settings.ts";
import { PRICES } from "./prices.ts";

/** What an inventory costs a month: from its template, and from what a quiet month of it was counted to use. */

/** What the bill is computed with and nothing here counts: the inventory that is priced, in one region, and how long things take. */
export const ASSUMED = {
  /** Associations and what they connect, divided evenly among the sources that are listed by creation. */
  lineageItems: 20_000,
  otherItems: 2_000,
  changesADay: 200,
  apiRequests: 10_000,
  itemsAnApiRequest: 100,
  /** Bytes of an item as it is stored. */
  itemBytes: 1_200,
  /** Of Lambda's own three lines about an invocation. */
  invocationLogBytes: 400,
  dispatchSeconds: 0.1,
  /** A turn of collections that are synced at once. */
  syncSeconds: 1,
  /** A page more of a long listing, or of another parent. */
  pageSeconds: 0.2,
  publishSeconds: 0.1,
  apiSeconds: 0.1,
  verifySeconds: 60,
  exportSeconds: 30,
  /** Of an hourly run that finds the day exported. */
  exportCheckSeconds: 0.5,
} as const;

export type Assumed = { readonly [Name in keyof typeof ASSUMED]: number };

export const WORKLOAD = {
  /** How many parents each planned source is listed for. */
  parents: {
    "cleanrooms.configured-table-associations": 10,
    "cleanrooms.members": 10,
    "workspaces.bundle-associations": 20,
    "workspaces.image-associations": 40,
    "workspaces.image-permissions": 40,
    "workspaces.workspace-associations": 200,
  } as Readonly<Record<string, number>>,
  retentionDays: 400,
} as const;

/** What things use. test/store/cost.test.ts and test/infra/cost.test.ts count units, bytes and what is synced together. */
export const USE = {
  /** The marks. */
  dispatchReads: 1,
  /** A collection's record: each dispatch reads those of its service, and every few minutes those of the others. */
  collectionRecordBytes: 450,
  countOthersMinutes: 5,
  /** The scope's state, the collection's record, and the commit or the release that follow. */
  unchangedSyncReads: 2,
  unchangedSyncWrites: 3,
  /** An edge's log record and version, and a record at each of its ends. */
  changeWrites: 4,
  /** The position in the record that moves when a change is published, and what is read: record, clock, log, discards, scopes, syncs. */
  publishWrites: 1,
  publishReads: 5,
  /** The sync around it: its acquisition, mark, registration, record, commit and clean-up. */
  changedSyncWrites: 8,
  dispatchLogBytes: 600,
  invocationLogBytes: 600,
  changedSyncLogBytes: 2_000,
  /** Collections that one invocation syncs at the same time. */
  collectionsAtOnce: 4,
  /** An item in Parquet. */
  exportedItemBytes: 200,
} as const;

/** Items of a page of a long listing. */
const PAGE_ITEMS = 100;
/** Bytes of a read unit, strong and eventual. */
const READ_BYTES = 4_096;
const COMPARED_BYTES = 2 * READ_BYTES;

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
export function monthlyCost({ Resources }: PricedTemplate, assumed: Assumed = ASSUMED): CostLine[] {
  const ofType = (type: string) =>
    Object.values(Resources).flatMap(({ Type, Properties }) => (Type === type ? [Properties] : []));
  const functions = ofType("AWS::Lambda::Function");
  const dispatchers = functions.filter(({ Environment }) => Environment.Variables.STOCKTAKE_SERVICE);
  const [{ Environment, MemorySize }] = dispatchers;
  const sources = parseSourceSettings(Environment.Variables.STOCKTAKE_SOURCES) ?? {};
  const gigabytes = MemorySize / 1024;
  const metrics = customMetrics(ofType("AWS::CloudWatch::Alarm"));
  const batches = batchesOf(sources);
  const invocations = Math.round(sum(batches.map(({ times }) => times)));
  const logs = (what: string, ...factors: readonly number[]) =>
    line(
      "CloudWatch",
      `logs of ${what}, GB`,
      [...factors.slice(0, -1), (factors.at(-1) ?? 0) / GB],
      PRICES.cloudwatchLogsGb,
    );
  const lines = [
    ...dynamodbLines(sources, assumed),
    ...lambdaLines(sources, gigabytes, assumed),
    line("CloudWatch", "custom metrics", [metrics.size], PRICES.cloudwatchMetric),
    line("CloudWatch", "alarms", [ofType("AWS::CloudWatch::Alarm").length], PRICES.cloudwatchAlarm),
    line("CloudWatch", "dashboards", [ofType("AWS::CloudWatch::Dashboard").length], PRICES.cloudwatchDashboard),
    logs("dispatches", dispatchers.length, MINUTES, USE.dispatchLogBytes + assumed.invocationLogBytes),
    logs("invocations that sync", invocations, USE.invocationLogBytes + assumed.invocationLogBytes),
    logs("syncs that find changes", assumed.changesADay, DAYS, USE.changedSyncLogBytes),
    line("API Gateway", "requests", [assumed.apiRequests], PRICES.apiGatewayRequest),
    line("EventBridge", "changes published, each once", [assumed.changesADay, DAYS], PRICES.eventbridgeEvent),
    line("EventBridge", "hints: each on the bus once", [assumed.changesADay, DAYS], PRICES.eventbridgeEvent),
    ...exportLines(functions, assumed),
    line("KMS", "keys", [ofType("AWS::KMS::Key").length], PRICES.kmsKey),
    line("X-Ray", "traces", [functions.some(traced) ? dispatchers.length * MINUTES : 0], PRICES.xrayTrace),
  ];
  return lines.filter(({ factors }) => !factors.includes(0));
}

/** What a daily export costs; nothing where there is none. */
function exportLines(functions: readonly PricedResource["Properties"][], assumed: Assumed): CostLine[] {
  const exporter = functions.find(({ Environment }) => Environment.Variables.STOCKTAKE_EXPORT_BUCKET);
  if (!exporter) return [];
  const { lineageItems, otherItems, itemBytes } = assumed;
  const { retentionDays } = WORKLOAD;
  const items = lineageItems + otherItems;
  const files = Object.keys(JSON.parse(exporter.Environment.Variables.STOCKTAKE_SCHEDULES)).length;
  const runs = DAYS * 24;
  const lambda = (what: string, times: number, seconds: number) =>
    line("Lambda", `${what}, GB-seconds`, [times, seconds, exporter.MemorySize / 1024], PRICES.lambdaGbSecond);
  const stored = (items * USE.exportedItemBytes) / GB;
  return [
    line("DynamoDB", "daily exports: items", [DAYS, (items * itemBytes) / READ_BYTES], PRICES.dynamodbReadUnit),
    lambda("daily exports", DAYS, assumed.exportSeconds),
    lambda("hourly runs that find the day exported", runs, assumed.exportCheckSeconds),
    line("S3", "daily exports: a file a source, progress, manifest", [DAYS, files + 2], PRICES.s3Write),
    line("S3", "reads of manifests", [runs], PRICES.s3Read),
    line("S3", "exports of the retention, GB", [retentionDays, stored], PRICES.s3StorageGbMonth),
  ];
}

/** The cost of a line, in whole cents. */
export function centsOf({ factors, price }: CostLine): number {
  return Math.round(factors.reduce((product, factor) => product * factor, price) * 100);
}

function dynamodbLines(sources: SettingsOfSources, assumed: Assumed): CostLine[] {
  const { lineageItems, otherItems, itemBytes, changesADay, apiRequests, itemsAnApiRequest } = assumed;
  const priced = (what: string, factors: readonly number[], price: number) => line("DynamoDB", what, factors, price);
  const read = PRICES.dynamodbReadUnit;
  const write = PRICES.dynamodbWriteUnit;
  const items = lineageItems + otherItems;
  const records = servicesOf(sources).map((ids) => Math.ceil((ids.length * USE.collectionRecordBytes) / READ_BYTES));
  const logged = changesADay * WORKLOAD.retentionDays;
  const stored = (2 * items + 3 * logged) * (itemBytes / GB);
  return [
    priced("reads of dispatches: marks and the service's records", [MINUTES, records.length + sum(records)], read),
    priced(
      `reads of the other services' records, every ${USE.countOthersMinutes} minutes`,
      // They may be some seconds old, which is half the price.
      [MINUTES / USE.countOthersMinutes, (records.length - 1) * sum(records) * 0.5],
      read,
    ),
    priced("reads of syncs that find nothing new", [syncs(sources), USE.unchangedSyncReads], read),
    priced("writes of the same", [syncs(sources), USE.unchangedSyncWrites], write),
    priced("writes of scopes that are listed for each parent, one each", [Math.round(parentListings(sources))], write),
    priced(
      "writes of changes, if each is found by another sync",
      [changesADay, DAYS, USE.changeWrites + USE.changedSyncWrites],
      write,
    ),
    priced("writes of publishing changes one by one", [changesADay, DAYS, USE.publishWrites], write),
    priced("reads of the same", [changesADay, DAYS, USE.publishReads], read),
    priced(
      "comparing full listings of lineage with what is stored, 8 KB a unit",
      [lineageListings(sources), (lineageItems * itemBytes) / COMPARED_BYTES],
      read,
    ),
    priced(
      "verifying once a week: items twice at 4 KB a unit, the log, changes and edges once more",
      [WEEKS, (2 * items * itemBytes) / READ_BYTES + logged * 1.25 + 2 * items],
      read,
    ),
    priced(
      "API: the read timestamp, and items at 4 KB a unit",
      [apiRequests, 1 + (itemsAnApiRequest * itemBytes) / READ_BYTES],
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

function lambdaLines(sources: SettingsOfSources, gigabytes: number, assumed: Assumed): CostLine[] {
  const priced = (what: string, factors: readonly number[]) =>
    line("Lambda", `${what}, GB-seconds`, [...factors, gigabytes], PRICES.lambdaGbSecond);
  const services = servicesOf(sources).length;
  const batches = batchesOf(sources);
  const turns = Math.round(sum(batches.map(({ times, turns }) => times * turns)));
  const invocations = Math.round(sum(batches.map(({ times }) => times)));
  return [
    priced("dispatches", [services, MINUTES, assumed.dispatchSeconds]),
    priced(`syncs, ${USE.collectionsAtOnce} at a time`, [turns, assumed.syncSeconds]),
    priced("publishing changes one by one", [assumed.changesADay, DAYS, assumed.publishSeconds]),
    priced("pages of long listings", [
      lineageListings(sources),
      assumed.lineageItems / PAGE_ITEMS,
      assumed.pageSeconds,
    ]),
    priced("pages for each parent", [Math.round(parentListings(sources)), assumed.pageSeconds]),
    priced("verifying once a week", [WEEKS, services, assumed.verifySeconds]),
    priced("API", [assumed.apiRequests, assumed.apiSeconds]),
    line("Lambda", "requests of dispatches", [services, MINUTES], PRICES.lambdaRequest),
    line("Lambda", "requests of syncs and of the API", [invocations + assumed.apiRequests], PRICES.lambdaRequest),
  ];
}

/** Sources that one invocation syncs together, as they are due equally often: how often in a month, and how many turns it takes. */
interface Batch {
  readonly times: number;
  readonly turns: number;
}

/** What is due equally often of a service stays together: an invocation syncs it all, and it is due again at the same time. */
export function batchesOf(sources: SettingsOfSources): Batch[] {
  return servicesOf(sources).flatMap((ids) => {
    const minutes = ids.flatMap((id) => intervalsOf(sources[id]));
    return [...new Set(minutes)].map((every) => ({
      times: MINUTES / every,
      turns: Math.ceil(minutes.filter((each) => each === every).length / USE.collectionsAtOnce),
    }));
  });
}

/** The ids of each service's sources. */
function servicesOf(sources: SettingsOfSources): string[][] {
  const ids = Object.keys(sources);
  const services = [...new Set(ids.map(serviceOf))];
  return services.map((service) => ids.filter((id) => serviceOf(id) === service));
}

function intervalsOf(source: SettingsOfSources[string] | undefined): number[] {
  const { intervalMinutes = MINUTES, incrementalMinutes } = source ?? {};
  return incrementalMinutes === undefined ? [intervalMinutes] : [intervalMinutes, incrementalMinutes];
}

/** Syncs in a month: all are due as often as they are where something changes all the time. */
function syncs(sources: SettingsOfSources): number {
  return Math.round(
    sum(Object.values(sources).flatMap((source) => intervalsOf(source).map((every) => MINUTES / every))),
  );
}

/** How often in a month all of the lineage is listed. */
function lineageListings(sources: SettingsOfSources): number {
  const lineage = Object.values(sources).filter(({ incrementalMinutes }) => incrementalMinutes !== undefined);
  return sum(lineage.map(({ intervalMinutes }) => MINUTES / intervalMinutes)) / Math.max(1, lineage.length);
}

/** Listings of parents in a month. */
function parentListings(sources: SettingsOfSources): number {
  const planned = Object.entries(sources).map(([id, { intervalMinutes }]) => {
    return (WORKLOAD.parents[id] ?? 0) * (MINUTES / intervalMinutes);
  });
  return sum(planned);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
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
