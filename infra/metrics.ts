import { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import type { GAUGES } from "../functions/lambda/metrics.ts";

type Gauge = (typeof GAUGES)[keyof typeof GAUGES];

/** The namespace of an inventory's metrics. */
export function metricsNamespace(inventory: string): string {
  return `Stocktake/${inventory}`;
}

/** One of the gauges that the dispatchers publish. Each counts over all services, so the largest is the newest that one of them saw. */
export function gauge(namespace: string, metricName: Gauge, period: Duration = Duration.minutes(5)): Metric {
  return new Metric({ namespace, metricName, statistic: Stats.MAXIMUM, period });
}
