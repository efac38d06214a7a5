import type { SimulatedAccount } from "../account.ts";
import { lineageStep } from "../seed/lineage.ts";
import { addDeployment, decide } from "../seed/models.ts";
import { addNodes } from "../seed/nodes.ts";
import { anyOf, type Change } from "./change.ts";

export const addAssociations: Change = (account, random, now) => {
  const added = lineageStep(random, account, now);
  for (const association of added) account.associations.put(association);
  addNodes(account, added, true);
  return `${added.length} lineage associations created`;
};

export const removeAssociation: Change = (account, random, now) => {
  const association = account.associations.at(random.integer(0, account.associations.length - 1));
  if (association === undefined) return addAssociations(account, random, now);
  account.associations.remove(association);
  return `lineage association ${association.SourceArn} → ${association.DestinationArn} removed`;
};

/** A job that is running ends, mostly well; its trial component says so. */
export const finishJob: Change = (account, random, now) => {
  const running = anyOf(account.trialComponents, random, ({ Status }) => Status?.PrimaryStatus === "InProgress");
  if (running === undefined) return addAssociations(account, random, now);
  const PrimaryStatus = random.chance(0.85) ? "Completed" : "Failed";
  account.trialComponents.put({ ...running, Status: { PrimaryStatus }, EndTime: now, LastModifiedTime: now });
  endJob(account, running.TrialComponentSource?.SourceArn, PrimaryStatus, now);
  return `job ${running.DisplayName} is now ${PrimaryStatus}`;
};

function endJob(account: SimulatedAccount, arn: string | undefined, status: "Completed" | "Failed", now: number): void {
  const LastModifiedTime = now;
  const { trainingJobs, processingJobs, transformJobs } = account;
  const training = trainingJobs.find("TrainingJobArn", arn ?? "");
  const processing = processingJobs.find("ProcessingJobArn", arn ?? "");
  const transform = transformJobs.find("TransformJobArn", arn ?? "");
  const failure = status === "Failed" && { FailureReason: "AlgorithmError: exit code 1" };
  if (training) {
    const ended = { TrainingJobStatus: status, SecondaryStatus: status, TrainingEndTime: now, LastModifiedTime };
    trainingJobs.put({ ...training, ...ended });
  }
  if (processing) {
    const ended = { ProcessingJobStatus: status, ProcessingEndTime: now, LastModifiedTime, ...failure };
    processingJobs.put({ ...processing, ...ended });
  }
  if (transform) {
    const ended = { TransformJobStatus: status, TransformEndTime: now, LastModifiedTime, ...failure };
    transformJobs.put({ ...transform, ...ended });
  }
}

/** Somebody decides on a model package, or changes their mind about one. */
export const decideOnPackage: Change = (account, random, now) => {
  const isGrouped = anyOf(account.modelPackages, random, (each) => each.ModelPackageGroupName !== undefined);
  const pending = anyOf(account.modelPackages, random, (each) => each.ModelApprovalStatus === "PendingManualApproval");
  const item = pending ?? isGrouped;
  if (item === undefined) return addAssociations(account, random, now);
  const approved = item.ModelApprovalStatus !== "Approved" && random.chance(item === pending ? 0.7 : 1);
  decide(account, item, approved, now);
  return `model package ${item.ModelPackageArn.split("/").slice(1).join("/")} is now ${approved ? "Approved" : "Rejected"}`;
};

/** An endpoint that is being made or updated is in service; otherwise one of another pipeline run is deployed, or a new one made. */
export const changeEndpoint: Change = (account, random, now) => {
  const busy = anyOf(account.endpoints, random, ({ EndpointStatus }) => EndpointStatus !== "InService");
  if (busy !== undefined) {
    account.endpoints.put({ ...busy, EndpointStatus: "InService", LastModifiedTime: now });
    return `endpoint ${busy.EndpointName} is now InService`;
  }
  const trial = anyOf(account.trials, random);
  if (trial?.TrialName === undefined) return addAssociations(account, random, now);
  const project = trial.ExperimentName.replace(/-pipeline$/, "");
  const known = account.endpoints.length;
  const arn = addDeployment(account, { project, id: random.hex(12), at: now });
  const endpoint = account.endpoints.find("EndpointArn", arn);
  const isNew = account.endpoints.length > known;
  if (endpoint) account.endpoints.put({ ...endpoint, EndpointStatus: isNew ? "Creating" : "Updating" });
  return `endpoint ${endpoint?.EndpointName} ${isNew ? "created" : "is now Updating"}`;
};
