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

/** One page that answers: is everything fresh, what changed, what is stuck, and who is being kept waiting. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, { pipelines, api, alarms }: OperationsDashboardProps) {
    super(scope, id);
    const ofSyncs = (name: keyof typeof METRICS, statistic?: string) =>
      pipelines.map(({ covered: { source } }) =>
        syncMetric(source.id, METRICS[name], PERIOD, statistic).with({ label: source.id }),
      );

    new Dashboard(this, "Dashboard", {
      defaultInterval: Duration.days(1),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: WIDTH, height: 6 })],
        [
          graph("Complete syncs", ofSyncs("syncsComplete")),
          graph("Failed syncs and plans", [
            ...ofSyncs("syncsFailed"),
            ...pipelines.map(({ covered: { source } }) =>
              syncMetric(source.id, METRICS.plansFailed, PERIOD).with({ label: `${source.id} plans` }),
            ),
          ]),
          graph("Held syncs", ofSyncs("syncsHeld")),
        ],
        [
          graph("Items added", ofSyncs("itemsAdded")),
          graph("Items modified", ofSyncs("itemsModified")),
          graph("Items removed", ofSyncs("itemsRemoved")),
        ],
        [
          graph("Duration of a sync, p99, ms", ofSyncs("syncDuration", Stats.p(99))),
          graph("Requests made again", ofSyncs("retries")),
          graph("Removals held", ofSyncs("removalsHeld")),
        ],
        [
          graph(
            "Messages waiting",
            pipelines.map(({ queue, covered }) =>
              queue.metricApproximateNumberOfMessagesVisible(labelled(covered.source.id)),
            ),
          ),
          graph(
            "Dead letters and lost plans",
            pipelines.flatMap(({ deadLetters, lostPlans, covered }) => [
              deadLetters.metricApproximateNumberOfMessagesVisible(labelled(covered.source.id)),
              lostPlans.metricApproximateNumberOfMessagesVisible(labelled(`${covered.source.id} plans`)),
            ]),
          ),
          graph(
            "Function errors and throttles",
            pipelines.flatMap(({ function: { lambda }, covered }) => [
              lambda.metricErrors(labelled(`${covered.source.id} errors`)),
              lambda.metricThrottles(labelled(`${covered.source.id} throttles`)),
            ]),
          ),
        ],
        [
          graph("API requests", [api.api.metricCount(labelled("requests"))]),
          graph("API errors", [
            api.api.metricClientError(labelled("the caller's (4xx)")),
            api.api.metricServerError(labelled("its own (5xx)")),
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
