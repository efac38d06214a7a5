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
import { syncMetric } from "./metrics.ts";
import type { NodeFunction } from "./node-function.ts";
import type { ReadApi } from "./read-api.ts";
import type { SourcePipeline } from "./source-pipeline.ts";

/** Every kind of alarm, and the heading in the runbook that says what to do about it. */
export const RUNBOOK = {
  DeadLetters: "Dead letters",
  LostPlans: "Lost plans",
  FailedSyncs: "Failed syncs",
  FailedPlans: "Failed plans",
  HeldRemovals: "Held removals",
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

/** What an alarm says; it goes off when the metric reaches `least` in one period, unless it says otherwise. */
interface Condition {
  readonly says: string;
  readonly metric: IMetric;
  readonly least: number;
  readonly periods?: number;
}

const FIVE_MINUTES = Duration.minutes(5);
const SLOW_MS = 10_000;

/** The alarms of an inventory. Each tells the topic, and says where the runbook describes it. */
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
    const { source } = pipeline.covered;
    const scope = new Construct(this, source.id);
    const metric = (name: keyof typeof METRICS) => syncMetric(source.id, METRICS[name], FIVE_MINUTES);
    return [
      this.rising(scope, "DeadLetters", {
        says: `Scopes of ${source.id} could not be synced and were given up`,
        metric: waiting(pipeline.deadLetters),
        least: 1,
      }),
      this.rising(scope, "LostPlans", {
        says: `A scheduled planning of ${source.id} was never carried out`,
        metric: waiting(pipeline.lostPlans),
        least: 1,
      }),
      this.rising(scope, "FailedSyncs", {
        says: `A sync of ${source.id} failed`,
        metric: metric("syncsFailed"),
        least: 1,
      }),
      this.rising(scope, "FailedPlans", {
        says: `What there is to sync of ${source.id} could not be found out`,
        metric: metric("plansFailed"),
        least: 1,
      }),
      this.rising(scope, "HeldRemovals", {
        says: `A sync of ${source.id} held removals back`,
        metric: metric("syncsHeld"),
        least: 1,
      }),
      this.stale(scope, pipeline),
      ...this.ofFunction(scope, pipeline.function, `The function that syncs ${source.id}`),
    ];
  }

  private ofFunction(scope: Construct, { lambda }: NodeFunction, name: string): Alarm[] {
    return [
      this.rising(scope, "FunctionErrors", {
        says: `${name} crashed or ran out of time`,
        metric: lambda.metricErrors({ period: FIVE_MINUTES }),
        least: 1,
      }),
      this.rising(scope, "FunctionThrottles", {
        says: `${name} was kept from running`,
        metric: lambda.metricThrottles({ period: FIVE_MINUTES }),
        least: 1,
        periods: 3,
      }),
    ];
  }

  private ofApi({ api, accessLog, function: read }: ReadApi): Alarm[] {
    const scope = new Construct(this, "Api");
    // HTTP APIs count a request that they throttle only among all that were wrong.
    const throttled = new MetricFilter(scope, "Throttled", {
      logGroup: accessLog,
      filterPattern: FilterPattern.stringValue("$.status", "=", "429"),
      metricNamespace: METRICS_NAMESPACE,
      metricName: "ApiThrottled",
      dimensions: { ApiId: "$.apiId" },
    }).metric({ statistic: Stats.SUM, period: FIVE_MINUTES, dimensionsMap: { ApiId: api.apiId } });
    return [
      this.rising(scope, "ApiErrors", {
        says: "The API answered with errors of its own",
        metric: api.metricServerError({ statistic: Stats.SUM, period: FIVE_MINUTES }),
        least: 1,
      }),
      this.rising(scope, "ApiThrottles", { says: "The API turned requests away", metric: throttled, least: 1 }),
      this.rising(scope, "ApiLatency", {
        says: `One in a hundred answers of the API took longer than ${SLOW_MS / 1000} seconds`,
        metric: api.metricLatency({ statistic: Stats.p(99), period: FIVE_MINUTES }),
        least: SLOW_MS,
        periods: 3,
      }),
      ...this.ofFunction(scope, read, "The API's function"),
    ];
  }

  private rising(scope: Construct, kind: AlarmKind, { says, metric, least, periods = 1 }: Condition): Alarm {
    const alarm = new Alarm(scope, kind, {
      alarmDescription: this.description(kind, says),
      metric,
      threshold: least,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    return this.told(alarm);
  }

  /** No complete sync within three intervals. */
  private stale(scope: Construct, { covered }: SourcePipeline): Alarm {
    const { source, everyMinutes } = covered;
    const { period, periods } = staleWindow(everyMinutes);
    const alarm = new Alarm(scope, "Stale", {
      alarmDescription: this.description(
        "Stale",
        `No sync of ${source.id} has been complete for three intervals of ${everyMinutes} minutes`,
      ),
      // Where periods are missing, CloudWatch would look further back for as many as it needs; zeros keep it from that.
      metric: new MathExpression({
        expression: "FILL(complete, 0)",
        usingMetrics: { complete: syncMetric(source.id, METRICS.completeSync, period) },
        period,
        label: "complete syncs",
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: TreatMissingData.BREACHING,
    });
    return this.told(alarm);
  }

  private description(kind: AlarmKind, says: string): string {
    return `${says}. What to do: ${this.props.runbookUrl}#${anchor(RUNBOOK[kind])}`;
  }

  private told(alarm: Alarm): Alarm {
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

const DAY_MINUTES = 24 * 60;

/** Three intervals in periods of at most a day, which is the longest there is. */
export function staleWindow(everyMinutes: number): { readonly period: Duration; readonly periods: number } {
  const minutes = Math.min(everyMinutes, DAY_MINUTES);
  return { period: Duration.minutes(minutes), periods: Math.ceil((3 * everyMinutes) / minutes) };
}

function waiting(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: FIVE_MINUTES });
}
