/** Why an operation of a service's SDK is not inventoried: the reason, and the operations that it is true of. */
type LeftOut = readonly (readonly [reason: string, operations: string])[];

/**
 * The list operations of the SDK's clients that are not inventoried. A new version of the SDK may bring others: a test fails until each has its
 * source, or its reason here.
 */
export const LEFT_OUT: Readonly<Record<string, LeftOut>> = {
  sagemaker: [
    [
      "details of one resource",
      `CreateHubContentPresignedUrls DescribeDevice DescribeEdgeDeploymentPlan DescribeFeatureGroup
       DescribeTrainingPlanExtensionHistory ListTags`,
    ],
    ["searches what other operations list", "GetSearchSuggestions QueryLineage Search"],
    [
      "runs and versions of a pipeline: lineage has what they made",
      "ListPipelineExecutionSteps ListPipelineExecutions ListPipelineParametersForExecution ListPipelineVersions",
    ],
    [
      "their training jobs are listed",
      "ListAutoMLJobs ListCandidatesForAutoMLJob ListHyperParameterTuningJobs ListTrainingJobsForHyperParameterTuningJob",
    ],
    [
      "monitoring: no lineage names it",
      `ListDataQualityJobDefinitions ListModelBiasJobDefinitions ListModelExplainabilityJobDefinitions
       ListModelQualityJobDefinitions ListMonitoringAlertHistory ListMonitoringAlerts ListMonitoringExecutions
       ListMonitoringSchedules`,
    ],
    ["documents about models: no lineage names them", "ListModelCardExportJobs ListModelCardVersions ListModelCards"],
    [
      "other jobs: no lineage names them",
      `ListAIBenchmarkJobs ListAIRecommendationJobs ListAIWorkloadConfigs ListCompilationJobs ListEdgePackagingJobs
       ListInferenceExperiments ListInferenceRecommendationsJobSteps ListInferenceRecommendationsJobs ListJobSchemaVersions
       ListJobs ListLabelingJobs ListLabelingJobsForWorkteam ListOptimizationJobs`,
    ],
    [
      "Studio, notebooks and MLflow: where people work, not what they make",
      `ListAliases ListAppImageConfigs ListApps ListCodeRepositories ListDomains ListImageVersions ListImages ListMlflowApps
       ListMlflowTrackingServers ListNotebookInstanceLifecycleConfigs ListNotebookInstances ListPartnerApps ListProjects ListSpaces
       ListStudioLifecycleConfigs ListUserProfiles`,
    ],
    [
      "people who label, and what they are shown",
      "ListFlowDefinitions ListHumanTaskUis ListSubscribedWorkteams ListWorkforces ListWorkteams",
    ],
    [
      "capacity and clusters",
      `ListClusterEvents ListClusterNodes ListClusterSchedulerConfigs ListClusters ListComputeQuotas ListTrainingPlans
       ListUltraServersByReservedCapacity`,
    ],
    ["devices", "ListDeviceFleets ListDevices ListEdgeDeploymentPlans ListStageDevices"],
    [
      "what others publish",
      "ListAlgorithms ListHubContentVersions ListHubContents ListHubs ListModelMetadata ListResourceCatalogs",
    ],
    ["features: no lineage names a feature group", "ListFeatureGroups"],
  ],
  cleanrooms: [
    [
      "what a collaboration computes, and with what; its members and tables are listed",
      `ListAnalysisTemplates ListCollaborationAnalysisTemplates ListCollaborationConfiguredAudienceModelAssociations
       ListCollaborationIdNamespaceAssociations ListConfiguredAudienceModelAssociations ListIdMappingTables
       ListIdNamespaceAssociations ListProtectedJobs ListProtectedQueries`,
    ],
    [
      "budgets of privacy",
      `ListCollaborationPrivacyBudgetTemplates ListCollaborationPrivacyBudgets ListPrivacyBudgetTemplates ListPrivacyBudgets`,
    ],
    ["requests to change a collaboration: what came of them is listed", "ListCollaborationChangeRequests"],
    ["the tables again, as the collaboration sees them", "ListSchemas"],
    ["details of one resource", "ListTagsForResource"],
  ],
  workspaces: [
    ["the associations again, from the application's side", "DescribeApplicationAssociations"],
    [
      "details of one resource",
      "DescribeClientProperties DescribeConnectClientAddIns DescribeConnectionAliasPermissions DescribeTags",
    ],
    ["holds registration codes and names of service accounts", "DescribeWorkspaceDirectories"],
    ["changes whenever a person signs in or out", "DescribeWorkspacesConnectionStatus DescribeWorkspacesPoolSessions"],
    [
      "settings of the account and its network",
      "DescribeAccountModifications DescribeConnectionAliases DescribeIpGroups ListAccountLinks ListAvailableManagementCidrRanges",
    ],
    ["pools of WorkSpaces: no association names one", "DescribeWorkspacesPools"],
  ],
};
