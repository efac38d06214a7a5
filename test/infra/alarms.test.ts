import { readFileSync } from "node:fs";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { METRICS, METRICS_NAMESPACE, SOURCE_DIMENSION } from "../../functions/lambda/metrics.ts";
import { observerOf } from "../../functions/lambda/observer.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { anchor, RUNBOOK, staleWindow } from "../../infra/alarms.ts";
import { type Deployment, deployment, type Resource, referred, sixthSource } from "./deployment.ts";

const REGISTRY = [...SOURCES, sixthSource()];
const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");

let deployed: Deployment;
let alarms: Resource[];

beforeAll(() => {
  deployed = deployment({ registry: REGISTRY, alarmEmail: "people@example.com" });
  alarms = deployed.resources("AWS::CloudWatch::Alarm");
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The alarms of a kind whose description has these words. */
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

describe.each(REGISTRY.map(({ id, everyMinutes }) => ({ id, everyMinutes })))("$id", ({ id, everyMinutes }) => {
  const lambda = () => {
    const [found] = deployed
      .resources("AWS::Lambda::Function")
      .filter(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SOURCE === id);
    return found as Resource;
  };

  test.each([
    [RUNBOOK.FailedSyncs, METRICS.syncsFailed],
    [RUNBOOK.FailedPlans, METRICS.plansFailed],
    [RUNBOOK.HeldRemovals, METRICS.syncsHeld],
  ])("%s", (heading, metric) => {
    expect(only(heading, ` ${id} `)).toMatchObject({
      Namespace: METRICS_NAMESPACE,
      MetricName: metric,
      Dimensions: [{ Name: SOURCE_DIMENSION, Value: id }],
      Statistic: "Sum",
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      TreatMissingData: "notBreaching",
    });
  });

  test("dead letters and lost plans", () => {
    const { Properties } = lambda();
    const queue = deployed.resource(referred(Properties.Environment.Variables.STOCKTAKE_QUEUE_URL));
    const watched = (heading: string) => referred(dimension(only(heading, ` ${id} `), "QueueName"));
    expect(watched(RUNBOOK.DeadLetters)).toBe(referred(queue.Properties.RedrivePolicy.deadLetterTargetArn));
    expect(watched(RUNBOOK.LostPlans)).toBe(referred(Properties.DeadLetterConfig.TargetArn));
  });

  test("no complete sync within three intervals; silence is an alarm", () => {
    const stale = only(RUNBOOK.Stale, ` ${id} `);
    expect(stale).toMatchObject({
      EvaluationPeriods: 3,
      Threshold: 1,
      ComparisonOperator: "LessThanThreshold",
      TreatMissingData: "breaching",
    });
    const stat = stale.Metrics.find(({ MetricStat }: { MetricStat?: object }) => MetricStat).MetricStat;
    expect(stat).toEqual({
      Metric: {
        Namespace: METRICS_NAMESPACE,
        MetricName: METRICS.completeSync,
        Dimensions: [{ Name: SOURCE_DIMENSION, Value: id }],
      },
      Period: everyMinutes * 60,
      Stat: "Sum",
    });
  });

  test("its function's errors and throttles", () => {
    for (const heading of [RUNBOOK.FunctionErrors, RUNBOOK.FunctionThrottles]) {
      const words = `syncs ${id} `;
      expect(referred(dimension(only(heading, words), "FunctionName"))).toBe(lambda().id);
    }
  });
});

test("the API has its alarms", () => {
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

test("the metrics that alarms watch are those that the functions publish", () => {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const observer = observerOf("example.things");
  const collection = "example.things/111111111111/eu-west-1";
  const counts = {
    pages: 1,
    listed: 0,
    added: 0,
    modified: 0,
    removed: 0,
    unchanged: 0,
    held: 0,
    refused: 0,
    retries: 0,
  };
  const record = {
    collection,
    startedAt: "2026-01-01T00:00:00.000Z",
    scope: "all",
    refusals: [],
    durationMs: 1,
    ...counts,
  };
  for (const outcome of ["complete", "held", "failed"] as const)
    observer.synced({ ...record, outcome }, outcome === "complete");
  observer.planFailed(collection, new Error("broken"));
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

  test("has one heading for each kind of alarm, and no other", () => {
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
  test("hears of every alarm and of its end", () => {
    const [topic] = deployed.resources("AWS::SNS::Topic");
    for (const { Properties } of alarms) {
      expect([...Properties.AlarmActions, ...Properties.OKActions].map(referred)).toEqual([topic?.id, topic?.id]);
    }
  });

  test("is encrypted with a key that CloudWatch can use, and takes nothing without TLS", () => {
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

  test("tells the address that is configured", () => {
    const subscriptions = deployed.resources("AWS::SNS::Subscription").map(({ Properties }) => Properties);
    expect(subscriptions).toEqual([expect.objectContaining({ Protocol: "email", Endpoint: "people@example.com" })]);
  });
});

test("whatever the interval, CloudWatch can look back three of them", () => {
  for (let everyMinutes = 1; everyMinutes <= 3360; everyMinutes += 1) {
    const { period, periods } = staleWindow(everyMinutes);
    const seconds = period.toSeconds();
    expect(seconds % 60).toBe(0);
    expect(seconds).toBeLessThanOrEqual(86_400);
    expect(periods * seconds).toBeGreaterThanOrEqual(3 * everyMinutes * 60);
    expect(periods * seconds).toBeLessThanOrEqual(seconds < 3_600 ? 86_400 : 604_800);
  }
});

test("the dashboard shows every source", () => {
  const [dashboard] = deployed.resources("AWS::CloudWatch::Dashboard");
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const { id } of REGISTRY) expect(body).toContain(id);
});
