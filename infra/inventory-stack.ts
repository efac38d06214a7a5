import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Inventory, type InventoryProps } from "./inventory.ts";
import { createOutputs } from "./outputs.ts";

export interface InventoryStackProps extends StackProps {
  readonly inventory?: InventoryProps;
}

/** An inventory in a stack of its own. Its outputs name what is needed to use it. */
export class InventoryStack extends Stack {
  readonly inventory: Inventory;

  constructor(scope: Construct, id: string, { inventory, ...props }: InventoryStackProps = {}) {
    super(scope, id, { description: "Stocktake: a historical inventory of AWS resources", ...props });
    this.inventory = new Inventory(this, "Inventory", inventory);
    createOutputs(this, this.inventory);
  }
}
