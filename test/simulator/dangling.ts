import type { SimulatedAccount } from "../../simulator/account.ts";

/** Every name that something in the account is referred to by, but that nothing in it has. */
export function danglingNames(account: SimulatedAccount): string[] {
  const known = new Set(namesIn(account));
  return referencesIn(account).filter((name): name is string => name !== undefined && !known.has(name));
}

function namesIn(account: SimulatedAccount): (string | undefined)[] {
  return [
    ...[...account.artifacts].flatMap(({ ArtifactArn, Source }) => [ArtifactArn, ...own(Source?.SourceUri)]),
    ...[...account.actions].map(({ ActionArn }) => ActionArn),
    ...[...account.contexts].map(({ ContextArn }) => ContextArn),
    ...[...account.trialComponents].map(({ TrialComponentArn }) => TrialComponentArn),
    ...[...account.experiments].map(({ ExperimentArn }) => ExperimentArn),
    ...[...account.modelPackages].map(({ ModelPackageArn }) => ModelPackageArn),
    ...[...account.modelPackageGroups].flatMap((each) => [each.ModelPackageGroupArn, each.ModelPackageGroupName]),
    ...[...account.endpoints].map(({ EndpointArn }) => EndpointArn),
    ...[...account.trainingJobs].map(({ TrainingJobArn }) => TrainingJobArn),
    ...[...account.processingJobs].map(({ ProcessingJobArn }) => ProcessingJobArn),
    ...[...account.transformJobs].map(({ TransformJobArn }) => TransformJobArn),
    ...[...account.pipelines].map(({ PipelineArn }) => PipelineArn),
    ...[...account.memberships].map(({ arn }) => arn),
    ...[...account.collaborations].map(({ arn }) => arn),
    ...[...account.members].map(({ accountId }) => accountId),
    ...[...account.configuredTables].map(({ id }) => id),
    ...[...account.images].map(({ ImageId }) => ImageId),
    ...[...account.bundles].map(({ BundleId }) => BundleId),
    ...[...account.applications].map(({ ApplicationId }) => ApplicationId),
    ...[...account.workspaces].map(({ WorkspaceId }) => WorkspaceId),
    ...[...account.accountAssociations].map(({ AccountAssociationId }) => AccountAssociationId),
    ...[...account.connectorDestinations].map(({ Id }) => Id),
    ...[...account.cloudConnectors].map(({ Id }) => Id),
    ...[...account.managedThings].map(({ Id }) => Id),
  ];
}

/** Where an artifact lies, which is the artifact itself; not when it is what stands in another list. */
function own(uri: string | undefined): string[] {
  return uri === undefined || uri.startsWith("arn:") ? [] : [uri];
}

function referencesIn(account: SimulatedAccount): (string | undefined)[] {
  const installed = [...account.imageAssociations, ...account.bundleAssociations, ...account.workspaceAssociations];
  return [
    ...[...account.associations].flatMap(({ SourceArn, DestinationArn }) => [SourceArn, DestinationArn]),
    ...[...account.artifacts, ...account.actions, ...account.contexts].map(({ Source }) => Source?.SourceUri),
    ...[...account.trialComponents].map(({ TrialComponentSource }) => TrialComponentSource?.SourceArn),
    ...[...account.trials].map(({ TrialSource }) => TrialSource?.SourceArn),
    ...[...account.experiments].map(({ ExperimentSource }) => ExperimentSource?.SourceArn),
    ...[...account.modelPackages].map(({ ModelPackageGroupName }) => ModelPackageGroupName),
    ...[...account.inferenceComponents].map(({ EndpointArn }) => EndpointArn),
    ...[...account.memberships].map(({ collaborationArn }) => collaborationArn),
    ...[...account.collaborations].map(({ membershipArn }) => membershipArn),
    ...[...account.configuredTableAssociations].flatMap((each) => [each.configuredTableId, each.membershipArn]),
    ...installed.map(({ AssociatedResourceId }) => AssociatedResourceId),
    ...[...account.imageAssociations, ...account.imagePermissions, ...account.bundles].map(({ ImageId }) => ImageId),
    ...[...account.imagePermissions].map(({ SharedAccountId }) => SharedAccountId),
    ...[...account.bundleAssociations, ...account.workspaces].map(({ BundleId }) => BundleId),
    ...[...account.workspaceAssociations].map(({ WorkspaceId }) => WorkspaceId),
    ...[...account.accountAssociations].map(({ ConnectorDestinationId }) => ConnectorDestinationId),
    ...[...account.connectorDestinations].map(({ CloudConnectorId }) => CloudConnectorId),
    ...[...account.managedThings].flatMap((each) => [each.ConnectorDestinationId, each.ParentControllerId]),
    ...[...account.managedThingAssociations].flatMap((each) => [each.ManagedThingId, each.AccountAssociationId]),
  ];
}
