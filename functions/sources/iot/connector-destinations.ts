import {
  IoTManagedIntegrationsClient,
  ListConnectorDestinationsCommand,
} from "../../aws/iot-managed-integrations/index.ts";
import { defineAwsSource } from "../define-aws-source.ts";

/** IoT Managed Integrations connector destinations: what accounts are linked through. */
export const iotConnectorDestinations = defineAwsSource({
  id: "iot.connector-destinations",
  client: IoTManagedIntegrationsClient,
  command: ListConnectorDestinationsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  events: ["CreateConnectorDestination", "DeleteConnectorDestination"],
  identity: ({ Id }) => [Id],
  edgesLead: "upstream",
  edges: ({ Id, CloudConnectorId }) => [{ from: Id, to: CloudConnectorId, relation: "Uses" }],
  node: { names: ["Id"], name: "Name", type: "connector destination" },
});
