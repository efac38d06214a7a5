import { Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import {
  type IScheduleGroup,
  type IScheduleTarget,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from "aws-cdk-lib/aws-scheduler";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { ResolvedSource, TargetAccess } from "./targets.ts";

export interface SourceSchedulesProps {
  readonly resolved: ResolvedSource;
  readonly target: IFunction;
  readonly group: IScheduleGroup;
  /** Receives invocations that could not be delivered. */
  readonly failedDeliveries: IQueue;
  /** Whether the source's function also settles, every minute, what writers that died left behind in the whole inventory. */
  readonly settles: boolean;
}

/** A request to a source's function, as functions/lambda/messages.ts reads it. */
type RequestInput =
  | { readonly kind: "plan"; readonly targets: readonly TargetAccess[]; readonly incremental?: boolean }
  | { readonly kind: "settle" }
  | { readonly kind: "verify" };

/** What one schedule requests, and how often. */
interface Timetable {
  readonly id: string;
  readonly description: string;
  readonly minutes: number;
  readonly input: RequestInput;
}

/** EventBridge Scheduler takes 256 KB; values that are known only when the stack is deployed may still grow. */
const MAX_INPUT_BYTES = 200_000;
const MAX_RETRIES = 2;
const MAX_WINDOW_MINUTES = 15;
/** How often it is looked for what was not verified for a week. */
export const VERIFY_MINUTES = 24 * 60;

/**
 * The schedules of a source: one for full syncs, one for incremental syncs if the source has them, and one that verifies what is stored.
 * Those for syncs are several when one could not name all targets.
 */
export class SourceSchedules extends Construct {
  readonly schedules: readonly Schedule[];

  constructor(scope: Construct, id: string, props: SourceSchedulesProps) {
    super(scope, id);
    const { resolved, target, group, failedDeliveries } = props;
    const role = new Role(this, "Role", {
      description: `Stocktake: starts the syncs of ${resolved.source.id}`,
      // Only this account's schedules of this group may use it.
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": Stack.of(this).account, "aws:SourceArn": group.scheduleGroupArn },
        },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [target.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [failedDeliveries.queueArn] }));

    this.schedules = timetablesOf(props).map(({ id, description, minutes, input }) => {
      const schedule = new Schedule(this, id, {
        description: `Stocktake: ${description}`,
        schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
        scheduleGroup: group,
        timeWindow: timeWindow(minutes),
        target: requestTarget(target, role, failedDeliveries, input),
      });
      // A schedule names its group without a reference, and starts as soon as it exists.
      schedule.node.addDependency(group, role);
      return schedule;
    });
  }
}

function timetablesOf({ resolved, settles }: SourceSchedulesProps): Timetable[] {
  const { source, intervalMinutes, incrementalMinutes } = resolved;
  const parts = split(resolved.targets);
  const planned = (id: string, what: string, minutes: number, incremental: boolean) =>
    parts.map((targets, index): Timetable => {
      const part = parts.length > 1 ? ` (${index + 1} of ${parts.length})` : "";
      const input = { kind: "plan", targets, ...(incremental && { incremental }) } as const;
      return { id: `${id}${index || ""}`, description: `${what} of ${source.id}${part}`, minutes, input };
    });
  return [
    ...planned("Full", "full syncs", intervalMinutes, false),
    ...(incrementalMinutes === undefined ? [] : planned("Incremental", "incremental syncs", incrementalMinutes, true)),
    { id: "Verify", description: `verifies ${source.id}`, minutes: VERIFY_MINUTES, input: { kind: "verify" } },
    ...(settles
      ? [{ id: "Settle", description: "settles interrupted syncs", minutes: 1, input: { kind: "settle" } } as const]
      : []),
  ];
}

/** Part of the interval, so that sources and inventories do not all start at once. */
function timeWindow(intervalMinutes: number): TimeWindow {
  const minutes = Math.min(MAX_WINDOW_MINUTES, Math.floor(intervalMinutes / 4));
  return minutes > 0 ? TimeWindow.flexible(Duration.minutes(minutes)) : TimeWindow.off();
}

/** The CDK's own Lambda target would let the role invoke every version and alias of the function too. */
function requestTarget(target: IFunction, role: Role, failedDeliveries: IQueue, input: RequestInput): IScheduleTarget {
  return {
    bind: () => ({
      arn: target.functionArn,
      role,
      input: ScheduleTargetInput.fromObject(input),
      // The default, 185 attempts over a day, would repeat what the next schedule requests anyway.
      retryPolicy: { maximumRetryAttempts: MAX_RETRIES, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: failedDeliveries.queueArn },
    }),
  };
}

function split(targets: readonly TargetAccess[]): TargetAccess[][] {
  const parts: TargetAccess[][] = [];
  let bytes = 0;
  for (const target of targets) {
    const size = Buffer.byteLength(JSON.stringify(target)) + 1;
    const last = parts.at(-1);
    if (last && bytes + size <= MAX_INPUT_BYTES) {
      last.push(target);
      bytes += size;
    } else {
      parts.push([target]);
      bytes = size;
    }
  }
  return parts;
}
