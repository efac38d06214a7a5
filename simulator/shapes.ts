/**
 * What the simulated account holds: the services' own shapes and member names, except that every
 * instant is a whole number of milliseconds since 1970 (the wire has seconds).
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

/** SageMaker's AssociationSummary. */
export interface Association {
  SourceArn: string;
  DestinationArn: string;
  CreationTime: number;
  SourceType?: string;
  DestinationType?: string;
  AssociationType?: (typeof EDGE_TYPES)[number];
  SourceName?: string;
  DestinationName?: string;
  CreatedBy?: UserContext;
}

export interface UserContext {
  UserProfileArn?: string;
  UserProfileName?: string;
  DomainId?: string;
  IamIdentity?: { Arn?: string; PrincipalId?: string; SourceIdentity?: string };
}

/** Clean Rooms' MembershipSummary. */
export interface Membership {
  id: string;
  arn: string;
  collaborationArn: string;
  collaborationId: string;
  collaborationCreatorAccountId: string;
  collaborationCreatorDisplayName: string;
  collaborationName: string;
  createTime: number;
  updateTime: number;
  status: (typeof MEMBERSHIP_STATUSES)[number];
  memberAbilities: (typeof MEMBER_ABILITIES)[number][];
  mlMemberAbilities?: { customMLMemberAbilities: (typeof ML_MEMBER_ABILITIES)[number][] };
  paymentConfiguration: PaymentConfiguration;
}

interface Payer {
  isResponsible: boolean;
}

export interface PaymentConfiguration {
  queryCompute: Payer;
  machineLearning?: { modelTraining?: Payer; modelInference?: Payer; syntheticDataGeneration?: Payer };
  jobCompute?: Payer;
}

/** IoT Managed Integrations' AccountAssociationItem. */
export interface AccountAssociation {
  AccountAssociationId: string;
  AssociationState: (typeof ACCOUNT_ASSOCIATION_STATES)[number];
  ErrorMessage?: string;
  ConnectorDestinationId?: string;
  Name?: string;
  Description?: string;
  Arn?: string;
}

/** WorkSpaces' WorkspaceImage. */
export interface WorkspaceImage {
  ImageId: string;
  Name?: string;
  Description?: string;
  OperatingSystem?: { Type: "WINDOWS" | "LINUX" };
  State?: "AVAILABLE" | "PENDING" | "ERROR";
  RequiredTenancy?: "DEFAULT" | "DEDICATED";
  ErrorCode?: string;
  ErrorMessage?: string;
  Created?: number;
  OwnerAccountId?: string;
  Updates?: { UpdateAvailable?: boolean; Description?: string };
  ErrorDetails?: { ErrorCode?: string; ErrorMessage?: string }[];
}

/** WorkSpaces' ImageResourceAssociation. */
export interface ImageAssociation {
  ImageId: string;
  AssociatedResourceId: string;
  AssociatedResourceType: "APPLICATION";
  Created?: number;
  LastUpdatedTime?: number;
  State?: (typeof IMAGE_ASSOCIATION_STATES)[number];
  StateReason?: { ErrorCode?: string; ErrorMessage?: string };
}
