import type { Document } from "./world.ts";

/** Documents as the services list them. */

export function membership(n: number, more: Document = {}): Document {
  const id = String(n).padStart(4, "0");
  return {
    arn: `arn:aws:cleanrooms:eu-west-1:123456789012:membership/${id}`,
    id,
    collaborationArn: `arn:aws:cleanrooms:eu-west-1:210987654321:collaboration/${n % 3}`,
    status: "ACTIVE",
    createTime: "2026-01-05T08:00:00.000Z",
    ...more,
  };
}

export function association(from: string, to: string, more: Document = {}): Document {
  return {
    SourceArn: from,
    DestinationArn: to,
    AssociationType: "ContributedTo",
    CreationTime: "2026-02-01T00:00:00.000Z",
    ...more,
  };
}

export function imageAssociation(image: string, application: string, more: Document = {}): Document {
  return {
    ImageId: image,
    AssociatedResourceId: application,
    AssociatedResourceType: "APPLICATION",
    State: "COMPLETED",
    ...more,
  };
}

export function accountAssociation(id: string, destination: string, more: Document = {}): Document {
  return {
    AccountAssociationId: id,
    ConnectorDestinationId: destination,
    AssociationState: "ASSOCIATION_SUCCEEDED",
    ...more,
  };
}

export const MEMBERSHIPS = "cleanrooms.memberships";
export const ASSOCIATIONS = "sagemaker.associations";
export const IMAGE_ASSOCIATIONS = "workspaces.image-associations";
export const ACCOUNT_ASSOCIATIONS = "iot.account-associations";
