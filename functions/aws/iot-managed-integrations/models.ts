import type { MetadataBearer } from "@smithy/types";

/** The states an association can be in: the enum `AssociationState` of the API model. */
type AssociationState =
  | "ASSOCIATION_IN_PROGRESS"
  | "ASSOCIATION_FAILED"
  | "ASSOCIATION_SUCCEEDED"
  | "ASSOCIATION_DELETING"
  | "REFRESH_TOKEN_EXPIRED";

/**
 * One account association, as listed. The API model requires the id and the state; as in generated clients, their type
 * admits `undefined` all the same, because responses are not validated.
 */
export interface AccountAssociationItem {
  AccountAssociationId: string | undefined;
  AssociationState: AssociationState | undefined;
  ErrorMessage?: string | undefined;
  ConnectorDestinationId?: string | undefined;
  Name?: string | undefined;
  Description?: string | undefined;
  Arn?: string | undefined;
}

/** What to list. The API model allows a `MaxResults` of 1 to 1000; the service, not the client, enforces it. */
export interface ListAccountAssociationsCommandInput {
  /** Only associations of this connector destination. */
  ConnectorDestinationId?: string | undefined;
  MaxResults?: number | undefined;
  /** The `NextToken` of the page before. */
  NextToken?: string | undefined;
}

/** One page. There are more pages as long as there is a `NextToken`, however few items the page holds. */
export interface ListAccountAssociationsCommandOutput extends MetadataBearer {
  Items?: AccountAssociationItem[] | undefined;
  NextToken?: string | undefined;
}
