import { Aws, Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Source } from "../functions/model/source.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { Alarms } from "./alarms.ts";
import { DailyExport } from "./daily-export.ts";
import { Discovery } from "./discovery.ts";
import { Events } from "./events.ts";
import { HintBus, HintForwarding } from "./hints.ts";
import type { InventoryReference } from "./inventory-reference.ts";
import { metricsNamespace } from "./metrics.ts";
import { namesOf } from "./names.ts";
import type { FunctionSettings } from "./node-function.ts";
import { OperationsDashboard } from "./operations-dashboard.ts";
import { parseSettings } from "./parse-settings.ts";
import { boundRoles } from "./permissions.ts";
import { ReadApi, readingEnvironment } from "./read-api.ts";
import { ReaderStackSet } from "./reader-stack-set.ts";
import { ServicePipeline } from "./service-pipeline.ts";
import { ConfigurationError, type InventorySettings } from "./settings.ts";
import { DEFAULT_SETTINGS, inventorySettings, type ParsedSettings } from "./settings-schema.ts";
import { type ResolvedSource, resolveServices, sourcesVariable } from "./sources.ts";
import { Tables } from "./tables.ts";

/** The settings of an inventory. By default it lists every source, in the targets that its records name. */
export interface InventoryProps extends InventorySettings {
  /** The sources to choose from. Default: the registry that the functions are built with. */
  readonly registry?: readonly Source[];
}

/**
 * A whole inventory: a pipeline for each service, the tables, the API that reads them, and the alarms. Its targets are records, which
 * `npx stocktake targets` keeps: they change nothing here. Invalid props are a ConfigurationError: one line that names the value and the
 * remedy.
 *
 *     new Inventory(this, "Inventory", { sources: { "workspaces.images": { intervalMinutes: 120 } } });
 */
export class Inventory extends Construct {
  /** What the names of functions and roles begin with. */
  readonly name: string;
  readonly tables: Tables;
  /** One for each service. */
  readonly pipelines: readonly ServicePipeline[];
  readonly api: ReadApi;
  /** The bus of its changes, and who is notified. */
  readonly events: Events;
  /** Every alarm is published to it. */
  readonly alarmTopic: ITopic;
  /** The ARN of the role that reads another account, with `{account}` in place of that. */
  readonly readerRole: string;
  readonly discovery?: Discovery;
  readonly dailyExport?: DailyExport;
  /** What reader stacks must know of it. */
  readonly reference: InventoryReference;

  constructor(scope: Construct, id: string, props: InventoryProps = {}) {
    super(scope, id);
    const { registry = SOURCES, ...given } = props;
    const settings = parseSettings(inventorySettings, given);
    assertFit(settings);
    const services = resolveServices(settings, registry);
    const { account, region } = Stack.of(this);
    const { organization, permissionsBoundary, hints = true, tracing = false } = settings;
    const retentionDays = settings.retentionDays ?? DEFAULT_SETTINGS.retentionDays;
    if (permissionsBoundary !== undefined) boundRoles(this, permissionsBoundary);

    const names = namesOf(this, settings.name);
    const namespace = metricsNamespace(names.inventory);
    const key = settings.encryptionKey && { encryptionKey: Key.fromKeyArn(this, "Key", settings.encryptionKey) };
    const functions: FunctionSettings = { names, tracing, ...key };
    const readerRole = settings.readerRole ?? names.roleName("reader");
    this.name = names.inventory;
    this.readerRole = `arn:${Aws.PARTITION}:iam::{account}:role/${readerRole}`;
    const retained = (settings.removalPolicy ?? DEFAULT_SETTINGS.removalPolicy) === "retain";
    this.tables = new Tables(this, "Tables", { retained, ...key });

    this.events = new Events(this, "Events", { name: this.name, notify: settings.notify ?? [] });

    const sources = services.flatMap((service) => service.sources);
    const environment = {
      ...this.tables.environment,
      ...guardVariables(settings.guard ?? DEFAULT_SETTINGS.guard),
      STOCKTAKE_ACCOUNT: account,
      STOCKTAKE_READER_ROLE: this.readerRole,
      ...(settings.externalId !== undefined && { STOCKTAKE_EXTERNAL_ID: settings.externalId }),
      STOCKTAKE_RETENTION_DAYS: String(retentionDays),
      STOCKTAKE_SOURCES: sourcesVariable(sources),
    };
    const shared = { functions, tables: this.tables, readerRole: this.readerRole };
    this.pipelines = services.map(
      (resolved) =>
        new ServicePipeline(this, resolved.service, {
          ...shared,
          ...{ resolved, events: this.events },
          environment: {
            ...environment,
            STOCKTAKE_METRICS_NAMESPACE: namespace,
            STOCKTAKE_EVENT_BUS: this.events.bus.eventBusName,
            ...(settings.explorerUrl !== undefined && { STOCKTAKE_EXPLORER_URL: settings.explorerUrl }),
            STOCKTAKE_WORKERS: String(settings.workers ?? DEFAULT_SETTINGS.workers),
          },
          ...(settings.reservedConcurrency !== undefined && { reservedConcurrency: settings.reservedConcurrency }),
        }),
    );
    if (organization && organization.discovery !== false) {
      this.discovery = new Discovery(this, "Discovery", { ...shared, organization, environment });
    }
    const read = { tables: this.tables, retentionDays, sources };
    this.api = new ReadApi(this, "Api", {
      functions,
      ...read,
      ...(settings.api?.jwt && { jwt: settings.api.jwt }),
      ...(settings.api?.cors && { cors: settings.api.cors }),
      ...(settings.apiReaders && { readers: settings.apiReaders }),
    });
    if (settings.dailyExport) {
      this.dailyExport = new DailyExport(this, "DailyExport", {
        ...{ functions, retentionDays, retained, tables: this.tables, settings: settings.dailyExport },
        environment: readingEnvironment(read),
      });
    }
    if (hints) this.createHintBus(sources, organization?.id);

    const trusted = [...services.map(({ service }) => service), ...(this.discovery ? ["discover"] : [])];
    this.reference = {
      account,
      region,
      name: this.name,
      sources,
      readerRole,
      trustedRoles: trusted.map((part) => names.roleName(part)),
      hints,
      discovers: this.discovery !== undefined,
      ...(settings.externalId !== undefined && { externalId: settings.externalId }),
      ...(organization && { organizationId: organization.id }),
      ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    };
    if (organization?.units && organization.stackSet !== false) {
      new ReaderStackSet(this, "Readers", {
        inventory: this.reference,
        units: organization.units,
        regions: hints ? (organization.regions ?? []) : [],
        delegatedAdministrator: organization.delegatedAdministrator ?? false,
      });
    }

    this.alarmTopic = new AlarmTopic(this, "AlarmTopic", {
      ...(settings.alarmEmail !== undefined && { email: settings.alarmEmail }),
      ...key,
    }).topic;
    this.createAlarms(namespace, settings);
  }

  /** The sources that are inventoried, and how often. */
  get sources(): readonly ResolvedSource[] {
    return this.pipelines.flatMap(({ resolved }) => resolved.sources);
  }

  private createHintBus(sources: readonly ResolvedSource[], organizationId: string | undefined): void {
    const { bus } = new HintBus(this, "Hints", {
      name: this.name,
      pipelines: this.pipelines,
      ...(organizationId !== undefined && { organizationId }),
    });
    const named = sources.map(({ source }) => source);
    new HintForwarding(this, "OwnHints", { bus, name: this.name, sources: named });
  }

  private createAlarms(namespace: string, { runbookUrl, dashboard }: InventorySettings): void {
    const functions = [
      ...this.pipelines.map((pipeline) => ({ name: `${pipeline.resolved.service} sync`, function: pipeline.function })),
      ...(this.discovery ? [{ name: "discovery", function: this.discovery.function }] : []),
      // A run that was throttled is due again within the hour: only errors are told.
      ...(this.dailyExport ? [{ name: "daily export", function: this.dailyExport.function, throttles: false }] : []),
      { name: "API", function: this.api.function },
    ];
    const watched = { functions, api: this.api, namespace };
    const { undelivered } = this.events;
    const { all } = new Alarms(this, "Alarms", {
      ...watched,
      ...(undelivered && { undelivered }),
      topic: this.alarmTopic,
      runbookUrl: runbookUrl ?? DEFAULT_SETTINGS.runbookUrl,
    });
    if (dashboard) new OperationsDashboard(this, "Operations", { ...watched, alarms: all });
  }
}

function guardVariables({ items, share }: NonNullable<InventorySettings["guard"]>): Record<string, string> {
  return { STOCKTAKE_GUARD_ITEMS: String(items), STOCKTAKE_GUARD_SHARE: share.toFixed(4) };
}

/** Checks what the settings require of each other. */
function assertFit(settings: ParsedSettings): void {
  const { api, apiReaders, dailyExport, reservedConcurrency, workers = DEFAULT_SETTINGS.workers } = settings;
  if (api?.jwt && apiReaders) {
    throw new ConfigurationError(
      `apiReaders is ${JSON.stringify(apiReaders)}, but api.jwt has the API read by bearers of tokens: remove one of them`,
    );
  }
  if (dailyExport?.bucket !== undefined && dailyExport.prefix === undefined) {
    throw new ConfigurationError(
      `dailyExport.bucket is "${dailyExport.bucket}", and nothing keeps its other objects apart: set dailyExport.prefix as well`,
    );
  }
  if (reservedConcurrency !== undefined && reservedConcurrency <= workers) {
    throw new ConfigurationError(
      `reservedConcurrency is ${reservedConcurrency}, which ${workers} workers use up: give at least ${workers + 1}, so that work is dispatched as well`,
    );
  }
}
