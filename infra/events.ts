import { SecretValue, Stack, Validations } from "aws-cdk-lib";
import {
  ApiDestination,
  Authorization,
  Connection,
  EventBus,
  EventField,
  type EventPattern,
  type IRuleTarget,
  Rule,
  RuleTargetInput,
} from "aws-cdk-lib/aws-events";
import { ApiDestination as ApiDestinationTarget, SnsTopic, SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { EVENT_SOURCE } from "../functions/events/event-types.ts";
import type { Grants } from "./permissions.ts";
import type { NotifyRule } from "./settings.ts";

export interface EventsProps {
  /** The inventory's. */
  readonly name: string;
  readonly notify: readonly NotifyRule[];
}

/** The bus that an inventory publishes its changes to, and who is notified of them. */
export class Events extends Construct {
  readonly bus: EventBus;
  /** What could not be delivered; only where somebody is notified. */
  readonly undelivered?: Queue;

  constructor(scope: Construct, id: string, { name, notify }: EventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, "Bus", {
      eventBusName: `${name}-events`,
      description: "Stocktake: what changed in the inventory",
    });
    if (notify.length === 0) return;
    const undelivered = new Queue(this, "Undelivered", { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true });
    for (const id of ["AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy"]) {
      Validations.of(undelivered).acknowledge({ id, reason: "It is itself the queue of what could not be delivered." });
    }
    this.undelivered = undelivered;
    notify.forEach((rule, index) => {
      new Rule(this, `Notify${index}`, {
        description: `Stocktake: notifies of what changed, rule ${index + 1}`,
        eventBus: this.bus,
        eventPattern: patternOf(rule),
        targets: [this.targetOf(rule, index, undelivered)],
      });
    });
  }

  /** What putting events on the bus needs. */
  get grants(): Grants {
    return { statements: [new PolicyStatement({ actions: ["events:PutEvents"], resources: [this.bus.eventBusArn] })] };
  }

  private targetOf({ to }: NotifyRule, index: number, deadLetterQueue: Queue): IRuleTarget {
    if (to.snsTopic !== undefined)
      return new SnsTopic(Topic.fromTopicArn(this, `Topic${index}`, to.snsTopic), { deadLetterQueue });
    if (to.queue !== undefined)
      return new SqsQueue(Queue.fromQueueArn(this, `Queue${index}`, to.queue), { deadLetterQueue });
    const destination = new ApiDestination(this, `Destination${index}`, {
      connection: this.connection(),
      endpoint: to.slackWebhook ?? to.url ?? "",
      description: `Stocktake: where ${Stack.of(this).stackName} sends what changed`,
      // Slack takes one message a second.
      ...(to.slackWebhook !== undefined && { rateLimitPerSecond: 1 }),
    });
    const message = RuleTargetInput.fromObject({ text: EventField.fromPath("$.detail.slackText") });
    return new ApiDestinationTarget(destination, {
      deadLetterQueue,
      ...(to.slackWebhook !== undefined && { event: message }),
    });
  }

  /** EventBridge requires a connection to authorize itself. A webhook's address is its secret, so this header is none. */
  private connection(): Connection {
    const existing = this.node.tryFindChild("Connection");
    if (existing instanceof Connection) return existing;
    return new Connection(this, "Connection", {
      authorization: Authorization.apiKey("X-Stocktake", SecretValue.unsafePlainText("event")),
      description: "Stocktake: webhooks",
    });
  }
}

/** The events that a rule matches. The first listing of a scope is left out unless it asks for it: everything is new then. */
function patternOf({ match = {} }: NotifyRule): EventPattern {
  const { types, sources, accounts, regions, firstListings = false, detail = {} } = match;
  return {
    source: [EVENT_SOURCE],
    ...(types && { detailType: [...types] }),
    detail: {
      ...(sources && { source: sources }),
      ...(accounts && { account: accounts }),
      ...(regions && { region: regions }),
      ...(firstListings ? {} : { firstListing: [false] }),
      ...detail,
    },
  };
}
