import {
  type AccountAssociationItem,
  IoTManagedIntegrationsClient,
  paginateListAccountAssociations,
} from "../../aws/iot-managed-integrations/index.ts";
import { defineSource, pagesOf } from "../../model/source.ts";

/** Third-party accounts linked to IoT Managed Integrations' connectors. They have no timestamps, and an Arn only sometimes. */
export const iotAccountAssociations = defineSource<IoTManagedIntegrationsClient, AccountAssociationItem>({
  id: "iot.account-associations",
  version: 1,
  operation: "IoT Managed Integrations ListAccountAssociations",
  grants: [{ action: "iotmanagedintegrations:ListAccountAssociations", resources: () => ["*"] }],
  // The two regions that are documented; the list is not.
  regions: ["ca-central-1", "eu-west-1"],
  intervalMinutes: 60,
  identity: ({ AccountAssociationId }) => [AccountAssociationId],
  ownArn: ({ Arn }) => Arn,
  edges: ({ AccountAssociationId, ConnectorDestinationId }) => [
    { from: AccountAssociationId, to: ConnectorDestinationId, relation: "ConnectsTo" },
  ],
  connect: (settings) => new IoTManagedIntegrationsClient(settings),
  disconnect: (client) => client.destroy(),
  list: (client, _scope, signal) =>
    pagesOf(
      paginateListAccountAssociations({ client, pageSize: 1000 }, {}, { abortSignal: signal }),
      (answer) => answer.Items,
      (answer) => answer.NextToken,
    ),
});
