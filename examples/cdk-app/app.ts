import { App, Stack, type StackProps } from "aws-cdk-lib";
import { SqsSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { createOutputs, createReaderStack, Inventory } from "stocktake/cdk";

/** A stack of your own, with an inventory among its other resources. */
class PlatformStack extends Stack {
  readonly inventory: Inventory;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.inventory = new Inventory(this, "Inventory", {
      sources: { "workspaces.images": { intervalMinutes: 120 } },
      retentionDays: 90,
      externalId: "7f1c0e6a-2b1d-4a0f-9f39-5a52c1f3b0de",
    });
    // `npx stocktake targets --stack Platform` finds the inventory by the stack's outputs.
    createOutputs(this, this.inventory);
    // Alarms reach your own systems through their topic.
    const incidents = new Queue(this, "Incidents", { enforceSSL: true });
    this.inventory.alarmTopic.addSubscription(new SqsSubscription(incidents));
  }
}

const app = new App();
const platform = new PlatformStack(app, "Platform", { env: { account: "111111111111", region: "eu-west-1" } });
// One template for every other account: the role that the inventory reads it through.
createReaderStack(app, platform.inventory);
