/* What members of items and documents are called where people read them. */

const WORDS: Readonly<Record<string, string>> = {
  name: "Item",
  state: "Listed",
  changedAt: "Changed",
  firstSeenAt: "First seen",
  removedAt: "Removed",
  key: "Key",
  cause: "Why removed",
  "edge.from": "From",
  "edge.to": "To",
  "edge.relation": "Relation",
  // What AWS says of a thing is not what Stocktake knows of its being listed.
  "document.status": "AWS status",
  "document.State": "AWS status",
  "document.AssociationState": "AWS status",
  "document.AssociationType": "Relation",
  "document.SourceType": "From: type",
  "document.SourceName": "From: name",
  "document.SourceArn": "From: ARN",
  "document.DestinationType": "To: type",
  "document.DestinationName": "To: name",
  "document.DestinationArn": "To: ARN",
  "document.CreationTime": "Created in AWS",
  "document.createTime": "Created in AWS",
  "document.Created": "Created in AWS",
  "document.updateTime": "Updated in AWS",
  "document.LastUpdatedTime": "Updated in AWS",
  "document.collaborationName": "Collaboration",
  "document.collaborationCreatorDisplayName": "Created by",
  "document.ConnectorDestinationId": "Connector destination",
  "document.ErrorMessage": "Error",
  "document.OperatingSystem.Type": "Operating system",
  "document.OwnerAccountId": "Owner account",
  "document.AssociatedResourceId": "Application",
  "document.AssociatedResourceType": "Resource type",
  "document.ImageId": "Image",
};

/** A column's heading: `document.ConnectorDestinationId` reads `Connector destination`, and others by their own words. */
export function headOf(column: string): string {
  return WORDS[column] ?? words(column.replace(/^document\./, ""));
}

/** `collaborationMemberAbilities` reads `Collaboration member abilities`. */
function words(name: string): string {
  const text = name
    .replaceAll(/[._-]+/g, " ")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/\b[A-Z][a-z]/g, (start) => start.toLowerCase())
    .replace(/\b(arn|id)\b/gi, (word) => (word.toLowerCase() === "id" ? "ID" : "ARN"));
  return text.charAt(0).toUpperCase() + text.slice(1);
}
