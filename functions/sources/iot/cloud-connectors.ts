import { IoTManagedIntegrationsClient, ListCloudConnectorsCommand } from "../../aws/iot-managed-integrations/index.ts";
import { defineAwsSource } from "../define-aws-source.ts";

/** IoT Managed Integrations cloud connectors. A connector answers to the ARN of its Lambda function as well, which nothing else lists. */
export const iotCloudConnectors = defineAwsSource({
  id: "iot.cloud-connectors",
  client: IoTManagedIntegrationsClient,
  command: ListCloudConnectorsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  events: ["CreateCloudConnector", "UpdateCloudConnector", "DeleteCloudConnector"],
  identity: ({ Id }) => [Id],
  edgesLead: "upstream",
  edges: ({ Id, EndpointConfig }) => [{ from: Id, to: EndpointConfig?.lambda?.arn, relation: "Invokes" }],
  node: { names: ["Id", "EndpointConfig.lambda.arn"], name: "Name", type: "cloud connector" },
});
