import { type Random, seededRandom } from "../random.ts";
import type { UserContext } from "../shapes.ts";
import type { Owner } from "./owner.ts";

/** Anything that lineage links: an artifact, a trial component (a job), an action or a context. */
export interface Entity {
  readonly arn: string;
  readonly type: string;
  readonly name?: string;
}

/** A model that a team trains again and again, and what its pipeline runs have in common. */
export interface Project {
  readonly name: string;
  readonly rawData: readonly Entity[];
  readonly processingImage: Entity;
  readonly trainingImage: Entity;
  readonly experiment: Entity;
  readonly modelGroup: Entity;
  readonly endpoint: Entity;
  readonly people: readonly UserContext[];
}

/** The projects of every account. */
export const PROJECT_NAMES = [
  "churn",
  "fraud-scoring",
  "demand-forecast",
  "search-ranking",
  "defect-vision",
  "support-intent",
];
const PEOPLE = ["amara-okafor", "jonas-lind", "mei-tanaka", "ruth-alvarez", "sam-whitlock"];

/** The projects of an account: always the same ones for the same account and region. */
export function projectsOf(owner: Owner): Project[] {
  const people = PEOPLE.map((name) => person(owner, name));
  return PROJECT_NAMES.map((name) => project(owner, name, people));
}

/** A new artifact; the service gives it an id of 32 hexadecimal digits. */
export function artifact(random: Random, owner: Owner, type: string, name?: string): Entity {
  return { arn: arn(owner, `artifact/${random.hex(32)}`), type, ...(name !== undefined && { name }) };
}

/** The trial component that SageMaker keeps for a job. */
export function job(owner: Owner, kind: "Processing" | "Training" | "Transform", jobName: string): Entity {
  const name = `${jobName}-aws-${kind.toLowerCase()}-job`;
  return { arn: arn(owner, `experiment-trial-component/${name}`), type: `SageMaker${kind}Job`, name };
}

/** An action or a context. */
export function named(owner: Owner, kind: "action" | "context" | "experiment", type: string, name: string): Entity {
  return { arn: arn(owner, `${kind}/${name}`), type, name };
}

function project(owner: Owner, name: string, people: readonly UserContext[]): Project {
  const random = seededRandom(`${owner.accountId}/${owner.region}/${name}`);
  return {
    name,
    rawData: ["events", "profiles", "labels"].map((part) => artifact(random, owner, "DataSet", `${name}-${part}`)),
    processingImage: artifact(random, owner, "Image"),
    trainingImage: artifact(random, owner, "Image", `${name}-trainer`),
    experiment: named(owner, "experiment", "Experiment", `${name}-pipeline`),
    modelGroup: named(owner, "context", "ModelGroup", `${name}-models-aws-model-group`),
    endpoint: named(owner, "context", "Endpoint", `${name}-${random.hex(6)}-aws-endpoint`),
    people,
  };
}

function person(owner: Owner, name: string): UserContext {
  const random = seededRandom(`${owner.accountId}/people/${name}`);
  const domain = `d-${seededRandom(`${owner.accountId}/${owner.region}/domain`).text("abcdefghij0123456789", 12)}`;
  const role = "AmazonSageMaker-ExecutionRole";
  return {
    UserProfileArn: arn(owner, `user-profile/${domain}/${name}`),
    UserProfileName: name,
    DomainId: domain,
    IamIdentity: {
      Arn: `arn:aws:sts::${owner.accountId}:assumed-role/${role}/SageMaker`,
      PrincipalId: `AROA${random.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 17)}:SageMaker`,
      SourceIdentity: name,
    },
  };
}

function arn({ accountId, region }: Owner, resource: string): string {
  return `arn:aws:sagemaker:${region}:${accountId}:${resource}`;
}
