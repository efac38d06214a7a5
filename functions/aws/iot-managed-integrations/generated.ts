// Written by `npm run iot-client` from simulator/aws-models/iot-managed-integrations.json: change the model or bin/iot-client.ts.

import type {
  MetadataBearer,
  StaticListSchema,
  StaticOperationSchema,
  StaticSimpleSchema,
  StaticStructureSchema,
} from "@smithy/types";

import { commandOf, namespace } from "./client.ts";

export interface ListAccountAssociationsCommandInput {
  ConnectorDestinationId?: string | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export type AssociationState =
  | "ASSOCIATION_IN_PROGRESS"
  | "ASSOCIATION_FAILED"
  | "ASSOCIATION_SUCCEEDED"
  | "ASSOCIATION_DELETING"
  | "REFRESH_TOKEN_EXPIRED";

export interface AccountAssociationItem {
  AccountAssociationId: string | undefined;
  AssociationState: AssociationState | undefined;
  ErrorMessage?: string | undefined;
  ConnectorDestinationId?: string | undefined;
  Name?: string | undefined;
  Description?: string | undefined;
  Arn?: string | undefined;
}

export interface ListAccountAssociationsCommandOutput extends MetadataBearer {
  Items?: AccountAssociationItem[] | undefined;
  NextToken?: string | undefined;
}

export type CloudConnectorType = "LISTED" | "UNLISTED";

export interface ListCloudConnectorsCommandInput {
  Type?: CloudConnectorType | undefined;
  LambdaArn?: string | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export interface LambdaConfig {
  arn: string | undefined;
}

export interface EndpointConfig {
  lambda?: LambdaConfig | undefined;
}

export type EndpointType = "LAMBDA";

export interface ConnectorItem {
  Name: string | undefined;
  EndpointConfig: EndpointConfig | undefined;
  Description?: string | undefined;
  EndpointType?: EndpointType | undefined;
  Id?: string | undefined;
  Type?: CloudConnectorType | undefined;
}

export interface ListCloudConnectorsCommandOutput extends MetadataBearer {
  Items?: ConnectorItem[] | undefined;
  NextToken?: string | undefined;
}

export interface ListConnectorDestinationsCommandInput {
  CloudConnectorId?: string | undefined;
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
}

export interface ConnectorDestinationSummary {
  Name?: string | undefined;
  Description?: string | undefined;
  CloudConnectorId?: string | undefined;
  Id?: string | undefined;
}

export interface ListConnectorDestinationsCommandOutput extends MetadataBearer {
  ConnectorDestinationList?: ConnectorDestinationSummary[] | undefined;
  NextToken?: string | undefined;
}

export interface ListManagedThingAccountAssociationsCommandInput {
  ManagedThingId?: string | undefined;
  AccountAssociationId?: string | undefined;
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

export type ManagedThingAssociationStatus = "PRE_ASSOCIATED" | "ASSOCIATED";

export interface ManagedThingAssociation {
  ManagedThingId?: string | undefined;
  AccountAssociationId?: string | undefined;
  ManagedThingAssociationStatus?: ManagedThingAssociationStatus | undefined;
}

export interface ListManagedThingAccountAssociationsCommandOutput extends MetadataBearer {
  Items?: ManagedThingAssociation[] | undefined;
  NextToken?: string | undefined;
}

export type Role = "CONTROLLER" | "DEVICE";

export type ProvisioningStatus =
  | "UNASSOCIATED"
  | "PRE_ASSOCIATED"
  | "DISCOVERED"
  | "ACTIVATED"
  | "DELETION_FAILED"
  | "DELETE_IN_PROGRESS"
  | "ISOLATED"
  | "DELETED";

export interface ListManagedThingsCommandInput {
  OwnerFilter?: string | undefined;
  CredentialLockerFilter?: string | undefined;
  RoleFilter?: Role | undefined;
  ParentControllerIdentifierFilter?: string | undefined;
  ConnectorPolicyIdFilter?: string | undefined;
  ConnectorDestinationIdFilter?: string | undefined;
  ConnectorDeviceIdFilter?: string | undefined;
  SerialNumberFilter?: string | undefined;
  ProvisioningStatusFilter?: ProvisioningStatus | undefined;
  NextToken?: string | undefined;
  MaxResults?: number | undefined;
}

export interface ManagedThingSummary {
  Id?: string | undefined;
  Arn?: string | undefined;
  AdvertisedProductId?: string | undefined;
  Brand?: string | undefined;
  Classification?: string | undefined;
  ConnectorDeviceId?: string | undefined;
  ConnectorPolicyId?: string | undefined;
  ConnectorDestinationId?: string | undefined;
  Model?: string | undefined;
  Name?: string | undefined;
  Owner?: string | undefined;
  CredentialLockerId?: string | undefined;
  ParentControllerId?: string | undefined;
  ProvisioningStatus?: ProvisioningStatus | undefined;
  Role?: Role | undefined;
  SerialNumber?: string | undefined;
  CreatedAt?: Date | undefined;
  UpdatedAt?: Date | undefined;
  ActivatedAt?: Date | undefined;
}

export interface ListManagedThingsCommandOutput extends MetadataBearer {
  Items?: ManagedThingSummary[] | undefined;
  NextToken?: string | undefined;
}

const listAccountAssociationsRequestSchema: StaticStructureSchema = [
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

const accountAssociationItemSchema: StaticStructureSchema = [
  3,
  namespace,
  "AccountAssociationItem",
  0,
  ["AccountAssociationId", "AssociationState", "ErrorMessage", "ConnectorDestinationId", "Name", "Description", "Arn"],
  [0, 0, 0, 0, 0, 0, 0],
  2,
];

const accountAssociationListDefinitionSchema: StaticListSchema = [
  1,
  namespace,
  "AccountAssociationListDefinition",
  0,
  () => accountAssociationItemSchema,
];

const listAccountAssociationsResponseSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListAccountAssociationsResponse",
  0,
  ["Items", "NextToken"],
  [() => accountAssociationListDefinitionSchema, 0],
];

const listCloudConnectorsRequestSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListCloudConnectorsRequest",
  0,
  ["Type", "LambdaArn", "MaxResults", "NextToken"],
  [
    [0, { httpQuery: "Type" }],
    [0, { httpQuery: "LambdaArn" }],
    [1, { httpQuery: "MaxResults" }],
    [0, { httpQuery: "NextToken" }],
  ],
];

const lambdaConfigSchema: StaticStructureSchema = [3, namespace, "LambdaConfig", 0, ["arn"], [0], 1];

const endpointConfigSchema: StaticStructureSchema = [
  3,
  namespace,
  "EndpointConfig",
  0,
  ["lambda"],
  [() => lambdaConfigSchema],
];

const connectorItemSchema: StaticStructureSchema = [
  3,
  namespace,
  "ConnectorItem",
  0,
  ["Name", "EndpointConfig", "Description", "EndpointType", "Id", "Type"],
  [0, () => endpointConfigSchema, 0, 0, 0, 0],
  2,
];

const connectorListSchema: StaticListSchema = [1, namespace, "ConnectorList", 0, () => connectorItemSchema];

const listCloudConnectorsResponseSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListCloudConnectorsResponse",
  0,
  ["Items", "NextToken"],
  [() => connectorListSchema, 0],
];

const listConnectorDestinationsRequestSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListConnectorDestinationsRequest",
  0,
  ["CloudConnectorId", "NextToken", "MaxResults"],
  [
    [0, { httpQuery: "CloudConnectorId" }],
    [0, { httpQuery: "NextToken" }],
    [1, { httpQuery: "MaxResults" }],
  ],
];

const connectorDestinationSummarySchema: StaticStructureSchema = [
  3,
  namespace,
  "ConnectorDestinationSummary",
  0,
  ["Name", "Description", "CloudConnectorId", "Id"],
  [0, 0, 0, 0],
];

const connectorDestinationListDefinitionSchema: StaticListSchema = [
  1,
  namespace,
  "ConnectorDestinationListDefinition",
  0,
  () => connectorDestinationSummarySchema,
];

const listConnectorDestinationsResponseSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListConnectorDestinationsResponse",
  0,
  ["ConnectorDestinationList", "NextToken"],
  [() => connectorDestinationListDefinitionSchema, 0],
];

const listManagedThingAccountAssociationsRequestSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListManagedThingAccountAssociationsRequest",
  0,
  ["ManagedThingId", "AccountAssociationId", "MaxResults", "NextToken"],
  [
    [0, { httpQuery: "ManagedThingId" }],
    [0, { httpQuery: "AccountAssociationId" }],
    [1, { httpQuery: "MaxResults" }],
    [0, { httpQuery: "NextToken" }],
  ],
];

const managedThingAssociationSchema: StaticStructureSchema = [
  3,
  namespace,
  "ManagedThingAssociation",
  0,
  ["ManagedThingId", "AccountAssociationId", "ManagedThingAssociationStatus"],
  [0, 0, 0],
];

const managedThingAssociationListSchema: StaticListSchema = [
  1,
  namespace,
  "ManagedThingAssociationList",
  0,
  () => managedThingAssociationSchema,
];

const listManagedThingAccountAssociationsResponseSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListManagedThingAccountAssociationsResponse",
  0,
  ["Items", "NextToken"],
  [() => managedThingAssociationListSchema, 0],
];

const ownerSchema: StaticSimpleSchema = [0, namespace, "Owner", 8, 0];

const connectorDeviceIdSchema: StaticSimpleSchema = [0, namespace, "ConnectorDeviceId", 8, 0];

const serialNumberSchema: StaticSimpleSchema = [0, namespace, "SerialNumber", 8, 0];

const listManagedThingsRequestSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListManagedThingsRequest",
  0,
  [
    "OwnerFilter",
    "CredentialLockerFilter",
    "RoleFilter",
    "ParentControllerIdentifierFilter",
    "ConnectorPolicyIdFilter",
    "ConnectorDestinationIdFilter",
    "ConnectorDeviceIdFilter",
    "SerialNumberFilter",
    "ProvisioningStatusFilter",
    "NextToken",
    "MaxResults",
  ],
  [
    [() => ownerSchema, { httpQuery: "OwnerFilter" }],
    [0, { httpQuery: "CredentialLockerFilter" }],
    [0, { httpQuery: "RoleFilter" }],
    [0, { httpQuery: "ParentControllerIdentifierFilter" }],
    [0, { httpQuery: "ConnectorPolicyIdFilter" }],
    [0, { httpQuery: "ConnectorDestinationIdFilter" }],
    [() => connectorDeviceIdSchema, { httpQuery: "ConnectorDeviceIdFilter" }],
    [() => serialNumberSchema, { httpQuery: "SerialNumberFilter" }],
    [0, { httpQuery: "ProvisioningStatusFilter" }],
    [0, { httpQuery: "NextToken" }],
    [1, { httpQuery: "MaxResults" }],
  ],
];

const brandSchema: StaticSimpleSchema = [0, namespace, "Brand", 8, 0];

const classificationSchema: StaticSimpleSchema = [0, namespace, "Classification", 8, 0];

const modelSchema: StaticSimpleSchema = [0, namespace, "Model", 8, 0];

const managedThingSummarySchema: StaticStructureSchema = [
  3,
  namespace,
  "ManagedThingSummary",
  0,
  [
    "Id",
    "Arn",
    "AdvertisedProductId",
    "Brand",
    "Classification",
    "ConnectorDeviceId",
    "ConnectorPolicyId",
    "ConnectorDestinationId",
    "Model",
    "Name",
    "Owner",
    "CredentialLockerId",
    "ParentControllerId",
    "ProvisioningStatus",
    "Role",
    "SerialNumber",
    "CreatedAt",
    "UpdatedAt",
    "ActivatedAt",
  ],
  [
    0,
    0,
    0,
    () => brandSchema,
    () => classificationSchema,
    () => connectorDeviceIdSchema,
    0,
    0,
    () => modelSchema,
    0,
    () => ownerSchema,
    0,
    0,
    0,
    0,
    () => serialNumberSchema,
    4,
    4,
    4,
  ],
];

const managedThingListDefinitionSchema: StaticListSchema = [
  1,
  namespace,
  "ManagedThingListDefinition",
  0,
  () => managedThingSummarySchema,
];

const listManagedThingsResponseSchema: StaticStructureSchema = [
  3,
  namespace,
  "ListManagedThingsResponse",
  0,
  ["Items", "NextToken"],
  [() => managedThingListDefinitionSchema, 0],
];

const listAccountAssociationsSchema: StaticOperationSchema = [
  9,
  namespace,
  "ListAccountAssociations",
  { http: ["GET", "/account-associations", 200] },
  () => listAccountAssociationsRequestSchema,
  () => listAccountAssociationsResponseSchema,
];
/** `GET /account-associations`. */
export class ListAccountAssociationsCommand extends commandOf<
  ListAccountAssociationsCommandInput,
  ListAccountAssociationsCommandOutput
>(listAccountAssociationsSchema) {}

const listCloudConnectorsSchema: StaticOperationSchema = [
  9,
  namespace,
  "ListCloudConnectors",
  { http: ["GET", "/cloud-connectors", 200] },
  () => listCloudConnectorsRequestSchema,
  () => listCloudConnectorsResponseSchema,
];
/** `GET /cloud-connectors`. */
export class ListCloudConnectorsCommand extends commandOf<
  ListCloudConnectorsCommandInput,
  ListCloudConnectorsCommandOutput
>(listCloudConnectorsSchema) {}

const listConnectorDestinationsSchema: StaticOperationSchema = [
  9,
  namespace,
  "ListConnectorDestinations",
  { http: ["GET", "/connector-destinations", 200] },
  () => listConnectorDestinationsRequestSchema,
  () => listConnectorDestinationsResponseSchema,
];
/** `GET /connector-destinations`. */
export class ListConnectorDestinationsCommand extends commandOf<
  ListConnectorDestinationsCommandInput,
  ListConnectorDestinationsCommandOutput
>(listConnectorDestinationsSchema) {}

const listManagedThingAccountAssociationsSchema: StaticOperationSchema = [
  9,
  namespace,
  "ListManagedThingAccountAssociations",
  { http: ["GET", "/managed-thing-associations", 200] },
  () => listManagedThingAccountAssociationsRequestSchema,
  () => listManagedThingAccountAssociationsResponseSchema,
];
/** `GET /managed-thing-associations`. */
export class ListManagedThingAccountAssociationsCommand extends commandOf<
  ListManagedThingAccountAssociationsCommandInput,
  ListManagedThingAccountAssociationsCommandOutput
>(listManagedThingAccountAssociationsSchema) {}

const listManagedThingsSchema: StaticOperationSchema = [
  9,
  namespace,
  "ListManagedThings",
  { http: ["GET", "/managed-things", 200] },
  () => listManagedThingsRequestSchema,
  () => listManagedThingsResponseSchema,
];
/** `GET /managed-things`. */
export class ListManagedThingsCommand extends commandOf<ListManagedThingsCommandInput, ListManagedThingsCommandOutput>(
  listManagedThingsSchema,
) {}
