import { cleanroomsCollaborations } from "./cleanrooms/collaborations.ts";
import { cleanroomsConfiguredTableAssociations } from "./cleanrooms/configured-table-associations.ts";
import { cleanroomsConfiguredTables } from "./cleanrooms/configured-tables.ts";
import { cleanroomsMembers } from "./cleanrooms/members.ts";
import { cleanroomsMemberships } from "./cleanrooms/memberships.ts";
import type { AwsSource } from "./define-aws-source.ts";
import { iotAccountAssociations } from "./iot/account-associations.ts";
import { iotCloudConnectors } from "./iot/cloud-connectors.ts";
import { iotConnectorDestinations } from "./iot/connector-destinations.ts";
import { iotManagedThingAccountAssociations } from "./iot/managed-thing-account-associations.ts";
import { iotManagedThings } from "./iot/managed-things.ts";
import { sagemakerActions } from "./sagemaker/actions.ts";
import { sagemakerArtifacts } from "./sagemaker/artifacts.ts";
import { sagemakerAssociations } from "./sagemaker/associations.ts";
import { sagemakerContexts } from "./sagemaker/contexts.ts";
import { sagemakerEndpointConfigs } from "./sagemaker/endpoint-configs.ts";
import { sagemakerEndpoints } from "./sagemaker/endpoints.ts";
import { sagemakerExperiments } from "./sagemaker/experiments.ts";
import { sagemakerInferenceComponents } from "./sagemaker/inference-components.ts";
import { sagemakerLineageGroups } from "./sagemaker/lineage-groups.ts";
import { sagemakerModelPackageGroups } from "./sagemaker/model-package-groups.ts";
import { sagemakerModelPackages } from "./sagemaker/model-packages.ts";
import { sagemakerModels } from "./sagemaker/models.ts";
import { sagemakerPipelines } from "./sagemaker/pipelines.ts";
import { sagemakerProcessingJobs } from "./sagemaker/processing-jobs.ts";
import { sagemakerTrainingJobs } from "./sagemaker/training-jobs.ts";
import { sagemakerTransformJobs } from "./sagemaker/transform-jobs.ts";
import { sagemakerTrialComponents } from "./sagemaker/trial-components.ts";
import { sagemakerTrials } from "./sagemaker/trials.ts";
import { workspacesApplications } from "./workspaces/applications.ts";
import { workspacesBundleAssociations } from "./workspaces/bundle-associations.ts";
import { workspacesBundles } from "./workspaces/bundles.ts";
import { workspacesImageAssociations } from "./workspaces/image-associations.ts";
import { workspacesImagePermissions } from "./workspaces/image-permissions.ts";
import { workspacesImages } from "./workspaces/images.ts";
import { workspacesWorkspaceAssociations } from "./workspaces/workspace-associations.ts";
import { workspacesWorkspaces } from "./workspaces/workspaces.ts";

/** Every source there is. Commands, the API, deployments and the documents all go by this list. */
export const SOURCES: readonly AwsSource[] = [
  sagemakerAssociations,
  cleanroomsMemberships,
  iotAccountAssociations,
  workspacesImages,
  workspacesImageAssociations,
  sagemakerActions,
  sagemakerArtifacts,
  sagemakerContexts,
  sagemakerEndpointConfigs,
  sagemakerEndpoints,
  sagemakerExperiments,
  sagemakerInferenceComponents,
  sagemakerLineageGroups,
  sagemakerModelPackageGroups,
  sagemakerModelPackages,
  sagemakerModels,
  sagemakerPipelines,
  sagemakerProcessingJobs,
  sagemakerTrainingJobs,
  sagemakerTransformJobs,
  sagemakerTrialComponents,
  sagemakerTrials,
  cleanroomsCollaborations,
  cleanroomsConfiguredTableAssociations,
  cleanroomsConfiguredTables,
  cleanroomsMembers,
  iotCloudConnectors,
  iotConnectorDestinations,
  iotManagedThingAccountAssociations,
  iotManagedThings,
  workspacesApplications,
  workspacesBundleAssociations,
  workspacesBundles,
  workspacesImagePermissions,
  workspacesWorkspaceAssociations,
  workspacesWorkspaces,
];
