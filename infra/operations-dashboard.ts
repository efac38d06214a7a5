import { Duration } from "aws-cdk-lib";
import { type Alarm, AlarmStatusWidget, Dashboard, GraphWidget, type IMetric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { METRICS } from "../functions/lambda/metrics.ts";
import { syncMetric } from "./metrics.ts";
import type { ReadApi } from "./read-api.ts";
import type { SourcePipeline } from "./source-pipeline.ts";

export interface OperationsDashboardProps {
  readonly pipelines: readonly SourcePipeline[];
  readonly api: ReadApi;
  readonly alarms: readonly Alarm[];
}

const PERIOD = Duration.minutes(15);
const WIDTH = 24;

/** One page that shows freshness, changes, failures, queues and the API. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, { pipelines, api, alarms }: OperationsDashboardProps) {
    super(scope, id);
    const ofSyncs = (name: keyof typeof METRICS, statistic?: string) =>
      pipelines.map(({ resolved: { source } }) =>
        syncMetric(source.id, METRICS[name], PERIOD, statistic).with({ label: source.id }),
      );

    new Dashboard(this, "Dashboard", {
      defaultInterval: Duration.days(1),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: WIDTH, height: 6 })],
        [
          graph("Complete syncs", ofSyncs("syncsComplete")),
          graph("Failed syncs and plans, damaged scopes", [
            ...ofSyncs("syncsFailed"),
            ...pipelines.map(({ resolved: { source } }) =>
              syncMetric(source.id, METRICS.plansFailed, PERIOD).with({ label: `${source.id} plans` }),
            ),
            ...pipelines.map(({ resolved: { source } }) =>
              syncMetric(source.id, METRICS.damageFound, PERIOD).with({ label: `${source.id} damaged` }),
            ),
          ]),
          graph("Syncs that left removals pending", ofSyncs("syncsHeld")),
        ],
        [
          graph("Items added", ofSyncs("itemsAdded")),
          graph("Items modified", ofSyncs("itemsModified")),
          graph("Items removed", ofSyncs("itemsRemoved")),
        ],
        [
          graph("Duration of a sync, p99, ms", ofSyncs("syncDuration", Stats.p(99))),
          graph("Retried requests", ofSyncs("retries")),
          graph("Pending removals, most in one sync", ofSyncs("removalsPending", Stats.MAXIMUM)),
        ],
        [
          graph(
            "Messages waiting",
            pipelines.map(({ queue, resolved }) =>
              queue.metricApproximateNumberOfMessagesVisible(labelled(resolved.source.id)),
            ),
          ),
          graph(
            "Dead letters and failed schedule deliveries",
            pipelines.flatMap(({ deadLetters, failedDeliveries, resolved }) => [
              deadLetters.metricApproximateNumberOfMessagesVisible(labelled(resolved.source.id)),
              failedDeliveries.metricApproximateNumberOfMessagesVisible(labelled(`${resolved.source.id} schedules`)),
            ]),
          ),
          graph(
            "Function errors and throttles",
            pipelines.flatMap(({ function: { lambda }, resolved }) => [
              lambda.metricErrors(labelled(`${resolved.source.id} errors`)),
              lambda.metricThrottles(labelled(`${resolved.source.id} throttles`)),
            ]),
          ),
        ],
        [
          graph("API requests", [api.api.metricCount(labelled("requests"))]),
          graph("API errors", [
            api.api.metricClientError(labelled("client errors (4xx)")),
            api.api.metricServerError(labelled("server errors (5xx)")),
          ]),
          graph("API latency, ms", [
            api.api.metricLatency({ period: PERIOD, statistic: Stats.p(50), label: "p50" }),
            api.api.metricLatency({ period: PERIOD, statistic: Stats.p(99), label: "p99" }),
          ]),
        ],
      ],
    });
  }
}

function labelled(label: string) {
  return { period: PERIOD, label };
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: WIDTH / 3, leftYAxis: { min: 0 } });
}
