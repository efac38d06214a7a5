import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  type CreateAlarmOptions,
  type IMetric,
  MathExpression,
  Stats,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { FilterPattern, MetricFilter } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { GAUGES } from "../functions/lambda/metrics.ts";
import { gauge } from "./metrics.ts";
import type { NodeFunction } from "./node-function.ts";
import type { ReadApi } from "./read-api.ts";

/** Every kind of alarm, and its heading in the runbook. */
export const RUNBOOK = {
  Overdue: "Overdue",
  Failing: "Failing",
  PendingRemovals: "Pending removals",
  DamageFound: "Damage found",
  NoGauges: "No gauges",
  FunctionErrors: "Function errors",
  FunctionThrottles: "Function throttles",
  Undelivered: "Undelivered notifications",
  ApiErrors: "API errors",
  ApiThrottles: "API throttles",
  ApiLatency: "API latency",
} as const;

export type AlarmKind = keyof typeof RUNBOOK;

export interface AlarmsProps {
  readonly functions: readonly WatchedFunction[];
  readonly api: ReadApi;
  readonly namespace: string;
  /** What could not be delivered to those who are notified. */
  readonly undelivered?: IQueue;
  readonly topic: ITopic;
  readonly runbookUrl: string;
}

/** A function, and what it is called in the alarms' texts. */
export interface WatchedFunction {
  readonly name: string;
  readonly function: NodeFunction;
  /** Whether throttled runs have an alarm. Default: true. */
  readonly throttles?: boolean;
}

/** An alarm goes off when the metric reaches `threshold`, 1 by default. */
interface Condition extends Partial<CreateAlarmOptions> {
  readonly message: string;
  readonly metric: IMetric;
}

const FIVE_MINUTES = Duration.minutes(5);
const SLOW_MS = 10_000;
/** How long it takes until every service was verified again: a day, and the time that verifying takes. */
const VERIFY_HOURS = 26;

/** The alarms of an inventory. Each is published to the topic, and links its heading in the runbook. */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  private readonly props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    this.all = [
      ...this.ofGauges(props.namespace),
      ...props.functions.flatMap((each) => this.ofFunction(each)),
      ...(props.undelivered ? [this.ofUndelivered(props.undelivered)] : []),
      ...this.ofApi(props.api),
    ];
  }

  /** What is counted in what is stored: the alarms last as long as the problem does. */
  private ofGauges(namespace: string): Alarm[] {
    const scope = new Construct(this, "Inventory");
    const rising = (kind: AlarmKind, message: string, metric: IMetric, options: Partial<CreateAlarmOptions> = {}) =>
      // While nothing counts, the problem is as it was, and another alarm says that nothing counts.
      this.alarm(scope, kind, { message, metric, treatMissingData: TreatMissingData.IGNORE, ...options });
    return [
      rising("Overdue", "Syncs are overdue", gauge(namespace, GAUGES.overdue), { evaluationPeriods: 3 }),
      rising("Failing", "Syncs of a collection keep failing", gauge(namespace, GAUGES.failing)),
      rising("PendingRemovals", "Removals are pending", gauge(namespace, GAUGES.pendingRemovals)),
      rising(
        "DamageFound",
        "What is stored is damaged",
        filled(gauge(namespace, GAUGES.damagedScopes, Duration.hours(1))),
        {
          evaluationPeriods: VERIFY_HOURS,
          datapointsToAlarm: 1,
          treatMissingData: TreatMissingData.NOT_BREACHING,
        },
      ),
      this.alarm(scope, "NoGauges", {
        message: "No dispatcher has reported for 15 minutes",
        metric: gauge(namespace, GAUGES.overdue).with({ statistic: Stats.SAMPLE_COUNT }),
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    ];
  }

  private ofFunction({ name, function: { lambda }, throttles = true }: WatchedFunction): Alarm[] {
    const scope = new Construct(this, name.replaceAll(" ", ""));
    return [
      // An hour without another: a problem that comes back with every third sync is one alarm.
      this.alarm(scope, "FunctionErrors", {
        message: `The ${name} function failed or timed out`,
        metric: lambda.metricErrors({ period: FIVE_MINUTES }),
        evaluationPeriods: 12,
        datapointsToAlarm: 1,
      }),
      ...(throttles
        ? [
            this.alarm(scope, "FunctionThrottles", {
              message: `The ${name} function was throttled`,
              metric: lambda.metricThrottles({ period: FIVE_MINUTES }),
              evaluationPeriods: 3,
            }),
          ]
        : []),
    ];
  }

  private ofUndelivered(queue: IQueue): Alarm {
    return this.alarm(new Construct(this, "Notifications"), "Undelivered", {
      message: "Notifications could not be delivered",
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES }),
    });
  }

  private ofApi({ api, accessLog }: ReadApi): Alarm[] {
    const scope = new Construct(this, "HttpApi");
    // HTTP APIs count throttled requests only among all client errors.
    const throttled = new MetricFilter(scope, "Throttled", {
      logGroup: accessLog,
      filterPattern: FilterPattern.stringValue("$.status", "=", "429"),
      metricNamespace: this.props.namespace,
      metricName: "ApiThrottled",
    }).metric({ statistic: Stats.SUM, period: FIVE_MINUTES });
    return [
      this.alarm(scope, "ApiErrors", {
        message: "The API responded with server errors",
        metric: api.metricServerError({ statistic: Stats.SUM, period: FIVE_MINUTES }),
      }),
      this.alarm(scope, "ApiThrottles", { message: "The API throttled requests", metric: throttled }),
      this.alarm(scope, "ApiLatency", {
        message: `One in a hundred API responses took longer than ${SLOW_MS / 1000} seconds`,
        metric: api.metricLatency({ statistic: Stats.p(99), period: FIVE_MINUTES }),
        threshold: SLOW_MS,
        evaluationPeriods: 3,
      }),
    ];
  }

  private alarm(scope: Construct, kind: AlarmKind, { message, metric, ...options }: Condition): Alarm {
    const alarm = new Alarm(scope, kind, {
      alarmDescription: `${message}. What to do: ${this.props.runbookUrl}#${anchor(RUNBOOK[kind])}`,
      metric,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...options,
    });
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
function filled(metric: IMetric & { readonly period: Duration }): IMetric {
  const { period } = metric;
  return new MathExpression({ expression: "FILL(counted, 0)", usingMetrics: { counted: metric }, period });
}
