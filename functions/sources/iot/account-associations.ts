import {
  IoTManagedIntegrationsClient,
  ListAccountAssociationsCommand,
} from "../../aws/iot-managed-integrations/index.ts";
import { defineAwsSource } from "../define-aws-source.ts";

/** Third-party accounts linked to IoT Managed Integrations' connectors. They have no timestamps, and an Arn only sometimes. */
export const iotAccountAssociations = defineAwsSource({
  id: "iot.account-associations",
  version: 2,
  client: IoTManagedIntegrationsClient,
  command: ListAccountAssociationsCommand,
  tier: "core",
  intervalMinutes: 60,
  events: ["CreateAccountAssociation", "UpdateAccountAssociation", "DeleteAccountAssociation"],
  identity: ({ AccountAssociationId }) => [AccountAssociationId],
  ownArn: ({ Arn }) => Arn,
  edgesLead: "upstream",
  edges: ({ AccountAssociationId, ConnectorDestinationId }) => [
    { from: AccountAssociationId, to: ConnectorDestinationId, relation: "ConnectsTo" },
  ],
  node: {
    names: ["AccountAssociationId", "Arn"],
    name: "Name",
    type: "account association",
    state: "AssociationState",
  },
});
