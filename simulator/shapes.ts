import type {
  CollaborationSummary,
  ConfiguredTableAssociationSummary,
  ConfiguredTableSummary,
  MemberSummary,
  MembershipSummary,
} from "@aws-sdk/client-cleanrooms";
import type {
  ActionSummary,
  ArtifactSummary,
  AssociationSummary,
  ContextSummary,
  EndpointConfigSummary,
  EndpointSummary,
  ExperimentSummary,
  InferenceComponentSummary,
  LineageGroupSummary,
  ModelPackageGroupSummary,
  ModelPackageSummary,
  ModelSummary,
  PipelineSummary,
  ProcessingJobSummary,
  UserContext as SageMakerUserContext,
  TrainingJobSummary,
  TransformJobSummary,
  TrialComponentSummary,
  TrialSummary,
} from "@aws-sdk/client-sagemaker";
import type {
  BundleResourceAssociation,
  ImageResourceAssociation,
  WorkspaceImage as ImageSummary,
  WorkSpaceApplication,
  WorkspaceBundle,
  WorkspaceResourceAssociation,
  Workspace as WorkspaceSummary,
} from "@aws-sdk/client-workspaces";
import type {
  AccountAssociationItem,
  ConnectorDestinationSummary,
  ConnectorItem,
  ManagedThingSummary,
  ManagedThingAssociation as ThingAssociation,
} from "../functions/aws/iot-managed-integrations/index.ts";

/**
 * What the simulated account holds: the services' own shapes and member names, except that every instant is a whole number of
 * milliseconds since 1970 (the wire has seconds). A member that the service's answers lack says what a row belongs to.
 */

export const EDGE_TYPES = ["ContributedTo", "AssociatedWith", "DerivedFrom", "Produced", "SameAs"] as const;
export const MEMBERSHIP_STATUSES = ["ACTIVE", "REMOVED", "COLLABORATION_DELETED"] as const;
export const MEMBER_ABILITIES = ["CAN_QUERY", "CAN_RECEIVE_RESULTS", "CAN_RUN_JOB"] as const;
export const ML_MEMBER_ABILITIES = ["CAN_RECEIVE_MODEL_OUTPUT", "CAN_RECEIVE_INFERENCE_OUTPUT"] as const;
export const ACCOUNT_ASSOCIATION_STATES = [
  "ASSOCIATION_IN_PROGRESS",
  "ASSOCIATION_FAILED",
  "ASSOCIATION_SUCCEEDED",
  "ASSOCIATION_DELETING",
  "REFRESH_TOKEN_EXPIRED",
] as const;
export const IMAGE_ASSOCIATION_STATES = [
  "PENDING_INSTALL",
  "PENDING_INSTALL_DEPLOYMENT",
  "PENDING_UNINSTALL",
  "PENDING_UNINSTALL_DEPLOYMENT",
  "INSTALLING",
  "UNINSTALLING",
  "ERROR",
  "COMPLETED",
  "REMOVED",
] as const;

/** A summary of the SDK's as the account keeps it. */
type Stored<T> = T extends Date
  ? number
  : T extends readonly (infer U)[]
    ? Stored<U>[]
    : T extends object
      ? { [K in keyof T]: Stored<Exclude<T[K], undefined>> }
      : T;

/** The same, with members that this account always has. */
type With<T, K extends keyof Stored<T>> = Stored<T> & Required<Pick<Stored<T>, K>>;

export type UserContext = Stored<SageMakerUserContext>;
export type Association = With<AssociationSummary, "CreationTime" | "SourceArn" | "DestinationArn">;
export type Artifact = With<ArtifactSummary, "CreationTime" | "ArtifactArn">;
export type Action = With<ActionSummary, "CreationTime" | "ActionArn">;
export type Context = With<ContextSummary, "CreationTime" | "ContextArn">;
export type TrialComponent = With<TrialComponentSummary, "CreationTime" | "TrialComponentArn"> & {
  TrialName?: string;
  ExperimentName?: string;
};
export type Trial = With<TrialSummary, "CreationTime" | "TrialArn"> & { ExperimentName: string };
export type Experiment = With<ExperimentSummary, "CreationTime" | "ExperimentArn">;
export type LineageGroup = With<LineageGroupSummary, "CreationTime" | "LineageGroupArn">;
export type ModelPackage = Stored<ModelPackageSummary>;
export type ModelPackageGroup = Stored<ModelPackageGroupSummary>;
export type Model = Stored<ModelSummary>;
export type EndpointConfig = Stored<EndpointConfigSummary>;
export type Endpoint = Stored<EndpointSummary>;
export type InferenceComponent = Stored<InferenceComponentSummary>;
export type TrainingJob = Stored<TrainingJobSummary>;
export type ProcessingJob = Stored<ProcessingJobSummary>;
export type TransformJob = Stored<TransformJobSummary>;
export type Pipeline = With<PipelineSummary, "CreationTime" | "PipelineArn">;

export type Membership = Stored<MembershipSummary>;
export type PaymentConfiguration = Membership["paymentConfiguration"];
export type Collaboration = Stored<CollaborationSummary>;
export type Member = Stored<MemberSummary> & { collaborationId: string };
export type ConfiguredTable = Stored<ConfiguredTableSummary>;
export type ConfiguredTableAssociation = Stored<ConfiguredTableAssociationSummary>;

export type WorkspaceImage = With<ImageSummary, "ImageId">;
export type ImageAssociation = With<ImageResourceAssociation, "ImageId" | "AssociatedResourceId">;
export type ImagePermission = { ImageId: string; SharedAccountId: string };
export type Bundle = With<WorkspaceBundle, "BundleId">;
export type BundleAssociation = With<BundleResourceAssociation, "BundleId" | "AssociatedResourceId">;
export type Application = With<WorkSpaceApplication, "ApplicationId">;
export type Workspace = With<WorkspaceSummary, "WorkspaceId">;
export type WorkspaceAssociation = With<WorkspaceResourceAssociation, "WorkspaceId" | "AssociatedResourceId">;

export type AccountAssociation = Stored<AccountAssociationItem>;
export type ConnectorDestination = With<ConnectorDestinationSummary, "Id">;
export type CloudConnector = With<ConnectorItem, "Id">;
export type ManagedThing = With<ManagedThingSummary, "Id" | "Arn">;
export type ManagedThingAssociation = With<ThingAssociation, "ManagedThingId" | "AccountAssociationId">;
