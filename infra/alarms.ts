import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { METRICS, METRICS_NAMESPACE } from "../functions/lambda/metrics.ts";
import { repeatWindow, staleWindow } from "./alarm-windows.ts";
import { syncMetric } from "./metrics.ts";
import type { ReadApi } from "./read-api.ts";
import type { SourcePipeline } from "./source-pipeline.ts";
import { VERIFY_MINUTES } from "./source-schedules.ts";

/** Every kind of alarm, and its heading in the runbook. */
export const RUNBOOK = {
  DeadLetters: "Dead letters",
  FailedScheduleDeliveries: "Failed schedule deliveries",
  FailedSyncs: "Failed syncs",
  FailedPlans: "Failed plans",
  PendingRemovals: "Pending removals",
  DamageFound: "Damage found",
  Stale: "Stale",
  FunctionErrors: "Function errors",
  FunctionThrottles: "Function throttles",
  ApiErrors: "API errors",
  ApiThrottles: "API throttles",
  ApiLatency: "API latency",
} as const;

export type AlarmKind = keyof typeof RUNBOOK;

export interface AlarmsProps {
  readonly pipelines: readonly SourcePipeline[];
  readonly api: ReadApi;
  readonly topic: ITopic;
  readonly runbookUrl: string;
}

/** Goes off when the metric reaches `threshold` in each of `periods` periods (default 1). */
interface Condition {
  readonly message: string;
  readonly metric: IMetric;
  readonly threshold: number;
  readonly periods?: number;
}

/** Goes off when the metric is above zero, and stays so until none of `intervalMinutes` added to it. */
interface RepeatedCondition {
  readonly message: string;
  readonly metric: (period: Duration) => IMetric;
  readonly intervalMinutes: number;
}

const FIVE_MINUTES = Duration.minutes(5);
const SLOW_MS = 10_000;

/** The alarms of an inventory. Each is published to the topic, and links its heading in the runbook. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  private readonly props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    const { pipelines, api } = props;
    this.all = [...pipelines.flatMap((pipeline) => this.ofSource(pipeline)), ...this.ofApi(api)];
  }

  private ofSource(pipeline: SourcePipeline): Alarm[] {
    const { source, intervalMinutes } = pipeline.resolved;
    const { lambda } = pipeline.function;
    const scope = new Construct(this, source.id);
    const repeated = (kind: AlarmKind, message: string, metric: RepeatedCondition["metric"]) =>
      this.repeated(scope, kind, { message, metric, intervalMinutes });
    const metric = (name: keyof typeof METRICS) => (period: Duration) => syncMetric(source.id, METRICS[name], period);
    return [
      this.rising(scope, "DeadLetters", {
        message: `Syncs of ${source.id} failed three times and were given up`,
        metric: messagesIn(pipeline.deadLetters),
        threshold: 1,
      }),
      this.rising(scope, "FailedScheduleDeliveries", {
        message: `A scheduled invocation for ${source.id} was not delivered, or failed three times`,
        metric: messagesIn(pipeline.failedDeliveries),
        threshold: 1,
      }),
      repeated("FailedSyncs", `A sync of ${source.id} failed`, metric("syncsFailed")),
      repeated("FailedPlans", `The scopes of ${source.id} could not be planned`, metric("plansFailed")),
      repeated("PendingRemovals", `A sync of ${source.id} left removals pending`, metric("syncsHeld")),
      this.repeated(scope, "DamageFound", {
        message: `What is stored of ${source.id} is damaged`,
        metric: metric("damageFound"),
        intervalMinutes: VERIFY_MINUTES,
      }),
      this.stale(scope, pipeline),
      repeated("FunctionErrors", `The function that syncs ${source.id} crashed or timed out`, (period) =>
        lambda.metricErrors({ period }),
      ),
      this.throttles(scope, pipeline.function, `The function that syncs ${source.id}`),
    ];
  }

  private ofApi({ api, accessLog, function: read }: ReadApi): Alarm[] {
    const scope = new Construct(this, "Api");
    // HTTP APIs count throttled requests only among all client errors.
    const throttled = new MetricFilter(scope, "Throttled", {
      logGroup: accessLog,
      filterPattern: FilterPattern.stringValue("$.status", "=", "429"),
      metricNamespace: METRICS_NAMESPACE,
      metricName: "ApiThrottled",
      dimensions: { ApiId: "$.apiId" },
    }).metric({ statistic: Stats.SUM, period: FIVE_MINUTES, dimensionsMap: { ApiId: api.apiId } });
    return [
      this.rising(scope, "ApiErrors", {
        message: "The API responded with server errors",
        metric: api.metricServerError({ statistic: Stats.SUM, period: FIVE_MINUTES }),
        threshold: 1,
      }),
      this.rising(scope, "ApiThrottles", { message: "The API throttled requests", metric: throttled, threshold: 1 }),
      this.rising(scope, "ApiLatency", {
        message: `One in a hundred API responses took longer than ${SLOW_MS / 1000} seconds`,
        metric: api.metricLatency({ statistic: Stats.p(99), period: FIVE_MINUTES }),
        threshold: SLOW_MS,
        periods: 3,
      }),
      this.rising(scope, "FunctionErrors", {
        message: "The API's function crashed or timed out",
        metric: read.lambda.metricErrors({ period: FIVE_MINUTES }),
        threshold: 1,
      }),
      this.throttles(scope, read, "The API's function"),
    ];
  }

  private throttles(scope: Construct, { lambda }: SourcePipeline["function"], name: string): Alarm {
    return this.rising(scope, "FunctionThrottles", {
      message: `${name} was throttled`,
      metric: lambda.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 1,
      periods: 3,
    });
  }

  private rising(scope: Construct, kind: AlarmKind, { message, metric, threshold, periods = 1 }: Condition): Alarm {
    const alarm = new Alarm(scope, kind, {
      alarmDescription: this.description(kind, message),
      metric,
      threshold,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return this.published(alarm);
  }

  /** Something that repeats with every sync as long as its cause lasts: one alarm, and one end of it. */
  private repeated(scope: Construct, kind: AlarmKind, { message, metric, intervalMinutes }: RepeatedCondition): Alarm {
    const { period, periods } = repeatWindow(intervalMinutes);
    const alarm = new Alarm(scope, kind, {
      alarmDescription: this.description(kind, message),
      metric: filled(metric(period), period),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return this.published(alarm);
  }

  /** No complete sync within three intervals. */
  private stale(scope: Construct, { resolved }: SourcePipeline): Alarm {
    const { source, intervalMinutes } = resolved;
    const { period, periods } = staleWindow(intervalMinutes);
    const alarm = new Alarm(scope, "Stale", {
      alarmDescription: this.description(
        "Stale",
        `No sync of ${source.id} was complete for three intervals of ${intervalMinutes} minutes`,
      ),
      metric: filled(syncMetric(source.id, METRICS.completeSync, period), period),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.BREACHING,
    });
    return this.published(alarm);
  }

  private description(kind: AlarmKind, message: string): string {
    return `${message}. What to do: ${this.props.runbookUrl}#${anchor(RUNBOOK[kind])}`;
  }

  private published(alarm: Alarm): Alarm {
    const action = new SnsAction(this.props.topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  }
}

/** The anchor that GitHub gives a heading. */
export function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(" ", "-");
}

/** The metric with zeros for missing periods: for those, CloudWatch would look further back than the alarm's periods. */
function filled(metric: IMetric, period: Duration): IMetric {
  return new MathExpression({ expression: "FILL(counted, 0)", usingMetrics: { counted: metric }, period });
}

function messagesIn(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES });
}
