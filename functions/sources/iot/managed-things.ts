import { IoTManagedIntegrationsClient, ListManagedThingsCommand } from "../../aws/iot-managed-integrations/index.ts";
import { defineAwsSource } from "../define-aws-source.ts";

/** IoT Managed Integrations devices and controllers. */
export const iotManagedThings = defineAwsSource({
  id: "iot.managed-things",
  client: IoTManagedIntegrationsClient,
  command: ListManagedThingsCommand,
  intervalMinutes: 360,
  events: ["CreateManagedThing", "UpdateManagedThing", "DeleteManagedThing"],
  identity: ({ Arn }) => [Arn],
  ownArn: ({ Arn }) => Arn,
  edgesLead: "upstream",
  edges: ({ Id, ConnectorDestinationId, ParentControllerId }) => [
    { from: Id, to: ConnectorDestinationId, relation: "ConnectsTo" },
    { from: Id, to: ParentControllerId, relation: "ControlledBy" },
  ],
  node: { names: ["Id", "Arn"], name: "Name", type: "managed thing", state: "ProvisioningStatus" },
});
