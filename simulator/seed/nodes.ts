import type { SimulatedAccount } from "../account.ts";
import { type Random, seededRandom } from "../random.ts";
import type { Artifact, Association, UserContext } from "../shapes.ts";
import { addDeployment, addModel, addModelPackage, type Run } from "./models.ts";
import { HOUR, MINUTE } from "./owner.ts";
import { PROJECT_NAMES } from "./projects.ts";

/** One end of an association. */
interface End {
  readonly arn: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly at: number;
  /** Who made the association. */
  readonly person: UserContext | undefined;
  /** The end at the other side, by its ARN: what an artifact without a name was made by. */
  readonly other: string;
}

/**
 * Adds every node that the associations name, and what stands behind it: an artifact's package, a job's trial and experiment, a
 * deployment's endpoint. Jobs are still running when `running`; otherwise they have ended.
 */
export function addNodes(account: SimulatedAccount, associations: Iterable<Association>, running = false): void {
  const known = knownNodes(account);
  for (const association of associations) {
    for (const end of endsOf(association)) {
      if (known.has(end.arn)) continue;
      known.add(end.arn);
      addNode(account, end, running);
    }
  }
}

function knownNodes({ artifacts, actions, contexts, trialComponents, experiments }: SimulatedAccount): Set<string> {
  return new Set([
    ...[...artifacts].map(({ ArtifactArn }) => ArtifactArn),
    ...[...actions].map(({ ActionArn }) => ActionArn),
    ...[...contexts].map(({ ContextArn }) => ContextArn),
    ...[...trialComponents].map(({ TrialComponentArn }) => TrialComponentArn),
    ...[...experiments].map(({ ExperimentArn }) => ExperimentArn),
  ]);
}

function endsOf(association: Association): End[] {
  const { SourceArn, DestinationArn, CreationTime: at, CreatedBy: person } = association;
  const { SourceType = "", DestinationType = "", SourceName, DestinationName } = association;
  return [
    { arn: SourceArn, type: SourceType, name: SourceName, at, person, other: DestinationArn },
    { arn: DestinationArn, type: DestinationType, name: DestinationName, at, person, other: SourceArn },
  ];
}

function addNode(account: SimulatedAccount, end: End, running: boolean): void {
  const [, kind = "", name = ""] = /:([a-z-]+)\/([^/]+)$/.exec(end.arn) ?? [];
  const run = runOf(kind === "artifact" ? (end.name ?? end.other) : name, end.at);
  switch (kind) {
    case "artifact":
      account.artifacts.put(artifactOf(account, end, run));
      return;
    case "action":
      addAction(account, end, name, run);
      return;
    case "context":
      addContext(account, end, name, run);
      return;
    case "experiment":
      addExperiment(account, run);
      return;
    default:
      addJob(account, end, name, run, running);
  }
}

/** The run of a project's pipeline that a name belongs to. */
function runOf(name: string, at: number): Run {
  const project = PROJECT_NAMES.find((each) => name.includes(each));
  const id = /[0-9a-f]{12}/.exec(name.slice(name.lastIndexOf("/") + 1))?.[0] ?? seededRandom(name).hex(12);
  return { project: project ?? "shared", id, at };
}

function arn({ accountId, region }: SimulatedAccount, resource: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${resource}`;
}

function artifactOf(account: SimulatedAccount, end: End, run: Run): Artifact {
  const random = seededRandom(end.arn);
  const kind = end.type === "Image" ? "base-image" : end.type === "Model" ? "model" : "data";
  const name = end.name ?? `${run.project}-${kind}-${random.hex(6)}`;
  return {
    ArtifactArn: end.arn,
    ArtifactName: name,
    ArtifactType: end.type,
    Source: sourceOf(account, end, name, run, random),
    ...{ CreationTime: end.at, LastModifiedTime: end.at },
  };
}

function sourceOf(
  account: SimulatedAccount,
  end: End,
  name: string,
  run: Run,
  random: Random,
): NonNullable<Artifact["Source"]> {
  const { accountId, region } = account;
  if (end.type === "Image") {
    return {
      SourceUri: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}:${random.integer(1, 9)}.${random.integer(0, 20)}`,
    };
  }
  if (name === `${run.project}-package-${run.id}`) return { SourceUri: addModelPackage(account, run) };
  const file = end.type === "Model" ? "model.tar.gz" : "data.parquet";
  return {
    SourceUri: `s3://${run.project}-${region}-${accountId}/${run.id}/${name}/${file}`,
    SourceTypes: [{ SourceIdType: "S3ETag", Value: random.hex(32) }],
  };
}

function addAction(account: SimulatedAccount, end: End, name: string, run: Run): void {
  const approved = end.type === "Approval";
  const uri = approved ? addModelPackage(account, run) : addDeployment(account, run);
  account.actions.put({
    ActionArn: end.arn,
    ActionName: name,
    ActionType: end.type,
    Source: { SourceUri: uri, SourceType: "ARN" },
    Status: approved ? "InProgress" : "Completed",
    ...{ CreationTime: end.at, LastModifiedTime: end.at },
  });
}

function addContext(account: SimulatedAccount, end: End, name: string, run: Run): void {
  const isGroup = end.type === "ModelGroup";
  const uri = isGroup ? arn(account, `model-package-group/${run.project}-models`) : addDeployment(account, run);
  if (isGroup) addModelPackage(account, run);
  account.contexts.put({
    ContextArn: end.arn,
    ContextName: name,
    ContextType: end.type,
    Source: { SourceUri: uri, SourceType: "ARN" },
    ...{ CreationTime: end.at, LastModifiedTime: end.at },
  });
}

/** The project's experiment and the pipeline that fills it, from its first run on. Answers the experiment's name. */
function addExperiment(account: SimulatedAccount, { project, at }: Run): string {
  const name = `${project}-pipeline`;
  if (account.experiments.find("ExperimentName", name) !== undefined) return name;
  const pipeline = arn(account, `pipeline/${project}`);
  account.pipelines.put({
    PipelineArn: pipeline,
    PipelineName: project,
    PipelineDisplayName: project,
    PipelineDescription: `Prepares, trains, evaluates and registers the ${project} model`,
    RoleArn: `arn:aws:iam::${account.accountId}:role/service-role/AmazonSageMaker-ExecutionRole`,
    ...{ CreationTime: at, LastModifiedTime: at, LastExecutionTime: at },
  });
  account.experiments.put({
    ExperimentArn: arn(account, `experiment/${name}`),
    ExperimentName: name,
    DisplayName: name,
    ExperimentSource: { SourceArn: pipeline, SourceType: "SageMakerPipeline" },
    ...{ CreationTime: at, LastModifiedTime: at },
  });
  if (account.lineageGroups.length === 0) {
    const group = "sagemaker-default-lineage-group";
    account.lineageGroups.put({
      ...{ LineageGroupArn: arn(account, `lineage-group/${group}`), LineageGroupName: group, DisplayName: group },
      ...{ CreationTime: at, LastModifiedTime: at },
    });
  }
  return name;
}

/** The trial of a run. Answers the names of experiment and trial. */
function addTrial(account: SimulatedAccount, run: Run): { ExperimentName: string; TrialName: string } {
  const ExperimentName = addExperiment(account, run);
  const TrialName = `${run.project}-${run.id}`;
  if (account.trials.find("TrialName", TrialName) === undefined) {
    const source = arn(account, `pipeline/${run.project}`);
    account.trials.put({
      ...{ TrialArn: arn(account, `experiment-trial/${TrialName}`), TrialName, DisplayName: TrialName, ExperimentName },
      TrialSource: { SourceArn: source, SourceType: "SageMakerPipeline" },
      ...{ CreationTime: run.at, LastModifiedTime: run.at },
    });
    const pipeline = account.pipelines.find("PipelineArn", source);
    if (pipeline) account.pipelines.put({ ...pipeline, LastExecutionTime: run.at });
  }
  return { ExperimentName, TrialName };
}

/** A trial component and the job behind it. */
function addJob(account: SimulatedAccount, end: End, name: string, run: Run, running: boolean): void {
  const [, jobName = name, kind = "processing"] = /^(.+)-aws-(processing|training|transform)-job$/.exec(name) ?? [];
  const random = seededRandom(name);
  const ended = end.at + random.integer(4 * MINUTE, 3 * HOUR);
  const time = running ? { LastModifiedTime: end.at } : { LastModifiedTime: ended };
  const status = running ? "InProgress" : "Completed";
  const jobArn = arn(account, `${kind}-job/${jobName}`);
  const job = { CreationTime: end.at, ...time };
  if (kind === "training") {
    account.trainingJobs.put({
      ...{ TrainingJobName: jobName, TrainingJobArn: jobArn, TrainingJobStatus: status, ...job },
      SecondaryStatus: running ? "Training" : "Completed",
      ...(!running && { TrainingEndTime: ended }),
      ...(random.chance(0.2) && { WarmPoolStatus: { Status: running ? "InUse" : "Terminated" } }),
    });
  } else if (kind === "transform") {
    addModel(account, run);
    const transform = {
      TransformJobName: jobName,
      TransformJobArn: jobArn,
      TransformJobStatus: status,
      ...job,
    } as const;
    account.transformJobs.put({ ...transform, ...(!running && { TransformEndTime: ended }) });
  } else {
    const processing = {
      ProcessingJobName: jobName,
      ProcessingJobArn: jobArn,
      ProcessingJobStatus: status,
      ...job,
    } as const;
    account.processingJobs.put({ ...processing, ...(!running && { ProcessingEndTime: ended }) });
  }
  account.trialComponents.put({
    ...{
      TrialComponentArn: end.arn,
      TrialComponentName: name,
      DisplayName: jobName,
      ...addTrial(account, run),
      ...job,
    },
    TrialComponentSource: { SourceArn: jobArn, SourceType: end.type },
    Status: { PrimaryStatus: status },
    ...{ StartTime: end.at, ...(!running && { EndTime: ended }) },
    ...(end.person && { CreatedBy: end.person }),
  });
}
