import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { GAUGES } from "../../functions/lambda/metrics.ts";
import { serviceOf } from "../../functions/model/collection.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { anchor, RUNBOOK } from "../../infra/alarms.ts";
import { type Deployment, deployment, type Resource, referred, sixthSource } from "./deployment.ts";

const EMAIL = "people@example.com";
const NOTIFY = [{ to: { queue: "arn:aws:sqs:eu-west-1:111111111111:changes" } }];
const REGISTRY = [...SOURCES, sixthSource()];
const runbook = readFileSync(new URL("../../docs/runbook.md", import.meta.url), "utf8");

let deployed: Deployment;
let alarms: Resource[];

beforeAll(() => {
  deployed = deployment({ registry: REGISTRY, alarmEmail: EMAIL, notify: NOTIFY });
  alarms = deployed.resources("AWS::CloudWatch::Alarm");
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

test("by default there are at most 18 alarms and 5 custom metrics", () => {
  const { resources } = deployment();
  const found = resources("AWS::CloudWatch::Alarm").map(({ Properties }) => Properties);
  expect(found.length).toBeLessThanOrEqual(18);
  const ownMetrics = found
    .flatMap(
      ({ Metrics, ...metric }) =>
        Metrics?.flatMap(({ MetricStat }: Resource["Properties"]) => MetricStat?.Metric ?? []) ?? metric,
    )
    .filter(({ Namespace }) => Namespace.startsWith("Stocktake"))
    .map(({ MetricName, Dimensions }) => `${MetricName} ${JSON.stringify(Dimensions ?? [])}`);
  expect([...new Set(ownMetrics)].sort()).toEqual(
    [...Object.values(GAUGES), "ApiThrottled"].map((name) => `${name} []`).sort(),
  );
  expect(resources("AWS::CloudWatch::Dashboard")).toEqual([]);
  expect(resources("AWS::KMS::Key")).toEqual([]);
});

test("a source more adds no alarm", () => {
  const registry = [...REGISTRY, sixthSource({ id: "example.other-things" })];
  const more = deployment({ registry, alarmEmail: EMAIL, notify: NOTIFY });
  expect(more.resources("AWS::CloudWatch::Alarm")).toEqual(alarms);
});

describe("what is counted in what is stored", () => {
  test.each([
    [RUNBOOK.Overdue, GAUGES.overdue],
    [RUNBOOK.Failing, GAUGES.failing],
    [RUNBOOK.PendingRemovals, GAUGES.pendingRemovals],
  ])("has an alarm that lasts as long as the problem does: %s", (heading, metric) => {
    expect(only(heading)).toMatchObject({
      Namespace: "Stocktake/Stocktake",
      MetricName: metric,
      Statistic: "Maximum",
      Period: 300,
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      // While nothing is counted, the alarm stays as it is.
      TreatMissingData: "ignore",
    });
    expect(only(heading).Dimensions).toBeUndefined();
  });

  test("has an alarm on damage that lasts until every service was verified again without", () => {
    const alarm = only(RUNBOOK.DamageFound);
    const { Metric, Period, Stat } = counted(alarm);
    expect([Metric, Stat]).toEqual([{ Namespace: "Stocktake/Stocktake", MetricName: GAUGES.damagedScopes }, "Maximum"]);
    expect(alarm).toMatchObject({ Threshold: 1, DatapointsToAlarm: 1, TreatMissingData: "notBreaching" });
    expect(alarm.EvaluationPeriods * Period).toBeGreaterThan(86_400);
  });

  test("has an alarm when nothing counts", () => {
    expect(only(RUNBOOK.NoGauges)).toMatchObject({
      MetricName: GAUGES.overdue,
      Statistic: "SampleCount",
      Threshold: 1,
      ComparisonOperator: "LessThanThreshold",
      TreatMissingData: "breaching",
    });
  });
});

test("each function has an alarm on its errors and on its throttles, which names it", () => {
  for (const { id, Properties } of deployed.resources("AWS::Lambda::Function")) {
    const service = Properties.Environment.Variables.STOCKTAKE_SERVICE;
    const name = service === undefined ? "API" : `${service} sync`;
    for (const [heading, metric] of [
      [RUNBOOK.FunctionErrors, "Errors"],
      [RUNBOOK.FunctionThrottles, "Throttles"],
    ] as const) {
      const alarm = only(heading, `The ${name} function `);
      expect([alarm.MetricName, referred(dimension(alarm, "FunctionName"))]).toEqual([metric, id]);
    }
  }
});

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
  ] as const) {
    const alarm = only(heading);
    expect(alarm).toMatchObject({ Namespace: namespace, MetricName: metric });
    expect(referred(dimension(alarm, "ApiId"))).toBe(api?.id);
  }
  const { MetricNamespace: Namespace, MetricName } = counted;
  expect(only(RUNBOOK.ApiThrottles)).toMatchObject({ Namespace, MetricName });
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

  test("says under every heading when the alarm is over", () => {
    const sections = runbook.split(/^## /m).slice(1);
    const silent = sections.filter((section) => !/\bIt is over when\b/.test(section));
    expect(silent.map((section) => section.split("\n")[0])).toEqual([]);
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

  test("requires TLS, and takes only this account's alarms", () => {
    const [policy] = deployed.resources("AWS::SNS::TopicPolicy");
    expect(policy?.Properties.PolicyDocument.Statement).toEqual([
      expect.objectContaining({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
      expect.objectContaining({
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } },
        Action: "sns:Publish",
      }),
    ]);
  });

  test("notifies the configured e-mail address", () => {
    const subscriptions = deployed.resources("AWS::SNS::Subscription").map(({ Properties }) => Properties);
    expect(subscriptions).toEqual([expect.objectContaining({ Protocol: "email", Endpoint: EMAIL })]);
  });
});

test("the dashboard, if there is one, shows every function and gauge", () => {
  const [dashboard] = deployment({ dashboard: true }).resources("AWS::CloudWatch::Dashboard");
  const body = JSON.stringify(dashboard?.Properties.DashboardBody);
  for (const shown of [...SOURCES.map(({ id }) => serviceOf(id)), ...Object.values(GAUGES)])
    expect(body).toContain(shown);
});
