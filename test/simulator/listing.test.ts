import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { TableName } from "../../simulator/account.ts";
import { OPERATIONS, type OperationName } from "../../simulator/operations/registry.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import type * as shapes from "../../simulator/shapes.ts";
import { TABLES } from "./tables.ts";
import { accountAssociationPages, allPages, associationPages, dated, imagePages, membershipPages } from "./walk.ts";
import { Wire } from "./wire.ts";

const BASE_TIME = Date.parse("2025-06-01T00:00:00.000Z");

/** The operations that sort; associations have tests of their own. */
const SORTED = TABLES.filter(([name]) => name !== "ListAssociations" && OPERATIONS[name].rules.SortBy !== undefined);
const ACCOUNT = seedAccount({ baseTime: BASE_TIME, images: 40 });
const TRIAL = ACCOUNT.trials.at(7)?.TrialName;
const GROUP = ACCOUNT.modelPackageGroups.find("ModelPackageGroupName", "churn-models")?.ModelPackageGroupArn;
const inGroup = (row: shapes.ModelPackage) => row.ModelPackageGroupName === "churn-models";

let simulator: Simulator;
let wire: Wire;

beforeAll(async () => {
  simulator = await startSimulator({ account: ACCOUNT });
  wire = new Wire(simulator);
});

afterEach(() => {
  expect(wire.problems.splice(0)).toEqual([]);
});

afterAll(async () => {
  wire.close();
  await simulator.close();
});

function lineage() {
  return [...simulator.account.associations];
}

describe("ListAssociations", () => {
  test("answers the whole account, oldest first when asked to", async () => {
    const before = simulator.requests.ListAssociations;
    const pages = await associationPages(wire, { SortOrder: "Ascending" });
    expect(pages.flat()).toEqual(lineage().map((item) => dated(item, "CreationTime")));
    expect(pages.map((page) => page.length)).toEqual(Array(30).fill(100));
    expect(simulator.requests.ListAssociations - before).toBe(30);
  });

  test("is newest first and ten at a time unless told otherwise", async () => {
    const [first, second] = await associationPages(wire, { MaxResults: undefined, CreatedAfter: newest(25) });
    const expected = lineage().reverse();
    expect(first).toEqual(expected.slice(0, 10).map((item) => dated(item, "CreationTime")));
    expect(second).toEqual(expected.slice(10, 20).map((item) => dated(item, "CreationTime")));
  });

  test("has a window of creation that includes both ends", async () => {
    const [from, to] = [lineage()[100], lineage()[400]];
    const window = { CreatedAfter: new Date(from?.CreationTime ?? 0), CreatedBefore: new Date(to?.CreationTime ?? 0) };
    const listed = (await associationPages(wire, { ...window, SortOrder: "Ascending" })).flat();
    const expected = lineage().filter(
      ({ CreationTime }) => CreationTime >= (from?.CreationTime ?? 0) && CreationTime <= (to?.CreationTime ?? 0),
    );
    expect(listed).toEqual(expected.map((item) => dated(item, "CreationTime")));
    expect(expected.length).toBeGreaterThan(300);
    const bySource = (await associationPages(wire, { ...window, SortBy: "SourceArn" })).flat();
    expect(bySource).toHaveLength(expected.length);
    expect((await associationPages(wire, { CreatedAfter: new Date(BASE_TIME) })).flat()).toEqual([]);
  });

  test("filters by each member", async () => {
    const some = lineage()[777];
    for (const name of ["SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType"] as const) {
      const listed = (await associationPages(wire, { [name]: some?.[name], SortOrder: "Ascending" })).flat();
      const expected = lineage().filter((item) => item[name] === some?.[name]);
      expect(listed).toEqual(expected.map((item) => dated(item, "CreationTime")));
    }
  });

  test("sorts by each member, both ways", async () => {
    for (const SortBy of ["SourceArn", "DestinationArn", "SourceType", "DestinationType"] as const) {
      const up = (await associationPages(wire, { SortBy, SortOrder: "Ascending" })).flat();
      expect(up).toHaveLength(3000);
      expect(up.map((item) => item[SortBy])).toEqual(up.map((item) => item[SortBy]).sort());
      expect((await associationPages(wire, { SortBy })).flat()).toEqual(up.reverse());
    }
  });
});

describe("ListMemberships", () => {
  test("answers the whole account in pages that may be short or empty", async () => {
    const pages = await membershipPages(wire);
    const expected = [...simulator.account.memberships].map((item) => dated(item, "createTime", "updateTime"));
    expect(pages.flat()).toEqual(expected);
    expect(pages.map((page) => page.length)).toEqual([8, 0, 4]);
    expect((await membershipPages(wire, { maxResults: 1 })).flat()).toEqual(expected);
  });

  test("filters by status", async () => {
    for (const status of ["ACTIVE", "REMOVED", "COLLABORATION_DELETED"] as const) {
      const listed = (await membershipPages(wire, { status })).flat();
      expect(listed.length).toBeGreaterThan(1);
      expect(listed).toHaveLength([...simulator.account.memberships].filter((item) => item.status === status).length);
    }
  });
});

describe("ListAccountAssociations", () => {
  test("answers the whole account", async () => {
    const expected = [...simulator.account.accountAssociations];
    expect((await accountAssociationPages(wire)).flat()).toEqual(expected);
    const pages = await accountAssociationPages(wire, { MaxResults: "7" });
    expect(pages.flat()).toEqual(expected);
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 7, 5]);
  });

  test("filters by connector destination", async () => {
    const all = [...simulator.account.accountAssociations];
    const ConnectorDestinationId = all.find((item) => item.ConnectorDestinationId)?.ConnectorDestinationId ?? "";
    const listed = (await accountAssociationPages(wire, { ConnectorDestinationId })).flat();
    expect(listed).toEqual(all.filter((item) => item.ConnectorDestinationId === ConnectorDestinationId));
  });
});

describe("DescribeWorkspaceImages", () => {
  test("answers the whole account", async () => {
    const pages = await imagePages(wire, { MaxResults: undefined });
    expect(pages.flat()).toEqual([...simulator.account.images].map((item) => dated(item, "Created")));
    expect(pages.map((page) => page.length)).toEqual([25, 15]);
  });

  test("filters by type and by id", async () => {
    const all = [...simulator.account.images];
    const owned = all.filter((image) => image.OwnerAccountId === simulator.account.accountId);
    const ids = async (input: Parameters<typeof imagePages>[1]) =>
      (await imagePages(wire, input)).flat().map((image) => image.ImageId);
    expect(await ids({ ImageType: "OWNED" })).toEqual(owned.map((image) => image.ImageId));
    expect(await ids({ ImageType: "SHARED" })).toHaveLength(all.length - owned.length);
    const wanted = all.slice(3, 9).map((image) => image.ImageId);
    expect(await ids({ ImageIds: [...wanted, "wsi-000000000"], MaxResults: 4 })).toEqual(wanted);
  });
});

describe("every operation", () => {
  test.each(TABLES)("%s answers all %s, in pages of any size", async (name, table) => {
    const { identityMember, paging } = OPERATIONS[name];
    const names = (items: Iterable<object>) => [...items].map((item) => Reflect.get(item, identityMember)).sort();
    const expected = names(simulator.account[table] as Iterable<object>);
    expect(names((await allPages(wire, name)).flat())).toEqual(expected);
    if (table === "associations" || paging?.size === undefined) return;
    const pages = await allPages(wire, name, {
      [paging.size]: Math.min(25, Math.max(2, Math.floor(expected.length / 5))),
    });
    expect(names(pages.flat())).toEqual(expected);
    expect(pages.length).toBeGreaterThan(expected.length > 10 ? 4 : 0);
  });

  test.each(SORTED)("%s sorts by creation, ascending and descending, and takes a window of it", async (name) => {
    const { rules } = OPERATIONS[name];
    const order = { SortBy: "CreationTime", SortOrder: "Ascending" };
    const times = (pages: Record<string, unknown>[][]) => pages.flat().map((item) => Number(item.CreationTime));
    const all = times(await allPages(wire, name, order));
    expect(all).toEqual([...all].sort((a, b) => a - b));
    expect(times(await allPages(wire, name, { ...order, SortOrder: "Descending" }))).toEqual([...all].reverse());
    const [from = 0, until = 0] = [all[Math.floor(all.length / 4)], all[Math.floor(all.length / 2)]];
    const strict = rules.CreatedAfter === undefined;
    const [after, before] = strict ? ["CreationTimeAfter", "CreationTimeBefore"] : ["CreatedAfter", "CreatedBefore"];
    const window = { [after]: new Date(from), [before]: new Date(until) };
    const inside = (time: number) => (strict ? time > from && time < until : time >= from && time <= until);
    expect(times(await allPages(wire, name, { ...order, ...window }))).toEqual(all.filter(inside));
  });

  test.each<[OperationName, object, (row: never) => boolean]>([
    ["ListArtifacts", { ArtifactType: "Model" }, (row: shapes.Artifact) => row.ArtifactType === "Model"],
    ["ListTrialComponents", { TrialName: TRIAL }, (row: shapes.TrialComponent) => row.TrialName === TRIAL],
    [
      "ListTrials",
      { ExperimentName: "churn-pipeline" },
      (row: shapes.Trial) => row.ExperimentName === "churn-pipeline",
    ],
    ["ListModelPackages", { ModelPackageType: "Unversioned" }, (row: shapes.ModelPackage) => !row.ModelPackageVersion],
    ["ListModelPackages", { ModelPackageType: "Versioned" }, (row: shapes.ModelPackage) => !!row.ModelPackageVersion],
    ["ListModelPackages", { ModelPackageGroupName: "churn-models" }, inGroup],
    ["ListModelPackages", { ModelPackageGroupName: GROUP }, inGroup],
    ["ListModels", { NameContains: "churn" }, (row: shapes.Model) => row.ModelName.includes("churn")],
    ["ListPipelines", { PipelineNamePrefix: "fr" }, (row: shapes.Pipeline) => row.PipelineName === "fraud-scoring"],
    [
      "ListTrainingJobs",
      { StatusEquals: "Completed" },
      (row: shapes.TrainingJob) => row.TrainingJobStatus === "Completed",
    ],
    ["ListTrainingJobs", { StatusEquals: "Deleting" }, () => false],
    ["ListCollaborations", { memberStatus: "INVITED" }, (row: shapes.Collaboration) => row.memberStatus === "INVITED"],
    ["ListManagedThings", { RoleFilter: "CONTROLLER" }, (row: shapes.ManagedThing) => row.Role === "CONTROLLER"],
    ["ListCloudConnectors", { Type: "LISTED" }, (row: shapes.CloudConnector) => row.Type === "LISTED"],
    ["DescribeWorkspaces", { UserName: "mei.tanaka" }, (row: shapes.Workspace) => row.UserName === "mei.tanaka"],
    ["DescribeApplications", { ComputeTypeNames: ["POWER", "VALUE"] }, () => true],
    ["DescribeApplications", { ComputeTypeNames: ["VALUE"] }, () => false],
  ])("%s filters by %o", async (name, filter, passes) => {
    const table = TABLES.find(([operation]) => operation === name)?.[1] ?? "associations";
    const expected = [...(simulator.account[table] as Iterable<object>)].filter(passes as (row: object) => boolean);
    expect((await allPages(wire, name, filter)).flat()).toHaveLength(expected.length);
  });

  test("ListModelPackages lists those without a version when it is asked for no type", async () => {
    const { ModelPackageSummaryList } = await wire.send("ListModelPackages");
    expect(ModelPackageSummaryList).toMatchObject([{ ModelPackageName: "shared-embeddings" }]);
  });

  test("a filter by the time of change goes through page after page of nothing", async () => {
    const LastModifiedTimeAfter = new Date(BASE_TIME + 86_400_000);
    const pages = await allPages(wire, "ListTrainingJobs", { LastModifiedTimeAfter, MaxResults: 10 });
    expect(pages.flat()).toEqual([]);
    expect(pages.length).toBeGreaterThan(5);
  });
});

describe("what belongs to a parent", () => {
  test.each<[OperationName, string, TableName, string, TableName, string]>([
    ["DescribeImageAssociations", "ImageId", "images", "ImageId", "imageAssociations", "ImageId"],
    ["DescribeWorkspaceImagePermissions", "ImageId", "images", "ImageId", "imagePermissions", "ImageId"],
    ["DescribeBundleAssociations", "BundleId", "bundles", "BundleId", "bundleAssociations", "BundleId"],
    [
      "DescribeWorkspaceAssociations",
      "WorkspaceId",
      "workspaces",
      "WorkspaceId",
      "workspaceAssociations",
      "WorkspaceId",
    ],
    ["ListMembers", "collaborationIdentifier", "collaborations", "id", "members", "collaborationId"],
    [
      ...(["ListConfiguredTableAssociations", "membershipIdentifier", "memberships", "id"] as const),
      ...(["configuredTableAssociations", "membershipId"] as const),
    ],
  ])("%s lists, parent by parent, everything", async (name, member, parents, id, table, repeated) => {
    const types = OPERATIONS[name].rules.AssociatedResourceTypes && { AssociatedResourceTypes: ["APPLICATION"] };
    let listed = 0;
    for (const parent of simulator.account.table(parents)) {
      const own = [...simulator.account.table(table)].filter((row) => row[repeated] === parent[id]);
      const items = (await allPages(wire, name, { [member]: parent[id], ...types })).flat();
      expect(items).toHaveLength(own.length);
      listed += items.length;
    }
    expect(listed).toBe(simulator.account.table(table).length);
    expect(listed).toBeGreaterThan(0);
  });

  const NOBODY = "00000000-0000-4000-8000-000000000000";
  test.each<[OperationName, object, object]>([
    ["ListTrials", { ExperimentName: "nothing" }, { name: "ResourceNotFound" }],
    ["ListTrialComponents", { TrialName: "nothing" }, { name: "ResourceNotFound" }],
    ["ListMembers", { collaborationIdentifier: NOBODY }, { resourceId: NOBODY, resourceType: "COLLABORATION" }],
    ["ListConfiguredTableAssociations", { membershipIdentifier: NOBODY }, { resourceType: "MEMBERSHIP" }],
    ["DescribeWorkspaceImagePermissions", { ImageId: "wsi-000000000" }, { ResourceId: "wsi-000000000" }],
    [
      "DescribeBundleAssociations",
      { BundleId: "wsb-000000000", AssociatedResourceTypes: ["APPLICATION"] },
      { name: "ResourceNotFoundException", ResourceId: "wsb-000000000" },
    ],
  ])("%s: the error of a parent that does not exist is the service's own", async (name, input, error) => {
    await expect(wire.send(name, input)).rejects.toMatchObject(error);
  });
});

/** The instant from which on there are about so many associations. */
function newest(count: number): Date {
  return new Date(lineage().at(-count)?.CreationTime ?? 0);
}
