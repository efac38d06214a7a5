/**
 * The shapes of the API model (version 2025-03-03), in the notation that the SDK runtime reads. A schema is a tuple that
 * starts with its kind (3 structure, 1 list, 9 operation, -3 error), namespace, name and traits; members are a list of
 * names and a list of types (0 string, 1 integer), then how many of them, from the first, the model requires.
 */
import { TypeRegistry } from "@smithy/core/schema";
import type { StaticErrorSchema, StaticListSchema, StaticOperationSchema, StaticStructureSchema } from "@smithy/types";
import {
  AccessDeniedException,
  InternalServerException,
  IoTManagedIntegrationsServiceException,
  namespace,
  ServiceUnavailableException,
  syntheticNamespace,
  ThrottlingException,
  ValidationException,
} from "./errors.ts";

const accountAssociationItem: StaticStructureSchema = [
  3,
  namespace,
  "AccountAssociationItem",
  0,
  ["AccountAssociationId", "AssociationState", "ErrorMessage", "ConnectorDestinationId", "Name", "Description", "Arn"],
  [0, 0, 0, 0, 0, 0, 0],
  2,
];

const accountAssociationList: StaticListSchema = [
  1,
  namespace,
  "AccountAssociationListDefinition",
  0,
  () => accountAssociationItem,
];

const listAccountAssociationsRequest: StaticStructureSchema = [
  3,
  namespace,
  "ListAccountAssociationsRequest",
  0,
  ["ConnectorDestinationId", "MaxResults", "NextToken"],
  [
    [0, { httpQuery: "ConnectorDestinationId" }],
    [1, { httpQuery: "MaxResults" }],
    [0, { httpQuery: "NextToken" }],
  ],
];

const listAccountAssociationsResponse: StaticStructureSchema = [
  3,
  namespace,
  "ListAccountAssociationsResponse",
  0,
  ["Items", "NextToken"],
  [() => accountAssociationList, 0],
];

/** `GET /account-associations`. */
export const listAccountAssociations: StaticOperationSchema = [
  9,
  namespace,
  "ListAccountAssociations",
  { http: ["GET", "/account-associations", 200] },
  () => listAccountAssociationsRequest,
  () => listAccountAssociationsResponse,
];

const error = (name: string, fault: "client" | "server", status: number): StaticErrorSchema => [
  -3,
  namespace,
  name,
  { error: fault, httpError: status },
  ["Message"],
  [0],
];

const modeledErrors = new TypeRegistry(namespace);
modeledErrors.registerError(error("ValidationException", "client", 400), ValidationException);
modeledErrors.registerError(error("AccessDeniedException", "client", 403), AccessDeniedException);
modeledErrors.registerError(error("ThrottlingException", "client", 429), ThrottlingException);
modeledErrors.registerError(error("InternalServerException", "server", 500), InternalServerException);
modeledErrors.registerError(error("ServiceUnavailableException", "server", 503), ServiceUnavailableException);

const baseError = new TypeRegistry(syntheticNamespace);
baseError.registerError(
  [-3, syntheticNamespace, "IoTManagedIntegrationsServiceException", 0, [], []],
  IoTManagedIntegrationsServiceException,
);

/** Which class stands for which error of the service: what the protocol raises typed errors from. */
export const errorTypeRegistries = [baseError, modeledErrors];
