import type { SimulatedAccount, TableName } from "../../simulator/account.ts";

/** Which table of the account each source lists. */
const TABLES: Readonly<Record<string, TableName>> = {
  "sagemaker.associations": "associations",
  "sagemaker.artifacts": "artifacts",
  "sagemaker.actions": "actions",
  "sagemaker.contexts": "contexts",
  "sagemaker.trial-components": "trialComponents",
  "sagemaker.trials": "trials",
  "sagemaker.experiments": "experiments",
  "sagemaker.lineage-groups": "lineageGroups",
  "sagemaker.model-packages": "modelPackages",
  "sagemaker.model-package-groups": "modelPackageGroups",
  "sagemaker.models": "models",
  "sagemaker.endpoint-configs": "endpointConfigs",
  "sagemaker.endpoints": "endpoints",
  "sagemaker.inference-components": "inferenceComponents",
  "sagemaker.training-jobs": "trainingJobs",
  "sagemaker.processing-jobs": "processingJobs",
  "sagemaker.transform-jobs": "transformJobs",
  "sagemaker.pipelines": "pipelines",
  "cleanrooms.memberships": "memberships",
  "cleanrooms.collaborations": "collaborations",
  "cleanrooms.members": "members",
  "cleanrooms.configured-tables": "configuredTables",
  "cleanrooms.configured-table-associations": "configuredTableAssociations",
  "iot.account-associations": "accountAssociations",
  "iot.connector-destinations": "connectorDestinations",
  "iot.cloud-connectors": "cloudConnectors",
  "iot.managed-things": "managedThings",
  "iot.managed-thing-account-associations": "managedThingAssociations",
  "workspaces.images": "images",
  "workspaces.image-associations": "imageAssociations",
  "workspaces.image-permissions": "imagePermissions",
  "workspaces.bundles": "bundles",
  "workspaces.bundle-associations": "bundleAssociations",
  "workspaces.applications": "applications",
  "workspaces.workspaces": "workspaces",
  "workspaces.workspace-associations": "workspaceAssociations",
};

/** What the services of a simulated account list at this moment, source by source, as documents are stored. */
export function listedBy(account: SimulatedAccount): Record<string, unknown[]> {
  const listed = Object.entries(TABLES).map(([source, table]) => [
    source,
    [...account.table(table)].map((row) => asListed(table === "members" ? withCollaboration(account, row) : row)),
  ]);
  return Object.fromEntries(listed);
}

/** A member as its source stores it: beside the collaboration's ARN, which the service's answer lacks. */
function withCollaboration(account: SimulatedAccount, row: Record<string, unknown>): object {
  const collaborationArn = account.collaborations.find("id", String(row.collaborationId))?.arn;
  return { ...row, collaborationId: undefined, collaborationArn };
}

/** The members by which only the simulator knows what a row belongs to. */
const HIDDEN = ["ExperimentName", "TrialName"];

/** The simulator keeps instants as epoch milliseconds; what is listed has them as ISO strings. */
function asListed(row: object): unknown {
  const hidden = "TrialComponentArn" in row ? HIDDEN : "TrialArn" in row ? HIDDEN.slice(0, 1) : [];
  return JSON.parse(
    JSON.stringify(row, (name, member) => {
      if (hidden.includes(name)) return undefined;
      return typeof member === "number" && /([tT]ime|Created|At)$/.test(name) ? new Date(member).toISOString() : member;
    }),
  );
}

/** One text for a set of documents, whatever their order and that of their members. */
export function essenceOf(documents: Iterable<unknown>): string {
  return [...documents].map(sortedText).sort().join("\n");
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
