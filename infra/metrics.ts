import type { Duration } from "aws-cdk-lib";
import { Metric, Stats } from "aws-cdk-lib/aws-cloudwatch";
import { METRICS_NAMESPACE, type MetricName, SOURCE_DIMENSION } from "../functions/lambda/metrics.ts";

/** One of the metrics that a source's function publishes. */
export function syncMetric(source: string, name: MetricName, period: Duration, statistic: string = Stats.SUM): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: { [SOURCE_DIMENSION]: source },
    statistic,
    period,
  });
}
