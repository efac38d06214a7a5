import { Duration, Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { CoveredSource } from "./coverage.ts";
import { NodeFunction } from "./node-function.ts";
import { sourceStatements, syncStatements } from "./permissions.ts";
import { PlanSchedules } from "./plan-schedules.ts";
import type { GuardSettings } from "./settings.ts";
import type { Tables } from "./tables.ts";

export interface SourcePipelineProps {
  readonly covered: CoveredSource;
  readonly tables: Tables;
  readonly scheduleGroup: IScheduleGroup;
  readonly retentionDays: number;
  readonly guard: GuardSettings;
}

/** Lambda's longest: a listing that has no order must fit one invocation. */
const TIMEOUT = Duration.minutes(15);

/**
 * Above the timeout, so that a scope is not given out twice. No more than that: a failed sync is tried again when it
 * ends. (AWS advises six times the timeout for queues whose polling outruns the function's concurrency; the cap on
 * concurrency prevents that here.)
 */
const VISIBILITY = Duration.minutes(16);

const RECEIVES = 3;

/**
 * Everything that keeps one source up to date: schedules that ask for a plan, the queue of what is planned, the function
 * that plans and syncs, and two dead-letter queues: of scopes that could not be synced, and of plans that got lost.
 */
export class SourcePipeline extends Construct {
  readonly covered: CoveredSource;
  readonly function: NodeFunction;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly lostPlans: Queue;

  constructor(scope: Construct, id: string, props: SourcePipelineProps) {
    super(scope, id);
    const { covered, tables, guard } = props;
    const { source, targets } = covered;
    this.covered = covered;

    this.deadLetters = newDeadLetterQueue(this, "DeadLetters");
    this.lostPlans = newDeadLetterQueue(this, "LostPlans");
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY,
      // Every plan asks for all scopes again: what is older than an interval has been asked for since.
      retentionPeriod: Duration.minutes(Math.max(24 * 60, covered.everyMinutes)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: RECEIVES },
    });

    const own = targets.filter(({ roleArn }) => roleArn === undefined);
    this.function = new NodeFunction(this, "Sync", {
      program: { sync: source.id },
      description: `Stocktake: plans and syncs ${source.id}`,
      timeout: TIMEOUT,
      environment: {
        STOCKTAKE_SOURCE: source.id,
        STOCKTAKE_QUEUE_URL: this.queue.queueUrl,
        ...tables.environment,
        STOCKTAKE_RETENTION_DAYS: String(props.retentionDays),
        STOCKTAKE_GUARD_ITEMS: String(guard.items),
        STOCKTAKE_GUARD_SHARE: guard.share.toFixed(4),
      },
      listing: sourceStatements(source, own, Stack.of(this).partition),
      statements: [
        ...assumeStatements(covered),
        ...syncStatements(tables),
        new PolicyStatement({
          actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"],
          resources: [this.queue.queueArn],
        }),
      ],
      // A listing that is cut into windows goes on by a message for the rest, each time with less left.
      recursive: source.ascending !== undefined,
      lostInvocations: this.lostPlans,
    });
    const mapping = new EventSourceMapping(this, "Messages", {
      target: this.function.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: covered.concurrency,
    });
    Validations.of(mapping).acknowledge({
      id: "Serverless-LambdaEventSourceMappingDestination",
      reason: "Lambda has no failure destination for SQS; the queue's own dead-letter queue takes what fails for good.",
    });

    new PlanSchedules(this, "Plans", {
      covered,
      target: this.function.lambda,
      group: props.scheduleGroup,
      lostPlans: this.lostPlans,
    });
  }
}

function newDeadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const reason = "It is itself a dead-letter queue; an alarm watches it.";
  Validations.of(queue).acknowledge({ id: "AwsSolutions-SQS3", reason }, { id: "Serverless-SQSRedrivePolicy", reason });
  return queue;
}

function assumeStatements({ targets }: CoveredSource): PolicyStatement[] {
  const roles = [...new Set(targets.flatMap(({ roleArn }) => roleArn ?? []))];
  return roles.length > 0 ? [new PolicyStatement({ actions: ["sts:AssumeRole"], resources: roles })] : [];
}
