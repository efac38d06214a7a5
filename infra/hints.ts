import { EventBus, type EventPattern, type IEventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { EventBus as BusTarget, LambdaFunction as LambdaTarget } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, StarPrincipal } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { iamPrefixOf, type Source } from "../functions/model/source.ts";
import { acknowledgeLostEvents, type ServicePipeline } from "./service-pipeline.ts";

/** Hints: CloudTrail's events that say that something may have changed. An inventory's own bus collects them from accounts and regions. */

export interface HintBusProps {
  readonly name: string;
  readonly pipelines: readonly ServicePipeline[];
  /** Its accounts may send events. Default: only the inventory's own account may. */
  readonly organizationId?: string;
}

/** EventBridge's maximum for a pattern, in characters. */
const MAX_PATTERN = 2_048;

/** The bus of an inventory's hints. A rule for each service sends its function the events that its sources name. */
export class HintBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string, { name, pipelines, organizationId }: HintBusProps) {
    super(scope, id);
    this.bus = new EventBus(this, "Bus", {
      eventBusName: name,
      description: "Stocktake: events after which something may have changed",
    });
    if (organizationId !== undefined) {
      this.bus.addToResourcePolicy(
        new PolicyStatement({
          sid: "OrganizationSendsEvents",
          principals: [new StarPrincipal()],
          actions: ["events:PutEvents"],
          resources: [this.bus.eventBusArn],
          conditions: { StringEquals: { "aws:PrincipalOrgID": organizationId } },
        }),
      );
    }
    for (const { resolved, function: sync } of pipelines) {
      const patterns = hintPatterns(resolved.sources.map(({ source }) => source));
      patterns.forEach((eventPattern, index) => {
        const rule = new Rule(this, `${resolved.service}${index || ""}`, {
          description: `Stocktake: tells ${resolved.service} what may have changed`,
          eventBus: this.bus,
          eventPattern,
          targets: [new LambdaTarget(sync.lambda, { retryAttempts: 0 })],
        });
        acknowledgeLostEvents(rule);
      });
    }
  }
}

export interface HintForwardingProps {
  readonly bus: IEventBus;
  /** The inventory's. */
  readonly name: string;
  readonly sources: readonly Source[];
}

/** Sends the hints of one region to an inventory's bus, which may be in another account and region. */
export class HintForwarding extends Construct {
  constructor(scope: Construct, id: string, { bus, name, sources }: HintForwardingProps) {
    super(scope, id);
    hintPatterns(sources).forEach((eventPattern, index) => {
      const rule = new Rule(this, `Forward${index || ""}`, {
        description: `Stocktake: sends events to the inventory ${name}`,
        eventPattern,
        targets: [new BusTarget(bus)],
      });
      acknowledgeLostEvents(rule);
    });
  }
}

/**
 * The patterns that match the events of some sources: as many as their length takes. A call that failed changed nothing. Of several services
 * a pattern may match more than is named, which the rules of each service do not.
 */
function hintPatterns(sources: readonly Source[]): EventPattern[] {
  const hinted = sources.filter(({ events }) => events.length > 0);
  const eventSource = distinct(hinted.map((source) => `${iamPrefixOf(source)}.amazonaws.com`));
  const patternOf = (eventName: readonly string[]): EventPattern => ({
    detailType: ["AWS API Call via CloudTrail"],
    detail: { eventSource, eventName, errorCode: Match.doesNotExist() },
  });
  const size = (eventName: readonly string[]) => JSON.stringify({ eventSource, eventName }).length + 200;
  const parts: string[][] = [];
  for (const name of distinct(hinted.flatMap(({ events }) => events))) {
    const last = parts.at(-1);
    if (last && size([...last, name]) <= MAX_PATTERN) last.push(name);
    else parts.push([name]);
  }
  return parts.map(patternOf);
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
