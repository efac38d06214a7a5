import { Duration, Stack, Validations } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping } from "aws-cdk-lib/aws-lambda";
import type { IScheduleGroup } from "aws-cdk-lib/aws-scheduler";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { NodeFunction } from "./node-function.ts";
import { sourceStatements, syncStatements } from "./permissions.ts";
import type { GuardSettings } from "./settings.ts";
import { SourceSchedules } from "./source-schedules.ts";
import type { Tables } from "./tables.ts";
import type { ResolvedSource } from "./targets.ts";

export interface SourcePipelineProps {
  readonly resolved: ResolvedSource;
  readonly tables: Tables;
  readonly scheduleGroup: IScheduleGroup;
  readonly retentionDays: number;
  readonly guard: GuardSettings;
  /** Whether its function also settles, every minute, what writers that died left behind in the whole inventory. */
  readonly settles: boolean;
}

/** Lambda's maximum: the listing of a scope must fit into one invocation. */
const TIMEOUT = Duration.minutes(15);

/**
 * Above the timeout, so that no scope is synced twice at once, and no more, so that a failed sync is tried again soon. (AWS recommends
 * six times the timeout for queues that are polled faster than the function's concurrency allows; here the mapping limits concurrency.)
 */
const VISIBILITY = Duration.minutes(16);

const MAX_RECEIVES = 3;

/**
 * Everything that keeps one source up to date: its schedules, its queue, its function that plans and syncs, and two dead-letter queues,
 * one for messages that failed for good and one for schedule deliveries that failed.
 */
export class SourcePipeline extends Construct {
  readonly resolved: ResolvedSource;
  readonly function: NodeFunction;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly failedDeliveries: Queue;

  constructor(scope: Construct, id: string, props: SourcePipelineProps) {
    super(scope, id);
    const { resolved, tables, guard, settles } = props;
    const { source, targets, intervalMinutes, incrementalMinutes } = resolved;
    this.resolved = resolved;

    this.deadLetters = createDeadLetterQueue(this, "DeadLetters");
    this.failedDeliveries = createDeadLetterQueue(this, "FailedDeliveries");
    this.queue = new Queue(this, "Queue", {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: VISIBILITY,
      // Every plan asks for all scopes: a message older than an interval has been repeated since.
      retentionPeriod: Duration.minutes(Math.max(24 * 60, intervalMinutes)),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });

    const own = targets.filter(({ roleArn }) => roleArn === undefined);
    this.function = new NodeFunction(this, "Sync", {
      program: { sync: source.id },
      description: `Stocktake: plans and syncs ${source.id}`,
      timeout: TIMEOUT,
      environment: {
        STOCKTAKE_SOURCE: source.id,
        STOCKTAKE_INTERVAL_MINUTES: String(intervalMinutes),
        ...(incrementalMinutes !== undefined && { STOCKTAKE_INCREMENTAL_MINUTES: String(incrementalMinutes) }),
        STOCKTAKE_QUEUE_URL: this.queue.queueUrl,
        ...tables.environment,
        STOCKTAKE_RETENTION_DAYS: String(props.retentionDays),
        STOCKTAKE_GUARD_ITEMS: String(guard.items),
        STOCKTAKE_GUARD_SHARE: guard.share.toFixed(4),
      },
      listing: sourceStatements(source, own, Stack.of(this).partition),
      statements: [
        ...assumeStatements(resolved),
        ...syncStatements(tables),
        new PolicyStatement({
          actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"],
          resources: [this.queue.queueArn],
        }),
      ],
      // Closing an open scope sends a message for the next one, many times in a row during a first sync.
      recursive: source.listedByCreation !== undefined,
      failedInvocations: this.failedDeliveries,
    });
    const mapping = new EventSourceMapping(this, "Messages", {
      target: this.function.lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: 1,
      reportBatchItemFailures: true,
      maxConcurrency: resolved.concurrency,
    });
    Validations.of(mapping).acknowledge({
      id: "Serverless-LambdaEventSourceMappingDestination",
      reason: "Lambda has no failure destination for SQS; the queue's own dead-letter queue takes what fails for good.",
    });

    new SourceSchedules(this, "Schedules", {
      resolved,
      target: this.function.lambda,
      group: props.scheduleGroup,
      failedDeliveries: this.failedDeliveries,
      settles,
    });
  }
}

function createDeadLetterQueue(scope: Construct, id: string): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const reason = "It is itself a dead-letter queue; an alarm watches it.";
  Validations.of(queue).acknowledge({ id: "AwsSolutions-SQS3", reason }, { id: "Serverless-SQSRedrivePolicy", reason });
  return queue;
}

function assumeStatements({ targets }: ResolvedSource): PolicyStatement[] {
  const roles = [...new Set(targets.flatMap(({ roleArn }) => roleArn ?? []))];
  return roles.length > 0 ? [new PolicyStatement({ actions: ["sts:AssumeRole"], resources: roles })] : [];
}
