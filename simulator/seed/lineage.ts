import type { Random } from "../random.ts";
import type { Association, UserContext } from "../shapes.ts";
import { DAY, HOUR, MINUTE, type Owner } from "./owner.ts";
import { artifact, type Entity, job, named, type Project, projectsOf } from "./projects.ts";

/** The months before the base instant that the lineage was made in. */
const SPAN = 180 * DAY;
/** The longest that a pipeline run takes, generously. */
const MAX_RUN = 12 * HOUR;

/** One run of a project's pipeline, while it is being made up. */
interface Run {
  readonly random: Random;
  readonly owner: Owner;
  readonly project: Project;
  readonly id: string;
  readonly person: UserContext | undefined;
  /** The latest model of the project before this run. */
  readonly previousModel: Entity | undefined;
  /** What happened so far, and when the next thing happens. */
  readonly associations: Association[];
  clock: number;
}

/** About six months of pipeline runs: exactly `count` associations, all created before `baseTime`. */
export function seedLineage(random: Random, owner: Owner, baseTime: number, count: number): Association[] {
  const projects = projectsOf(owner);
  const latestModels = new Map<Project, Entity>();
  const associations: Association[] = [];
  while (associations.length < count) {
    const project = random.pick(projects);
    const elapsed = (SPAN * associations.length) / count;
    const run = startRun(random, owner, project, baseTime - MAX_RUN - SPAN + elapsed, latestModels.get(project));
    latestModels.set(project, wholeRun(run));
    for (const association of run.associations) associations.push(association);
  }
  return associations.slice(0, count);
}

/** What one step of a pipeline run adds: a few associations, all created at `now`. */
export function lineageStep(random: Random, owner: Owner, now: number): Association[] {
  const run = startRun(random, owner, random.pick(projectsOf(owner)), now);
  const model = artifact(random, owner, "Model");
  const step = random.integer(0, 3);
  if (step === 0) prepare(run);
  else if (step === 1) train(run, run.project.rawData);
  else if (step === 2) register(run, model);
  else evaluate(run, model, artifact(random, owner, "DataSet"));
  return run.associations.map((association) => ({ ...association, CreationTime: now }));
}

function startRun(random: Random, owner: Owner, project: Project, clock: number, previousModel?: Entity): Run {
  const person = random.chance(0.3) ? random.pick(project.people) : undefined;
  const id = random.hex(12);
  return { random, owner, project, id, person, previousModel, associations: [], clock };
}

function wholeRun(run: Run): Entity {
  const data = prepare(run);
  pass(run, 10 * MINUTE, 40 * MINUTE);
  const model = train(run, data.slice(0, 2));
  pass(run, 5 * MINUTE, 4 * HOUR);
  evaluate(run, model, data[2] ?? run.project.rawData[0] ?? model);
  pass(run, MINUTE, 20 * MINUTE);
  register(run, model);
  pass(run, MINUTE, 2 * HOUR);
  if (run.random.chance(0.4)) deploy(run, model);
  if (run.random.chance(0.3)) transform(run, model);
  return model;
}

/** Raw data → processing job → training, validation and test sets. */
function prepare(run: Run): Entity[] {
  const { random, owner, project } = run;
  const work = job(owner, "Processing", jobName(run, "prepare"));
  link(run, project.processingImage, work, "ContributedTo");
  for (const source of project.rawData) link(run, source, work, "ContributedTo");
  pass(run, 4 * MINUTE, 50 * MINUTE);
  const sets = ["train", "validation", "test"].map((part) => {
    return artifact(random, owner, "DataSet", random.chance(0.7) ? `${project.name}-${part}-${run.id}` : undefined);
  });
  for (const set of sets) link(run, work, set, "Produced");
  const [raw] = project.rawData;
  const [train] = sets;
  if (raw && train && random.chance(0.2)) link(run, train, raw, "DerivedFrom");
  return sets;
}

/** Data sets → training job → model. */
function train(run: Run, data: readonly Entity[]): Entity {
  const { random, owner, project } = run;
  const work = job(owner, "Training", jobName(run, "train"));
  link(run, project.trainingImage, work, "ContributedTo");
  for (const set of data) link(run, set, work, "ContributedTo");
  link(run, work, project.experiment, "AssociatedWith");
  pass(run, 20 * MINUTE, 3 * HOUR);
  const model = artifact(random, owner, "Model", random.chance(0.8) ? `${project.name}-model-${run.id}` : undefined);
  link(run, work, model, "Produced");
  if (run.previousModel && random.chance(0.25)) link(run, model, run.previousModel, "DerivedFrom");
  return model;
}

/** Model and test set → processing job → report. */
function evaluate(run: Run, model: Entity, testSet: Entity): void {
  const { random, owner, project } = run;
  const work = job(owner, "Processing", jobName(run, "evaluate"));
  link(run, model, work, "ContributedTo");
  link(run, testSet, work, "ContributedTo");
  pass(run, 3 * MINUTE, 15 * MINUTE);
  link(run, work, artifact(random, owner, "DataSet", `${project.name}-evaluation-${run.id}`), "Produced");
}

/** The model joins its group under a name of its own, and somebody approves it. */
function register(run: Run, model: Entity): void {
  const { random, owner, project } = run;
  const version = artifact(random, owner, "Model", `${project.name}-package-${run.id}`);
  link(run, model, version, "SameAs");
  link(run, version, project.modelGroup, "AssociatedWith");
  const approval = named(owner, "action", "Approval", `${project.name}-${run.id}-aws-model-approval`);
  link(run, version, approval, "ContributedTo", random.pick(project.people));
}

/** Model → deployment → endpoint. */
function deploy(run: Run, model: Entity): void {
  const { owner, project } = run;
  const deployment = named(owner, "action", "ModelDeployment", `${project.name}-${run.id}-aws-endpoint`);
  link(run, model, deployment, "ContributedTo");
  link(run, deployment, project.endpoint, "AssociatedWith");
}

/** Model and raw data → transform job → predictions. */
function transform(run: Run, model: Entity): void {
  const { random, owner, project } = run;
  const work = job(owner, "Transform", jobName(run, "predict"));
  link(run, model, work, "ContributedTo");
  for (const source of project.rawData.slice(0, 1)) link(run, source, work, "ContributedTo");
  pass(run, 5 * MINUTE, 30 * MINUTE);
  link(run, work, artifact(random, owner, "DataSet"), "Produced");
}

function link(
  run: Run,
  from: Entity,
  to: Entity,
  type: NonNullable<Association["AssociationType"]>,
  person: UserContext | undefined = run.person,
): void {
  run.associations.push({
    SourceArn: from.arn,
    DestinationArn: to.arn,
    SourceType: from.type,
    DestinationType: to.type,
    AssociationType: type,
    ...(from.name !== undefined && { SourceName: from.name }),
    ...(to.name !== undefined && { DestinationName: to.name }),
    CreationTime: Math.floor(run.clock),
    ...(person !== undefined && { CreatedBy: person }),
  });
  run.clock += run.random.pick([0, 0, 7, 41, 260]);
}

function jobName(run: Run, step: string): string {
  return `pipelines-${run.id}-${run.project.name}-${step}`;
}

function pass(run: Run, least: number, most: number): void {
  run.clock += run.random.integer(least, most);
}
