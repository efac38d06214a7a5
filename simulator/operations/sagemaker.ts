import { SAGEMAKER } from "../errors.ts";
import { MODELS } from "../model.ts";
import { equals } from "./filters.ts";
import { list, operationsOf } from "./list-operation.ts";

/** SageMaker: ten items a page, newest first unless an operation does otherwise. */
export const SAGEMAKER_OPERATIONS = operationsOf(
  { service: SAGEMAKER, model: MODELS.sagemaker, pageSize: 10 },
  {
    ListAssociations: list("associations"),
    ListArtifacts: list("artifacts", { filters: { SourceUri: equals(({ Source }) => Source?.SourceUri) } }),
    ListActions: list("actions", { filters: { SourceUri: equals(({ Source }) => Source?.SourceUri) } }),
    ListContexts: list("contexts", { filters: { SourceUri: equals(({ Source }) => Source?.SourceUri) } }),
    ListTrialComponents: list("trialComponents", {
      filters: { SourceArn: equals(({ TrialComponentSource }) => TrialComponentSource?.SourceArn) },
      parents: { ExperimentName: "experiments", TrialName: "trials" },
    }),
    ListTrials: list("trials", {
      filters: {
        TrialComponentName: ({ TrialName }, wanted, { trialComponents }) =>
          wanted === undefined || trialComponents.find("TrialComponentName", String(wanted))?.TrialName === TrialName,
      },
      parents: { ExperimentName: "experiments" },
    }),
    ListExperiments: list("experiments"),
    ListLineageGroups: list("lineageGroups"),
    ListModelPackages: list("modelPackages", {
      ascending: true,
      filters: {
        ModelPackageGroupName: equalsNameOrArn(({ ModelPackageGroupName }) => ModelPackageGroupName),
        ModelPackageType: ({ ModelPackageVersion }, wanted = "Unversioned") =>
          wanted === "Both" || (wanted === "Versioned") === (ModelPackageVersion !== undefined),
      },
    }),
    ListModelPackageGroups: list("modelPackageGroups", {
      ascending: true,
      filters: { CrossAccountFilterOption: (_, wanted) => wanted !== "CrossAccount" },
    }),
    ListModels: list("models"),
    ListEndpointConfigs: list("endpointConfigs"),
    ListEndpoints: list("endpoints"),
    ListInferenceComponents: list("inferenceComponents"),
    ListTrainingJobs: list("trainingJobs", {
      ascending: true,
      filters: { WarmPoolStatusEquals: equals(({ WarmPoolStatus }) => WarmPoolStatus?.Status) },
    }),
    ListProcessingJobs: list("processingJobs", { ascending: true }),
    ListTransformJobs: list("transformJobs"),
    ListPipelines: list("pipelines", {
      filters: {
        PipelineNamePrefix: ({ PipelineName }, wanted = "") => PipelineName?.startsWith(String(wanted)) === true,
      },
    }),
  },
);

function equalsNameOrArn<Row>(nameOf: (row: Row) => string | undefined) {
  return (row: Row, wanted: unknown) => wanted === undefined || nameOf(row) === String(wanted).split("/").at(-1);
}
