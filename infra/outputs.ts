import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import type { Inventory } from "./inventory.ts";

/** Adds the outputs to a stack by which `npx stocktake --stack NAME` finds its inventory. */
export function createOutputs(scope: Construct, inventory: Inventory): void {
  const stack = Stack.of(scope);
  const functions = inventory.pipelines.map(({ resolved, function: { lambda } }) => [
    resolved.service,
    lambda.functionName,
  ]);
  const output = (id: string, description: string, value: string) => new CfnOutput(scope, id, { description, value });
  output("ApiUrl", "Where the read API answers, below /v1/", inventory.api.api.apiEndpoint);
  output("Functions", "The function of each service", stack.toJsonString(Object.fromEntries(functions)));
  output("Tables", "The tables", stack.toJsonString(inventory.tables.names));
  output("EventBus", "The bus of what changes", inventory.events.bus.eventBusName);
  output("ReaderRole", "The role that reads another account", inventory.readerRole);
  const { discovery, dailyExport, api } = inventory;
  if (dailyExport) {
    output("ExportBucket", "Where daily exports are", dailyExport.bucket.bucketName);
    output("ExportDatabase", "The Glue database by which Athena reads them", dailyExport.database);
  }
  if (discovery)
    output("DiscoveryFunction", "Finds the organization's accounts", discovery.function.lambda.functionName);
  if (api.readerRole)
    output("ApiReaderRole", "The role that other accounts read the API through", api.readerRole.roleArn);
}
