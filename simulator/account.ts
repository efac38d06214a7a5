import type * as shapes from "./shapes.ts";
import { type Member, Table } from "./table.ts";

/** What a simulated account holds of each kind. */
export interface Rows {
  associations: shapes.Association;
  artifacts: shapes.Artifact;
  actions: shapes.Action;
  contexts: shapes.Context;
  trialComponents: shapes.TrialComponent;
  trials: shapes.Trial;
  experiments: shapes.Experiment;
  lineageGroups: shapes.LineageGroup;
  modelPackages: shapes.ModelPackage;
  modelPackageGroups: shapes.ModelPackageGroup;
  models: shapes.Model;
  endpointConfigs: shapes.EndpointConfig;
  endpoints: shapes.Endpoint;
  inferenceComponents: shapes.InferenceComponent;
  trainingJobs: shapes.TrainingJob;
  processingJobs: shapes.ProcessingJob;
  transformJobs: shapes.TransformJob;
  pipelines: shapes.Pipeline;
  memberships: shapes.Membership;
  collaborations: shapes.Collaboration;
  members: shapes.Member;
  configuredTables: shapes.ConfiguredTable;
  configuredTableAssociations: shapes.ConfiguredTableAssociation;
  images: shapes.WorkspaceImage;
  imageAssociations: shapes.ImageAssociation;
  imagePermissions: shapes.ImagePermission;
  bundles: shapes.Bundle;
  bundleAssociations: shapes.BundleAssociation;
  applications: shapes.Application;
  workspaces: shapes.Workspace;
  workspaceAssociations: shapes.WorkspaceAssociation;
  accountAssociations: shapes.AccountAssociation;
  connectorDestinations: shapes.ConnectorDestination;
  cloudConnectors: shapes.CloudConnector;
  managedThings: shapes.ManagedThing;
  managedThingAssociations: shapes.ManagedThingAssociation;
}

export type TableName = keyof Rows;

/** What tells the rows of each table apart, in the order in which they sort. */
const IDENTITY: { readonly [Name in TableName]: readonly Member<Rows[Name]>[] } = {
  associations: ["CreationTime", "SourceArn", "DestinationArn"],
  artifacts: ["CreationTime", "ArtifactArn"],
  actions: ["CreationTime", "ActionArn"],
  contexts: ["CreationTime", "ContextArn"],
  trialComponents: ["CreationTime", "TrialComponentArn"],
  trials: ["CreationTime", "TrialArn"],
  experiments: ["CreationTime", "ExperimentArn"],
  lineageGroups: ["CreationTime", "LineageGroupArn"],
  modelPackages: ["CreationTime", "ModelPackageArn"],
  modelPackageGroups: ["CreationTime", "ModelPackageGroupArn"],
  models: ["CreationTime", "ModelArn"],
  endpointConfigs: ["CreationTime", "EndpointConfigArn"],
  endpoints: ["CreationTime", "EndpointArn"],
  inferenceComponents: ["CreationTime", "InferenceComponentArn"],
  trainingJobs: ["CreationTime", "TrainingJobArn"],
  processingJobs: ["CreationTime", "ProcessingJobArn"],
  transformJobs: ["CreationTime", "TransformJobArn"],
  pipelines: ["CreationTime", "PipelineArn"],
  memberships: ["arn"],
  collaborations: ["arn"],
  members: ["collaborationId", "accountId"],
  configuredTables: ["arn"],
  configuredTableAssociations: ["arn"],
  images: ["ImageId"],
  imageAssociations: ["ImageId", "AssociatedResourceId"],
  imagePermissions: ["ImageId", "SharedAccountId"],
  bundles: ["BundleId"],
  bundleAssociations: ["BundleId", "AssociatedResourceId"],
  applications: ["ApplicationId"],
  workspaces: ["WorkspaceId"],
  workspaceAssociations: ["WorkspaceId", "AssociatedResourceId"],
  accountAssociations: ["AccountAssociationId"],
  connectorDestinations: ["Id"],
  cloudConnectors: ["Id"],
  managedThings: ["Arn"],
  managedThingAssociations: ["ManagedThingId", "AccountAssociationId"],
};

/** The members that tell the rows of a table apart. */
export function identityOf(table: TableName): readonly string[] {
  return IDENTITY[table];
}

/** Rows that belong to one row of another table: they are listed by it, and go with it. */
interface Belonging {
  readonly table: TableName;
  readonly member: string;
  readonly parent: TableName;
  /** The parent's member that `member` repeats. */
  readonly id: string;
}

const BELONGINGS: readonly Belonging[] = [
  { table: "trials", member: "ExperimentName", parent: "experiments", id: "ExperimentName" },
  { table: "trialComponents", member: "ExperimentName", parent: "experiments", id: "ExperimentName" },
  { table: "trialComponents", member: "TrialName", parent: "trials", id: "TrialName" },
  { table: "members", member: "collaborationId", parent: "collaborations", id: "id" },
  { table: "configuredTableAssociations", member: "membershipId", parent: "memberships", id: "id" },
  { table: "imageAssociations", member: "ImageId", parent: "images", id: "ImageId" },
  { table: "imagePermissions", member: "ImageId", parent: "images", id: "ImageId" },
  { table: "bundleAssociations", member: "BundleId", parent: "bundles", id: "BundleId" },
  { table: "workspaceAssociations", member: "WorkspaceId", parent: "workspaces", id: "WorkspaceId" },
];

/** How a table's rows belong to those of another. Throws when they do not. */
export function belonging(table: TableName, parent: TableName): Belonging {
  const found = BELONGINGS.find((each) => each.table === table && each.parent === parent);
  if (found === undefined) throw new Error(`${table} do not belong to ${parent}`);
  return found;
}

type Tables = { readonly [Name in TableName]: Table<Rows[Name]> };

/** A simulated account as plain data, in any order. */
interface AccountData extends Partial<{ [Name in TableName]: Iterable<Rows[Name]> }> {
  accountId: string;
  region: string;
  /** How many steps this account has drifted. */
  steps?: number;
}

/** Whatever a table is of, as its rows are read and written by name. */
export type AnyRow = Record<string, unknown>;
export type AnyTable = Table<AnyRow>;

const TABLE_NAMES = Object.keys(IDENTITY) as TableName[];

const WithTables = class {
  constructor(data: AccountData) {
    for (const name of TABLE_NAMES) {
      const identity: readonly string[] = IDENTITY[name];
      Object.assign(this, { [name]: new Table<AnyRow>(identity, data[name] as Iterable<AnyRow> | undefined) });
    }
  }
} as unknown as new (
  data: AccountData,
) => Tables;

const FORMAT = 2;

/**
 * One account in one region, as the simulator answers from it. Every table can be edited at any time with `put` (add or
 * replace) and `remove`; a walk in progress then sees what a service would show it.
 */
export class SimulatedAccount extends WithTables {
  readonly accountId: string;
  readonly region: string;
  steps: number;

  constructor(data: AccountData) {
    super(data);
    this.accountId = data.accountId;
    this.region = data.region;
    this.steps = data.steps ?? 0;
  }

  /** A table whose kind is not known here. */
  table(name: TableName): AnyTable {
    return this[name] as unknown as AnyTable;
  }

  /** The applications associated with an image, in the order of their ids. */
  imageAssociationsOf(imageId: string): shapes.ImageAssociation[] {
    return [...this.imageAssociations].filter(({ ImageId }) => ImageId === imageId);
  }

  /** Removes an image and what belongs to it; false when there is no such image. */
  removeImage(imageId: string): boolean {
    return this.removeWithBelongings("images", "ImageId", imageId);
  }

  /** Removes the row that has this value, and what belongs to it; false when there is none. */
  removeWithBelongings(name: TableName, member: string, value: unknown): boolean {
    const row = this.table(name).find(member, value);
    if (row === undefined) return false;
    for (const { table, member: repeated, id } of BELONGINGS.filter(({ parent }) => parent === name)) {
      for (const child of [...this.table(table)]) if (child[repeated] === row[id]) this.table(table).remove(child);
    }
    return this.table(name).remove(row);
  }

  /** The whole account as text, for `load`. */
  save(): string {
    const { accountId, region, steps } = this;
    const rows = TABLE_NAMES.map((name) => [name, [...this.table(name)]]);
    return JSON.stringify({ format: FORMAT, accountId, region, steps, ...Object.fromEntries(rows) });
  }

  /** The account that `save` wrote. Throws when the text is something else. */
  static load(text: string): SimulatedAccount {
    const data: unknown = JSON.parse(text);
    if (!isSaved(data)) throw new Error(`Not a simulated account that this version saved (format ${FORMAT})`);
    return new SimulatedAccount(data);
  }
}

function isSaved(data: unknown): data is AccountData {
  return typeof data === "object" && data !== null && "format" in data && data.format === FORMAT;
}
