import { beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { DEPLOYED_SOURCES as SOURCES } from "../../functions/sources/registry.ts";
import { DEFAULT_SETTINGS } from "../../infra/settings-schema.ts";
import { type Deployment, deployment, HOME, OTHER, type Resource, referred, sixthSource } from "./deployment.ts";

/** Each source, also one that only this test has, gets everything that keeps a source up to date. */

const REGISTRY = [...SOURCES, sixthSource()];

/** The schedules of plans that the sources declare. */
const KINDS = REGISTRY.flatMap(({ id, intervalMinutes, listedByCreation }) => [
  { id, minutes: intervalMinutes, incremental: false },
  ...(listedByCreation ? [{ id, minutes: listedByCreation.incrementalMinutes, incremental: true }] : []),
]);

let deployed: Deployment;

beforeAll(() => {
  deployed = deployment({ registry: REGISTRY });
}, 120_000);

function functionOf(source: string, from = deployed): Resource {
  const functions = from
    .resources("AWS::Lambda::Function")
    .filter(({ Properties }) => Properties.Environment.Variables.STOCKTAKE_SOURCE === source);
  expect(functions).toHaveLength(1);
  return functions[0] as Resource;
}

function schedulesOf(source: string, from = deployed): Resource[] {
  const { id } = functionOf(source, from);
  return from
    .resources("AWS::Scheduler::Schedule")
    .filter(({ Properties }) => referred(Properties.Target.Arn) === id && requestOf(Properties).kind === "plan");
}

function requestOf({ Target }: Resource["Properties"]) {
  return JSON.parse(Target.Input);
}

/** The minutes in rate(6 hours). */
function minutesOf(expression: string): number {
  const [, count, unit = ""] = expression.match(/^rate\((\d+) (minute|hour|day)s?\)$/) ?? [];
  return Number(count) * ({ minute: 1, hour: 60, day: 1440 }[unit] ?? Number.NaN);
}

function queuesOf(source: string) {
  const { Properties } = functionOf(source);
  const queue = deployed.resource(referred(Properties.Environment.Variables.STOCKTAKE_QUEUE_URL));
  return {
    queue,
    deadLetters: deployed.resource(referred(queue.Properties.RedrivePolicy.deadLetterTargetArn)),
    failedDeliveries: deployed.resource(referred(Properties.DeadLetterConfig.TargetArn)),
  };
}

test("nothing is deployed besides the sources' pipelines, the API and one schedule that settles", () => {
  expect(deployed.resources("AWS::Lambda::Function")).toHaveLength(REGISTRY.length + 1);
  expect(deployed.resources("AWS::Scheduler::Schedule")).toHaveLength(KINDS.length + REGISTRY.length + 1);
  expect(deployed.resources("AWS::Lambda::EventSourceMapping")).toHaveLength(REGISTRY.length);
  expect(deployed.resources("AWS::SQS::Queue")).toHaveLength(3 * REGISTRY.length);
});

describe.each(REGISTRY.map(({ id, listedByCreation }) => ({ id, listedByCreation })))(
  "$id",
  ({ id, listedByCreation }) => {
    test("has a function of its own", () => {
      const { Properties } = functionOf(id);
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        Handler: "index.handler",
        Timeout: 900,
        TracingConfig: { Mode: "Active" },
      });
      const { Variables } = Properties.Environment;
      expect(Variables).toMatchObject({
        STOCKTAKE_RETENTION_DAYS: String(DEFAULT_SETTINGS.retentionDays),
        POWERTOOLS_SERVICE_NAME: "stocktake",
        POWERTOOLS_METRICS_NAMESPACE: "Stocktake",
        NODE_OPTIONS: "--enable-source-maps",
      });
      expect(Number(Variables.STOCKTAKE_GUARD_ITEMS)).toBe(DEFAULT_GUARD.items);
      expect(Number(Variables.STOCKTAKE_GUARD_SHARE)).toBe(DEFAULT_GUARD.share);
      for (const table of ["VERSIONS", "CHANGES", "EDGES", "SCOPES", "SYNCS"]) {
        const named = deployed.resource(referred(Variables[`STOCKTAKE_TABLE_${table}`]));
        expect(named.Type).toBe("AWS::DynamoDB::GlobalTable");
        expect(named.id.toUpperCase()).toContain(`TABLES${table}`);
      }
      const log = deployed.resource(referred(Properties.LoggingConfig.LogGroup));
      expect(log.Properties.RetentionInDays).toBe(30);
    });

    test("may send itself messages over and over only if it has open scopes to close", () => {
      expect(functionOf(id).Properties.RecursiveLoop).toBe(listedByCreation ? "Allow" : undefined);
    });

    test("is planned by a schedule of each kind, retried twice, with a queue for failed deliveries", () => {
      const kinds = KINDS.filter((kind) => kind.id === id);
      const schedules = schedulesOf(id).map(({ Properties }) => Properties);
      expect(schedules.map(requestOf)).toEqual(
        kinds.map(({ incremental }) => ({ kind: "plan", targets: [HOME], ...(incremental && { incremental }) })),
      );
      expect(schedules.map(({ ScheduleExpression }) => minutesOf(ScheduleExpression))).toEqual(
        kinds.map(({ minutes }) => minutes),
      );
      for (const { State, FlexibleTimeWindow, ScheduleExpression, Target } of schedules) {
        expect(State).toBe("ENABLED");
        expect(FlexibleTimeWindow.MaximumWindowInMinutes).toBeLessThan(minutesOf(ScheduleExpression));
        expect(Target.RetryPolicy.MaximumRetryAttempts).toBe(2);
        expect(referred(Target.DeadLetterConfig.Arn)).toBe(queuesOf(id).failedDeliveries.id);
      }
    });

    test("is synced from an encrypted queue with a dead-letter queue, one message at a time", () => {
      const { queue, deadLetters, failedDeliveries } = queuesOf(id);
      expect(queue.Properties.VisibilityTimeout).toBeGreaterThan(functionOf(id).Properties.Timeout);
      expect(queue.Properties.RedrivePolicy.maxReceiveCount).toBe(3);
      expect(new Set([queue.id, deadLetters.id, failedDeliveries.id]).size).toBe(3);
      for (const { Properties } of [queue, deadLetters, failedDeliveries])
        expect(Properties.SqsManagedSseEnabled).toBe(true);
      for (const { Properties } of [deadLetters, failedDeliveries])
        expect(Properties.MessageRetentionPeriod).toBe(14 * 86_400);
      const mappings = deployed
        .resources("AWS::Lambda::EventSourceMapping")
        .filter(({ Properties }) => referred(Properties.EventSourceArn) === queue.id);
      expect(mappings).toHaveLength(1);
      expect(referred(mappings[0]?.Properties.FunctionName)).toBe(functionOf(id).id);
      expect(mappings[0]?.Properties).toMatchObject({
        BatchSize: 1,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ScalingConfig: { MaximumConcurrency: 2 },
      });
    });
  },
);

test("every minute one function settles, for all sources, with all their permissions on the tables", () => {
  const settling = deployed
    .resources("AWS::Scheduler::Schedule")
    .map(({ Properties }) => Properties)
    .filter((properties) => requestOf(properties).kind === "settle");
  expect(settling).toHaveLength(1);
  expect(settling[0]).toMatchObject({
    State: "ENABLED",
    ScheduleExpression: "rate(1 minute)",
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: { Input: '{"kind":"settle"}' },
  });
  expect(referred(settling[0]?.Target.Arn)).toBe(functionOf(REGISTRY[0]?.id ?? "").id);
});

test("every day each function verifies what is stored of its source", () => {
  const verifying = deployed
    .resources("AWS::Scheduler::Schedule")
    .map(({ Properties }) => Properties)
    .filter((properties) => requestOf(properties).kind === "verify");
  expect(verifying.map(({ Target }) => referred(Target.Arn)).sort()).toEqual(
    REGISTRY.map(({ id }) => functionOf(id).id).sort(),
  );
  for (const properties of verifying) {
    expect(properties).toMatchObject({
      State: "ENABLED",
      ScheduleExpression: "rate(1 day)",
      Target: { Input: '{"kind":"verify"}' },
    });
  }
});

test("every queue requires TLS", () => {
  const refusing = deployed.resources("AWS::SQS::QueuePolicy").flatMap(({ Properties }) => {
    const [statement] = Properties.PolicyDocument.Statement;
    expect(statement).toMatchObject({
      Effect: "Deny",
      Principal: { AWS: "*" },
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
    return Properties.Queues.map(referred);
  });
  expect(refusing.sort()).toEqual(
    deployed
      .resources("AWS::SQS::Queue")
      .map(({ id }) => id)
      .sort(),
  );
});

describe("settings", () => {
  test("of one source and of all sources reach the functions and the schedules", () => {
    const id = "sagemaker.associations";
    const tuned = deployment({
      sources: {
        [id]: { intervalMinutes: 1440, incrementalMinutes: 30, concurrency: 9 },
        "workspaces.images": { enabled: false },
      },
      retentionDays: 30,
      guard: { items: 3, share: 0.25 },
    });
    expect(functionOf(id, tuned).Properties.Environment.Variables).toMatchObject({
      STOCKTAKE_RETENTION_DAYS: "30",
      STOCKTAKE_GUARD_ITEMS: "3",
      STOCKTAKE_GUARD_SHARE: "0.2500",
    });
    const expressions = schedulesOf(id, tuned).map(({ Properties }) => Properties.ScheduleExpression);
    expect(expressions).toEqual(["rate(1 day)", "rate(30 minutes)"]);
    const concurrencies = tuned
      .resources("AWS::Lambda::EventSourceMapping")
      .map(({ Properties }) => Properties.ScalingConfig.MaximumConcurrency);
    expect(concurrencies.filter((most) => most === 9)).toHaveLength(1);
    expect(new Set(concurrencies)).toEqual(new Set([2, 9]));
    // One source less; one schedule each that lists and one that verifies, one incremental, and the one that settles.
    expect(tuned.resources("AWS::Scheduler::Schedule")).toHaveLength(2 * (SOURCES.length - 1) + 2);
  });

  test("leave out incremental syncs that are no more frequent than full ones", () => {
    const id = "sagemaker.associations";
    const often = deployment({ sources: { [id]: { intervalMinutes: 1 } } });
    const [schedule, ...others] = schedulesOf(id, often);
    expect(others).toEqual([]);
    expect(schedule?.Properties).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      FlexibleTimeWindow: { Mode: "OFF" },
    });
  });

  test("name any number of targets, in as many schedules as that takes", () => {
    const accounts = [OTHER, ...Array.from({ length: 200 }, (_, index) => String(300_000_000_000 + index))];
    const externalId = "x".repeat(1_200);
    const targets = accounts.map((account) => ({ account, regions: ["eu-west-1"], externalId }));
    const many = deployment({ targets, registry: [sixthSource()] });
    const inputs = schedulesOf("example.things", many).map(({ Properties }) => Properties.Target.Input as string);
    expect(inputs.length).toBeGreaterThan(1);
    for (const input of inputs) expect(input.length).toBeLessThan(256_000);
    const named = inputs.flatMap((input) => JSON.parse(input).targets);
    expect(named).toHaveLength(201);
    expect(named[0]).toEqual({
      account: OTHER,
      region: "eu-west-1",
      roleArn: `arn:aws:iam::${OTHER}:role/StocktakeReader`,
      externalId,
    });
  });
});
