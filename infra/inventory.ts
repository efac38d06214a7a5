import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Source } from "../functions/model/source.ts";
import { DEPLOYED_SOURCES } from "../functions/sources/registry.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { Alarms } from "./alarms.ts";
import { OperationsDashboard } from "./operations-dashboard.ts";
import { parseSettings } from "./parse-settings.ts";
import { ReadApi } from "./read-api.ts";
import type { InventorySettings } from "./settings.ts";
import { DEFAULT_SETTINGS, inventorySettings } from "./settings-schema.ts";
import { SourcePipeline } from "./source-pipeline.ts";
import { Tables } from "./tables.ts";
import { type ResolvedSource, resolveSources } from "./targets.ts";

/** The settings of an inventory. By default it lists every source in the stack's own account and region. */
export interface InventoryProps extends InventorySettings {
  /** The sources to choose from. Default: the registry that the functions are built with. */
  readonly registry?: readonly Source[];
}

/** The name of the role that the reader stack creates in an account that is inventoried from another. */
export const READER_ROLE = "StocktakeReader";

/**
 * A whole inventory: a pipeline for each source, the tables, the API that reads them, and the alarms. Invalid props are a
 * ConfigurationError: one line that names the value and the remedy.
 *
 *     new Inventory(this, "Inventory", { targets: [{ regions: ["eu-west-1", "us-east-1"] }] });
 */
export class Inventory extends Construct {
  readonly tables: Tables;
  /** One for each source that is listed in a target. */
  readonly pipelines: readonly SourcePipeline[];
  readonly api: ReadApi;
  /** Every alarm is published to it. */
  readonly alarmTopic: ITopic;

  constructor(scope: Construct, id: string, props: InventoryProps = {}) {
    super(scope, id);
    const { registry = DEPLOYED_SOURCES, ...given } = props;
    const settings = parseSettings(inventorySettings, given);
    const { account, region, partition } = Stack.of(this);
    const readerRole = (owner: string) => `arn:${partition}:iam::${owner}:role/${READER_ROLE}`;
    const sources = resolveSources(settings, registry, { account, region, readerRole });
    const retentionDays = settings.retentionDays ?? DEFAULT_SETTINGS.retentionDays;

    this.tables = new Tables(this, "Tables", {
      retained: (settings.removalPolicy ?? DEFAULT_SETTINGS.removalPolicy) === "retain",
    });
    const scheduleGroup = new ScheduleGroup(this, "Schedules", { removalPolicy: RemovalPolicy.DESTROY });
    this.pipelines = sources.map(
      (resolved, index) =>
        new SourcePipeline(this, resolved.source.id, {
          resolved,
          tables: this.tables,
          scheduleGroup,
          retentionDays,
          guard: settings.guard ?? DEFAULT_SETTINGS.guard,
          settles: index === 0,
        }),
    );
    this.api = new ReadApi(this, "Api", {
      sources,
      tables: this.tables,
      retentionDays,
      ...(settings.api?.jwt && { jwt: settings.api.jwt }),
    });

    this.alarmTopic = new AlarmTopic(this, "AlarmTopic", {
      ...(settings.alarmEmail !== undefined && { email: settings.alarmEmail }),
    }).topic;
    const alarms = new Alarms(this, "Alarms", {
      pipelines: this.pipelines,
      api: this.api,
      topic: this.alarmTopic,
      runbookUrl: settings.runbookUrl ?? DEFAULT_SETTINGS.runbookUrl,
    });
    new OperationsDashboard(this, "Operations", { pipelines: this.pipelines, api: this.api, alarms: alarms.all });
  }

  /** The sources that are inventoried, how often, and where. */
  get sources(): readonly ResolvedSource[] {
    return this.pipelines.map(({ resolved }) => resolved);
  }
}
