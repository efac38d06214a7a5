import {
  IoTManagedIntegrationsClient,
  ListManagedThingAccountAssociationsCommand,
} from "../../aws/iot-managed-integrations/index.ts";
import { defineAwsSource } from "../define-aws-source.ts";

/** Which account each IoT managed thing came with. The operation needs no thing to be named. */
export const iotManagedThingAccountAssociations = defineAwsSource({
  id: "iot.managed-thing-account-associations",
  client: IoTManagedIntegrationsClient,
  command: ListManagedThingAccountAssociationsCommand,
  intervalMinutes: 360,
  identity: ({ ManagedThingId, AccountAssociationId }) => [ManagedThingId, AccountAssociationId],
  edgesLead: "upstream",
  edges: ({ ManagedThingId, AccountAssociationId }) => [
    { from: ManagedThingId, to: AccountAssociationId, relation: "AssociatedWith" },
  ],
  ends: { from: ["ManagedThingId"], to: ["AccountAssociationId"] },
});
