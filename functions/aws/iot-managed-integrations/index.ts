/**
 * A client for "IoT Managed Integrations" (managed integrations for AWS IoT Device Management, API version 2025-03-03),
 * because `@aws-sdk/client-iot-managed-integrations` is not on the registry. It is declared on the runtime packages that
 * generated AWS SDK clients use, from the service's public API model, with the generated client's names, configuration,
 * retries and errors; it has the one operation that the inventory needs.
 *
 * To swap it for the real package when that ships: add the dependency, change the one import in the source file that
 * lists account associations to `@aws-sdk/client-iot-managed-integrations`, and delete this folder and its test.
 */

export { IoTManagedIntegrationsClient } from "./client.ts";
export {
  AccessDeniedException,
  InternalServerException,
  IoTManagedIntegrationsServiceException,
  ServiceUnavailableException,
  ThrottlingException,
  ValidationException,
} from "./errors.ts";
export { ListAccountAssociationsCommand, paginateListAccountAssociations } from "./list-account-associations.ts";
export type { AccountAssociationItem } from "./models.ts";
