import { Duration, Validations } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import type { Events } from "./events.ts";
import { lambdaArn } from "./names.ts";
import { type FunctionSettings, NodeFunction } from "./node-function.ts";
import { assumeReaderGrants, type Grants, listingGrants, SYNC_OPERATIONS, tableGrants } from "./permissions.ts";
import type { ResolvedService } from "./sources.ts";
import type { Tables } from "./tables.ts";

export interface ServicePipelineProps {
  readonly resolved: ResolvedService;
  readonly functions: FunctionSettings;
  readonly tables: Tables;
  readonly events: Events;
  /** The ARN of the role that reads another account, with `{account}` in place of that. */
  readonly readerRole: string;
  /** What all services' functions are told. */
  readonly environment: Record<string, string>;
  readonly reservedConcurrency?: number;
}

/** Lambda's maximum: the listing of a scope must fit into one invocation. */
const TIMEOUT = Duration.minutes(15);

/**
 * What keeps a service's sources up to date: one function, which dispatches what is due once a minute and syncs it in invocations of its
 * own. Sources and targets add nothing to it.
 */
export class ServicePipeline extends Construct {
  readonly resolved: ResolvedService;
  readonly function: NodeFunction;

  constructor(scope: Construct, id: string, props: ServicePipelineProps) {
    super(scope, id);
    const { resolved, functions, tables, events, readerRole, environment, reservedConcurrency } = props;
    const { service, sources } = resolved;
    this.resolved = resolved;
    this.function = new NodeFunction(this, "Sync", {
      ...functions,
      program: { sync: service },
      description: `Stocktake: dispatches and syncs what is inventoried of ${service}`,
      timeout: TIMEOUT,
      environment: { STOCKTAKE_SERVICE: service, ...environment },
      grants: [
        listingGrants(sources),
        assumeReaderGrants(readerRole),
        tableGrants(tables, SYNC_OPERATIONS),
        events.grants,
        invokeGrants(this, functions.names.functionName(service)),
      ],
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    });
    schedule(this, "EveryMinute", {
      description: `Stocktake: dispatches what is due of ${service}`,
      every: Duration.minutes(1),
      function: this.function,
      event: { kind: "dispatch" },
    });
  }
}

/** What invoking a function by its name needs: a reference to itself would be a cycle. */
function invokeGrants(scope: Construct, functionName: string): Grants {
  return {
    statements: [
      new PolicyStatement({ actions: ["lambda:InvokeFunction"], resources: [lambdaArn(scope, functionName)] }),
    ],
  };
}

interface ScheduledEvent {
  readonly description: string;
  readonly every: Duration;
  readonly function: NodeFunction;
  readonly event: object;
}

/** Sends a function an event at a rate, without retries: the next one does as well. */
export function schedule(scope: Construct, id: string, { description, every, event, ...to }: ScheduledEvent): Rule {
  const target = new LambdaTarget(to.function.lambda, {
    event: RuleTargetInput.fromObject(event),
    retryAttempts: 0,
    maxEventAge: Duration.minutes(1),
  });
  const rule = new Rule(scope, id, { description, schedule: Schedule.rate(every), targets: [target] });
  acknowledgeLostEvents(rule);
  return rule;
}

/** Says why a rule has no queue for events that it could not deliver. */
export function acknowledgeLostEvents(rule: Rule): void {
  Validations.of(rule.node.defaultChild ?? rule).acknowledge({
    id: "Serverless-EventBusDLQ",
    reason:
      "A lost event costs a minute at most, since what is due stays due: a queue of lost events would be of no use.",
  });
}
