import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { ScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import type { Source } from "../functions/model/source.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import { Alarms } from "./alarms.ts";
import { type CoveredSource, coverage } from "./coverage.ts";
import { OperationsDashboard } from "./operations-dashboard.ts";
import { ReadApi } from "./read-api.ts";
import { DEFAULTS, type InventorySettings, parsed, settingsShape } from "./settings.ts";
import { SourcePipeline } from "./source-pipeline.ts";
import { Tables } from "./tables.ts";

/** What can be chosen of an inventory; with nothing chosen, every source in the stack's own account and region. */
export interface InventoryProps extends InventorySettings {
  /** The sources there are. Default: the registry that the functions are built with. */
  readonly registry?: readonly Source[];
}

/** The name of the role that the reader stack creates in an account that is inventoried from another. */
export const READER_ROLE = "StocktakeReader";

/**
 * A whole inventory: for each source what keeps it up to date, the four tables, the API that reads them, and what tells
 * people when something is wrong. Props that cannot be are a ConfigurationError, one line that names the value and the remedy.
 *
 *     new Inventory(this, "Inventory", { targets: [{ regions: ["eu-west-1", "us-east-1"] }] });
 */
export class Inventory extends Construct {
  readonly tables: Tables;
  /** One for each source that is in some target. */
  readonly pipelines: readonly SourcePipeline[];
  readonly api: ReadApi;
  /** Hears of every alarm. */
  readonly alarmTopic: ITopic;

  constructor(scope: Construct, id: string, props: InventoryProps = {}) {
    super(scope, id);
    const { registry = SOURCES, ...given } = props;
    const settings = parsed(settingsShape, given);
    const { account, region, partition } = Stack.of(this);
    const readerRole = (owner: string) => `arn:${partition}:iam::${owner}:role/${READER_ROLE}`;
    const covered = coverage(settings, registry, { account, region, readerRole });
    const retentionDays = settings.retentionDays ?? DEFAULTS.retentionDays;

    this.tables = new Tables(this, "Tables", {
      retained: (settings.removalPolicy ?? DEFAULTS.removalPolicy) === "retain",
    });
    const scheduleGroup = new ScheduleGroup(this, "Schedules", { removalPolicy: RemovalPolicy.DESTROY });
    this.pipelines = covered.map(
      (one) =>
        new SourcePipeline(this, one.source.id, {
          covered: one,
          tables: this.tables,
          scheduleGroup,
          retentionDays,
          guard: settings.guard ?? DEFAULTS.guard,
        }),
    );
    this.api = new ReadApi(this, "Api", {
      covered,
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
      runbookUrl: settings.runbookUrl ?? DEFAULTS.runbookUrl,
    });
    new OperationsDashboard(this, "Operations", { pipelines: this.pipelines, api: this.api, alarms: alarms.all });
  }

  /** What is inventoried: each source, how often, and where. */
  get covered(): readonly CoveredSource[] {
    return this.pipelines.map((pipeline) => pipeline.covered);
  }
}
