import type { SimulatedAccount } from "../account.ts";
import { seededRandom } from "../random.ts";
import type { ModelPackage } from "../shapes.ts";
import { DAY } from "./owner.ts";
import { projectsOf } from "./projects.ts";

/** One run of a project's pipeline, as the names of what it made tell. */
export interface Run {
  readonly project: string;
  readonly id: string;
  /** When what is being added was made. */
  readonly at: number;
}

/** Whose endpoints serve several adapters as inference components. */
const WITH_COMPONENTS = ["support-intent", "search-ranking"];

function arn({ accountId, region }: SimulatedAccount, resource: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${resource}`;
}

/** The package that a run registered, the next version of its project's group. Answers its ARN. */
export function addModelPackage(account: SimulatedAccount, { project, id, at }: Run): string {
  const group = `${project}-models`;
  const description = `Registered by run ${id}`;
  const versions = [...account.modelPackages].filter(({ ModelPackageGroupName }) => ModelPackageGroupName === group);
  const known = versions.find(({ ModelPackageDescription }) => ModelPackageDescription === description);
  if (known) return known.ModelPackageArn;
  addGroup(account, project, at);
  const version = versions.length + 1;
  const added: ModelPackage = {
    ...{ ModelPackageGroupName: group, ModelPackageVersion: version, ModelPackageDescription: description },
    ModelPackageArn: arn(account, `model-package/${group}/${version}`),
    CreationTime: at,
    ModelPackageStatus: "Completed",
    ModelApprovalStatus: "PendingManualApproval",
    ModelPackageRegistrationType: "Registered",
  };
  account.modelPackages.put(added);
  return added.ModelPackageArn;
}

function addGroup(account: SimulatedAccount, project: string, at: number): void {
  const name = `${project}-models`;
  if (account.modelPackageGroups.find("ModelPackageGroupName", name) !== undefined) return;
  account.modelPackageGroups.put({
    ...{ ModelPackageGroupName: name, ModelPackageGroupArn: arn(account, `model-package-group/${name}`) },
    ModelPackageGroupDescription: `Versions of the ${project} model`,
    CreationTime: at,
    ModelPackageGroupStatus: "Completed",
  });
}

/** Somebody approves or rejects a package, which ends the action that waited for it. */
export function decide(account: SimulatedAccount, item: ModelPackage, approved: boolean, now: number): void {
  account.modelPackages.put({ ...item, ModelApprovalStatus: approved ? "Approved" : "Rejected" });
  for (const action of [...account.actions]) {
    if (action.ActionType !== "Approval" || action.Source?.SourceUri !== item.ModelPackageArn) continue;
    account.actions.put({ ...action, Status: "Completed", LastModifiedTime: now });
  }
}

/** What people decided on the packages of more than three days ago; and one that was published without a group. */
export function seedDecisions(account: SimulatedAccount, baseTime: number): void {
  for (const item of [...account.modelPackages].filter(({ CreationTime }) => CreationTime < baseTime - 3 * DAY)) {
    const random = seededRandom(item.ModelPackageArn);
    const stage = random.chance(0.3) && { ModelLifeCycle: { Stage: "Production", StageStatus: "Approved" } };
    decide(account, { ...item, ...stage }, stage !== false || random.chance(0.7), item.CreationTime + DAY);
  }
  const name = "shared-embeddings";
  account.modelPackages.put({
    ...{ ModelPackageName: name, ModelPackageArn: arn(account, `model-package/${name}`) },
    ModelPackageDescription: "Text embeddings for every team",
    CreationTime: baseTime - 90 * DAY,
    ModelPackageStatus: "Completed",
  });
}

/** A model, its endpoint configuration, and the project's endpoint that it is deployed to. Answers the endpoint's ARN. */
export function addDeployment(account: SimulatedAccount, run: Run): string {
  const name = `${run.project}-${run.id}`;
  const context = projectsOf(account).find((project) => project.name === run.project)?.endpoint.name ?? name;
  const EndpointName = context.replace(/-aws-endpoint$/, "");
  const EndpointArn = arn(account, `endpoint/${EndpointName}`);
  if (account.endpointConfigs.find("EndpointConfigName", name) !== undefined) return EndpointArn;
  addModel(account, run);
  const config = { EndpointConfigName: name, EndpointConfigArn: arn(account, `endpoint-config/${name}`) };
  account.endpointConfigs.put({ ...config, CreationTime: run.at });
  const endpoint = account.endpoints.find("EndpointName", EndpointName);
  const CreationTime = endpoint?.CreationTime ?? run.at;
  const times = { CreationTime, LastModifiedTime: run.at };
  account.endpoints.put({ EndpointName, EndpointArn, ...times, EndpointStatus: "InService" });
  if (endpoint === undefined && WITH_COMPONENTS.includes(run.project)) {
    for (const tenant of ["retail", "wholesale", "partners"]) {
      const component = `${run.project}-${tenant}`;
      account.inferenceComponents.put({
        InferenceComponentName: component,
        InferenceComponentArn: arn(account, `inference-component/${component}`),
        ...{ EndpointArn, EndpointName, VariantName: "AllTraffic", InferenceComponentStatus: "InService", ...times },
      });
    }
  }
  return EndpointArn;
}

/** The model that a run's transform job or endpoint loads. */
export function addModel(account: SimulatedAccount, { project, id, at }: Run): void {
  const ModelName = `${project}-${id}`;
  if (account.models.find("ModelName", ModelName) !== undefined) return;
  account.models.put({ ModelName, ModelArn: arn(account, `model/${ModelName}`), CreationTime: at });
}
