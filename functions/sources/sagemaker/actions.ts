import { ListActionsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { defineAwsSource } from "../define-aws-source.ts";

/** SageMaker lineage actions: approvals, deployments. */
export const sagemakerActions = defineAwsSource({
  id: "sagemaker.actions",
  client: SageMakerClient,
  command: ListActionsCommand,
  tier: "lineage",
  intervalMinutes: 360,
  listedByCreation: { incrementalMinutes: 5, overlapMs: 120_000 },
  events: ["CreateAction", "DeleteAction"],
  identity: ({ CreationTime, ActionArn }) => [CreationTime, ActionArn],
  edges: ({ ActionArn, Source }) => [{ from: ActionArn, to: Source?.SourceUri, relation: "HasSource" }],
  node: {
    names: ["ActionArn"],
    name: "ActionName",
    type: "action",
    typeMember: "ActionType",
    state: "Status",
  },
});
