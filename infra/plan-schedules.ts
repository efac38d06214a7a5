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
import type { CoveredSource, TargetAccess } from "./coverage.ts";

export interface PlanSchedulesProps {
  readonly covered: CoveredSource;
  readonly target: IFunction;
  readonly group: IScheduleGroup;
  /** Where an invocation goes that could not be delivered. */
  readonly lostPlans: IQueue;
}

/** What a schedule asks a source's function for. */
interface PlanInput {
  readonly kind: "plan";
  readonly targets: readonly TargetAccess[];
  /** Only the newest part is to be listed. */
  readonly tail?: boolean;
}

/** EventBridge Scheduler takes 256 KB; what is not known before the deployment may still grow. */
const LARGEST_INPUT_BYTES = 200_000;
const RETRIES = 2;
const LONGEST_WINDOW_MINUTES = 15;

/**
 * The schedules on which a source's targets are planned: one for everything, one for what is new if the source knows that;
 * of each several when one could not name all targets.
 */
export class PlanSchedules extends Construct {
  readonly schedules: readonly Schedule[];

  constructor(scope: Construct, id: string, props: PlanSchedulesProps) {
    super(scope, id);
    const { covered, target, group, lostPlans } = props;
    const role = new Role(this, "Role", {
      description: `Stocktake: starts the planning of ${covered.source.id}`,
      // Only this group's schedules, of this account, and nobody who talks Scheduler into it.
      assumedBy: new ServicePrincipal("scheduler.amazonaws.com", {
        conditions: {
          StringEquals: { "aws:SourceAccount": Stack.of(this).account, "aws:SourceArn": group.scheduleGroupArn },
        },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [target.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ["sqs:SendMessage"], resources: [lostPlans.queueArn] }));

    const { source, targets, everyMinutes, tailEveryMinutes } = covered;
    const newSchedules = (kind: string, minutes: number, what: string, tail: boolean) =>
      split(targets).map((part, index, parts) => {
        const place = parts.length > 1 ? ` (${index + 1} of ${parts.length})` : "";
        const schedule = new Schedule(this, `${kind}${index || ""}`, {
          description: `Stocktake: ${what} of ${source.id}${place}`,
          schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
          scheduleGroup: group,
          timeWindow: timeWindow(minutes),
          target: planTarget(target, role, lostPlans, { kind: "plan", targets: part, ...(tail && { tail }) }),
        });
        // A schedule names its group without a reference, and it starts to count as soon as it is made.
        schedule.node.addDependency(group, role);
        return schedule;
      });
    this.schedules = [
      ...newSchedules("Whole", everyMinutes, "everything", false),
      ...(tailEveryMinutes === undefined ? [] : newSchedules("Tail", tailEveryMinutes, "what is new", true)),
    ];
  }
}

/** Part of the interval, so that sources and inventories do not all start at once. */
function timeWindow(everyMinutes: number): TimeWindow {
  const minutes = Math.min(LONGEST_WINDOW_MINUTES, Math.floor(everyMinutes / 4));
  return minutes > 0 ? TimeWindow.flexible(Duration.minutes(minutes)) : TimeWindow.off();
}

/** The CDK's own Lambda target would let the role invoke every version and alias of the function as well. */
function planTarget(target: IFunction, role: Role, lostPlans: IQueue, input: PlanInput): IScheduleTarget {
  return {
    bind: () => ({
      arn: target.functionArn,
      role,
      input: ScheduleTargetInput.fromObject(input),
      // The default, 185 attempts over a day, would plan again and again what the next schedule plans anyway.
      retryPolicy: { maximumRetryAttempts: RETRIES, maximumEventAgeInSeconds: 3600 },
      deadLetterConfig: { arn: lostPlans.queueArn },
    }),
  };
}

function split(targets: readonly TargetAccess[]): TargetAccess[][] {
  const parts: TargetAccess[][] = [];
  let bytes = 0;
  for (const target of targets) {
    const size = Buffer.byteLength(JSON.stringify(target)) + 1;
    const last = parts.at(-1);
    if (last && bytes + size <= LARGEST_INPUT_BYTES) {
      last.push(target);
      bytes += size;
    } else {
      parts.push([target]);
      bytes = size;
    }
  }
  return parts;
}
