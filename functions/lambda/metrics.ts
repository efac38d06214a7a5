import type { Gauges } from "../sync/due.ts";

/** What the dispatchers count in what is stored, over all services. Each is published without dimensions: alarms watch the maximum. */
export const GAUGES = {
  overdue: "Overdue",
  failing: "Failing",
  pendingRemovals: "PendingRemovals",
  /** Scopes that do not match their checksums, or whose versions, log and edges do not agree. */
  damagedScopes: "DamagedScopes",
} as const;

/** Publishes gauges: one line of the log in CloudWatch's embedded metric format, from which it makes the metrics. */
export function publishGauges(namespace: string, gauges: Partial<Gauges & { readonly damagedScopes: number }>): void {
  const values = Object.entries(gauges).map(([gauge, value]) => [GAUGES[gauge as keyof typeof GAUGES], value] as const);
  const Metrics = values.map(([Name]) => ({ Name, Unit: "Count" }));
  const CloudWatchMetrics = [{ Namespace: namespace, Dimensions: [[]], Metrics }];
  const line = { _aws: { Timestamp: Date.now(), CloudWatchMetrics }, ...Object.fromEntries(values) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
