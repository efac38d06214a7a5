import { readFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { METRICS, METRICS_NAMESPACE, SOURCE_DIMENSION } from "../../functions/lambda/metrics.ts";
import { createObserver } from "../../functions/lambda/observer.ts";
import { NO_COUNTS } from "../../functions/model/sync-record.ts";
import { DEPLOYED_SOURCES as SOURCES } from "../../functions/sources/registry.ts";
import { repeatWindow, staleWindow } from "../../infra/alarm-windows.ts";
import { anchor, RUNBOOK } from "../../infra/alarms.ts";
import { type Deployment, deployment, type Resource, referred, sixthSource } from "./deployment.ts";

const REGISTRY = [...SOURCES, sixthSource()];
const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");

let deployed: Deployment;
let alarms: Resource[];

beforeAll(() => {
  deployed = deployment({ registry: REGISTRY, alarmEmail: "people@example.com" });
  alarms = deployed.resources("AWS::CloudWatch::Alarm");
}, 120_000);

afterEach(() => {
  vi.restoreAllMocks();
});

/** The alarms of a kind whose description contains the text. */
function alarmsOf(heading: string, words = ""): Resource[] {
  return alarms.filter(
    ({ Properties: { AlarmDescription } }) =>
      AlarmDescription.endsWith(`#${anchor(heading)}`) && AlarmDescription.includes(words),
  );
}

function only(heading: string, words?: string): Resource["Properties"] {
  const found = alarmsOf(heading, words);
  expect(found).toHaveLength(1);
  return found[0]?.Properties;
}

function dimension({ Dimensions }: Resource["Properties"], name: string): unknown {
  return Dimensions.find(({ Name }: { Name: string }) => Name === name)?.Value;
}

describe.each(REGISTRY.map(({ id, intervalMinutes }) => ({ id, intervalMinutes })))(
  "$id",
  ({ id, intervalMinutes }) => {
    const lambda = () => {
      const [found] = deployed
        .resources("AWS::Lambda::Function")
        .filter(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SOURCE === id);
      return found as Resource;
    };

    test.each([
      [RUNBOOK.FailedSyncs, METRICS.syncsFailed],
      [RUNBOOK.FailedPlans, METRICS.plansFailed],
      [RUNBOOK.PendingRemovals, METRICS.syncsHeld],
    ])("has an alarm that stays until a whole interval passed without: %s", (heading, metric) => {
      const alarm = only(heading, ` ${id} `);
      expect(alarm).toMatchObject({
        Threshold: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: "GreaterThanOrEqualToThreshold",
        TreatMissingData: "notBreaching",
      });
      const { Metric, Period, Stat } = counted(alarm);
      expect(Metric).toEqual({
        Namespace: METRICS_NAMESPACE,
        MetricName: metric,
        Dimensions: [{ Name: SOURCE_DIMENSION, Value: id }],
      });
      expect(Stat).toBe("Sum");
      expect(alarm.EvaluationPeriods * Period).toBeGreaterThan(intervalMinutes * 60);
    });

    test("has an alarm on damage that stays until a whole day passed without", () => {
      const alarm = only(RUNBOOK.DamageFound, ` ${id} `);
      const { Metric, Period } = counted(alarm);
      expect(Metric.MetricName).toBe(METRICS.damageFound);
      expect(alarm).toMatchObject({ Threshold: 1, DatapointsToAlarm: 1, TreatMissingData: "notBreaching" });
      expect(alarm.EvaluationPeriods * Period).toBeGreaterThan(86_400);
    });

    test("has an alarm on its dead letters and on its failed schedule deliveries", () => {
      const { Properties } = lambda();
      const queue = deployed.resource(referred(Properties.Environment.Variables.STOCKTAKE_QUEUE_URL));
      const watched = (heading: string) => referred(dimension(only(heading, ` ${id} `), "QueueName"));
      expect(watched(RUNBOOK.DeadLetters)).toBe(referred(queue.Properties.RedrivePolicy.deadLetterTargetArn));
      expect(watched(RUNBOOK.FailedScheduleDeliveries)).toBe(referred(Properties.DeadLetterConfig.TargetArn));
    });

    test("has an alarm when no sync was complete for three intervals, or nothing reports", () => {
      const stale = only(RUNBOOK.Stale, ` ${id} `);
      expect(stale).toMatchObject({
        EvaluationPeriods: 3,
        Threshold: 1,
        ComparisonOperator: "LessThanThreshold",
        TreatMissingData: "breaching",
      });
      expect(counted(stale)).toEqual({
        Metric: {
          Namespace: METRICS_NAMESPACE,
          MetricName: METRICS.completeSync,
          Dimensions: [{ Name: SOURCE_DIMENSION, Value: id }],
        },
        Period: intervalMinutes * 60,
        Stat: "Sum",
      });
    });

    test("has an alarm on its function's errors and on its throttles", () => {
      const words = `syncs ${id} `;
      const errors = counted(only(RUNBOOK.FunctionErrors, words)).Metric;
      expect([errors.MetricName, referred(dimension(errors, "FunctionName"))]).toEqual(["Errors", lambda().id]);
      const throttles = only(RUNBOOK.FunctionThrottles, words);
      expect([throttles.MetricName, referred(dimension(throttles, "FunctionName"))]).toEqual([
        "Throttles",
        lambda().id,
      ]);
    });
  },
);

/** The metric that an alarm's expression is made from, with zeros where it is missing. */
function counted({ Metrics }: Resource["Properties"]) {
  const [expression, ...others] = Metrics.flatMap(({ Expression }: { Expression?: string }) => Expression ?? []);
  expect([expression, others]).toEqual([expect.stringMatching(/^FILL\(\w+, 0\)$/), []]);
  return Metrics.find(({ MetricStat }: { MetricStat?: object }) => MetricStat).MetricStat;
}

test("the API has its alarms on errors, throttles and latency", () => {
  const [api] = deployed.resources("AWS::ApiGatewayV2::Api");
  const [log] = deployed.resources("AWS::ApiGatewayV2::Stage");
  const [filter] = deployed.resources("AWS::Logs::MetricFilter");
  expect(referred(filter?.Properties.LogGroupName)).toBe(referred(log?.Properties.AccessLogSettings.DestinationArn));
  expect(filter?.Properties.FilterPattern).toBe('{ $.status = "429" }');
  const [counted] = filter?.Properties.MetricTransformations ?? [];
  for (const [heading, namespace, metric] of [
    [RUNBOOK.ApiErrors, "AWS/ApiGateway", "5xx"],
    [RUNBOOK.ApiLatency, "AWS/ApiGateway", "Latency"],
    [RUNBOOK.ApiThrottles, counted.MetricNamespace, counted.MetricName],
  ] as const) {
    const alarm = only(heading);
    expect(alarm).toMatchObject({ Namespace: namespace, MetricName: metric });
    expect(referred(dimension(alarm, "ApiId"))).toBe(api?.id);
  }
  for (const heading of [RUNBOOK.FunctionErrors, RUNBOOK.FunctionThrottles]) {
    expect(alarmsOf(heading)).toHaveLength(REGISTRY.length + 1);
  }
});

test("the functions publish exactly the metrics that alarms and the dashboard use", () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const observer = createObserver("example.things");
  const collection = "example.things/111111111111/eu-west-1";
  const startedAt = "2026-01-01T00:00:00.000Z";
  const record = { ...NO_COUNTS, collection, startedAt, scope: "all", kind: "full", durationMs: 1 } as const;
  for (const outcome of ["complete", "held", "failed"] as const) {
    observer.onSynced({ ...record, outcome }, outcome === "complete");
  }
  observer.onPlanFailed(collection, new Error("broken"));
  observer.onVerified({ ...{ collection, scope: "all", items: 1, problems: [], problemCount: 1 }, outcome: "damaged" });
  observer.publish();
  vi.restoreAllMocks();
  const published = lines
    .flatMap((line) => line.trim().split("\n"))
    .map((line) => JSON.parse(line))
    .filter((line) => "_aws" in line)
    .flatMap((line) => line._aws.CloudWatchMetrics)
    .flatMap(({ Namespace, Dimensions, Metrics }) =>
      Metrics.map(({ Name }: { Name: string }) => `${Namespace} ${Name} ${JSON.stringify(Dimensions)}`),
    );
  const known = Object.values(METRICS).map(
    (name) => `${METRICS_NAMESPACE} ${name} ${JSON.stringify([[SOURCE_DIMENSION]])}`,
  );
  expect(new Set(published)).toEqual(new Set(known));
});

describe("the runbook", () => {
  const headings = [...runbook.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);

  test("has one heading for each kind of alarm and no others", () => {
    expect(headings.sort()).toEqual(Object.values(RUNBOOK).sort());
  });

  test("is linked from every alarm at a heading that exists", () => {
    const anchors = new Set(headings.map((heading = "") => anchor(heading)));
    for (const { Properties } of alarms) {
      const [, path, linked] = Properties.AlarmDescription.match(/: (\S+)#(\S+)$/) ?? [];
      expect(path).toBe("docs/runbook.md");
      expect(anchors).toContain(linked);
    }
    for (const heading of Object.values(RUNBOOK)) expect(alarmsOf(heading).length).toBeGreaterThan(0);
  });

  test("links only its own headings", () => {
    const anchors = headings.map((heading = "") => anchor(heading));
    for (const [, linked] of runbook.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(linked);
  });
});

describe("the topic", () => {
  test("receives every alarm and its end", () => {
    const [topic] = deployed.resources("AWS::SNS::Topic");
    for (const { Properties } of alarms) {
      expect([...Properties.AlarmActions, ...Properties.OKActions].map(referred)).toEqual([topic?.id, topic?.id]);
    }
  });

  test("is encrypted with a key that CloudWatch can use, and requires TLS", () => {
    const [topic] = deployed.resources("AWS::SNS::Topic");
    const key = deployed.resource(referred(topic?.Properties.KmsMasterKeyId));
    expect(key.Properties.EnableKeyRotation).toBe(true);
    const alarmsOnly = {
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } },
    };
    expect(key.Properties.KeyPolicy.Statement).toContainEqual(expect.objectContaining(alarmsOnly));
    const [policy] = deployed.resources("AWS::SNS::TopicPolicy");
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      expect.objectContaining({ ...alarmsOnly, Action: "sns:Publish" }),
    ]);
  });

  test("notifies the configured e-mail address", () => {
    const subscriptions = deployed.resources("AWS::SNS::Subscription").map(({ Properties }) => Properties);
    expect(subscriptions).toEqual([expect.objectContaining({ Protocol: "email", Endpoint: "people@example.com" })]);
  });
});

test.each([
  ["three intervals", staleWindow, 3],
  ["an interval and the delay of the next sync", repeatWindow, 1],
] as const)("CloudWatch can look back %s, whatever the interval", (_what, windowOf, intervals) => {
  for (let intervalMinutes = 1; intervalMinutes <= 3360; intervalMinutes += 1) {
    const { period, periods } = windowOf(intervalMinutes);
    const seconds = period.toSeconds();
    expect(seconds % 60).toBe(0);
    expect(seconds).toBeLessThanOrEqual(86_400);
    expect(periods * seconds).toBeGreaterThanOrEqual(intervals * intervalMinutes * 60);
    expect(periods * seconds).toBeLessThanOrEqual(seconds < 3_600 ? 86_400 : 604_800);
  }
});

test("the dashboard shows every source", () => {
  const [dashboard] = deployed.resources("AWS::CloudWatch::Dashboard");
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const { id } of REGISTRY) expect(body).toContain(id);
});
