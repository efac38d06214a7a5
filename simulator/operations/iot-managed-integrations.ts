import { IOT_MANAGED_INTEGRATIONS } from "../errors.ts";
import { MODELS } from "../model.ts";
import { equals } from "./filters.ts";
import { list, operationsOf } from "./list-operation.ts";

export const IOT_MANAGED_INTEGRATIONS_OPERATIONS = operationsOf(
  { service: IOT_MANAGED_INTEGRATIONS, model: MODELS["iot-managed-integrations"], pageSize: 100 },
  {
    ListAccountAssociations: list("accountAssociations"),
    ListConnectorDestinations: list("connectorDestinations"),
    ListCloudConnectors: list("cloudConnectors", {
      filters: { LambdaArn: equals(({ EndpointConfig }) => EndpointConfig.lambda?.arn) },
    }),
    ListManagedThings: list("managedThings"),
    ListManagedThingAccountAssociations: list("managedThingAssociations"),
  },
);
