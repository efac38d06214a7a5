/**
 * A client for "IoT Managed Integrations" (managed integrations for AWS IoT Device Management, API version 2025-03-03),
 * because `@aws-sdk/client-iot-managed-integrations` is not on the registry. It is Lambda's client with this
 * service's endpoints and commands, under the names that the generated client has; it has the list operations that the
 * inventory needs. `npm run iot-client` writes `generated.ts` from the service's public API model.
 *
 * To swap it for the real package when that ships: add the dependency, change the imports of this file to
 * `@aws-sdk/client-iot-managed-integrations`, and delete this folder, its generator and its test.
 */

export { IoTManagedIntegrationsClient } from "./client.ts";
export * from "./generated.ts";
