import { Duration } from "aws-cdk-lib";
import { type Alarm, AlarmStatusWidget, Dashboard, GraphWidget, type IMetric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { GAUGES } from "../functions/lambda/metrics.ts";
import type { AlarmsProps } from "./alarms.ts";
import { gauge } from "./metrics.ts";

export interface OperationsDashboardProps extends Pick<AlarmsProps, "functions" | "api" | "namespace"> {
  readonly alarms: readonly Alarm[];
}

const PERIOD = Duration.minutes(15);
const WIDTH = 24;

/** One page that shows the alarms, what is overdue, failing, pending and damaged, the functions and the API. */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, { functions, api: { api }, namespace, alarms }: OperationsDashboardProps) {
    super(scope, id);
    const gauges = (names: readonly (keyof typeof GAUGES)[]) =>
      names.map((name) => gauge(namespace, GAUGES[name], PERIOD));
    new Dashboard(this, "Dashboard", {
      defaultInterval: Duration.days(1),
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: WIDTH, height: 6 })],
        [
          graph("Overdue and failing collections", gauges(["overdue", "failing"])),
          graph("Collections with pending removals", gauges(["pendingRemovals"])),
          graph("Damaged scopes", gauges(["damagedScopes"])),
        ],
        [
          graph(
            "Function duration, p99, ms",
            functions.map((each) =>
              each.function.lambda.metricDuration({ ...labelled(each.name), statistic: Stats.p(99) }),
            ),
          ),
          graph(
            "Invocations",
            functions.map((each) => each.function.lambda.metricInvocations(labelled(each.name))),
          ),
          graph(
            "Function errors and throttles",
            functions.flatMap((each) => [
              each.function.lambda.metricErrors(labelled(`${each.name} errors`)),
              each.function.lambda.metricThrottles(labelled(`${each.name} throttles`)),
            ]),
          ),
        ],
        [
          graph("API requests", [api.metricCount(labelled("requests"))]),
          graph("API errors", [
            api.metricClientError(labelled("client errors (4xx)")),
            api.metricServerError(labelled("server errors (5xx)")),
          ]),
          graph("API latency, ms", [
            api.metricLatency({ period: PERIOD, statistic: Stats.p(50), label: "p50" }),
            api.metricLatency({ period: PERIOD, statistic: Stats.p(99), label: "p99" }),
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
