import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Inventory, type InventoryProps } from "./inventory.ts";

export interface InventoryStackProps extends StackProps {
  readonly inventory?: InventoryProps;
}

/** An inventory in a stack of its own. Its outputs name what is needed to use it. */
export class InventoryStack extends Stack {
  readonly inventory: Inventory;

  constructor(scope: Construct, id: string, { inventory, ...props }: InventoryStackProps = {}) {
    super(scope, id, { description: "Stocktake: a historical inventory of AWS resources", ...props });
    this.inventory = new Inventory(this, "Inventory", inventory);
    const { api, pipelines, sources } = this.inventory;
    const functions = pipelines.map(({ resolved: { source }, function: { lambda } }) => [
      source.id,
      lambda.functionName,
    ]);
    this.output("ApiUrl", "Where the read API answers, below /v1/", api.api.apiEndpoint);
    this.output("SyncFunctions", "The function of each source", this.toJsonString(Object.fromEntries(functions)));
    this.output("SmokeTarget", "A target to try a sync with", this.toJsonString(sources[0]?.targets[0]));
  }

  private output(id: string, description: string, value: string): void {
    new CfnOutput(this, id, { description, value });
  }
}
