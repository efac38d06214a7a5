import { leaveListAsSent, readAs } from "../../aws/as-sent.ts";
import {
  type AccountAssociationItem,
  AccountAssociationItem$,
  IoTManagedIntegrationsClient,
  paginateListAccountAssociations,
} from "../../aws/iot-managed-integrations/index.ts";
import { defineSource, pagesOf } from "../../model/source.ts";

/** Third-party accounts linked to IoT Managed Integrations' connectors. They have no timestamps, and an Arn only sometimes. */
export const iotAccountAssociations = defineSource<IoTManagedIntegrationsClient, AccountAssociationItem>({
  id: "iot.account-associations",
  operation: "IoT Managed Integrations ListAccountAssociations",
  grants: [{ action: "iotmanagedintegrations:ListAccountAssociations", resources: () => ["*"] }],
  // The two regions that are documented; the list is not.
  regions: ["ca-central-1", "eu-west-1"],
  everyMinutes: 60,
  identity: ({ AccountAssociationId }) => [AccountAssociationId],
  edge: ({ AccountAssociationId, ConnectorDestinationId }) => ({
    from: AccountAssociationId,
    to: ConnectorDestinationId,
    relation: "ConnectsTo",
  }),
  asSent: readAs(AccountAssociationItem$),
  connect: (settings) => {
    const client = new IoTManagedIntegrationsClient(settings);
    leaveListAsSent(client, "Items");
    return client;
  },
  disconnect: (client) => client.destroy(),
  list: (client, _scope, signal) =>
    pagesOf(
      paginateListAccountAssociations({ client, pageSize: 1000 }, {}, { abortSignal: signal }),
      (answer) => answer.Items,
      (answer) => answer.NextToken,
    ),
});
