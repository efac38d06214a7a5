import { DescribeImageAssociationsCommand } from "@aws-sdk/client-workspaces";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { accountAssociationPages, associationPages, dated, imagePages, membershipPages } from "./walk.ts";
import { Wire } from "./wire.ts";

const BASE_TIME = Date.parse("2025-06-01T00:00:00.000Z");

let simulator: Simulator;
let wire: Wire;

beforeAll(async () => {
  simulator = await startSimulator({ account: seedAccount({ baseTime: BASE_TIME, images: 40 }) });
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

test("DescribeImageAssociations answers everything about each image", async () => {
  const { images, imageAssociations } = simulator.account;
  const listed = [];
  for (const { ImageId } of images) {
    const command = new DescribeImageAssociationsCommand({ ImageId, AssociatedResourceTypes: ["APPLICATION"] });
    listed.push(...((await wire.workspaces.send(command)).Associations ?? []));
  }
  expect(listed).toEqual([...imageAssociations].map((item) => dated(item, "Created", "LastUpdatedTime")));
});

/** The instant from which on there are about so many associations. */
function newest(count: number): Date {
  return new Date(lineage().at(-count)?.CreationTime ?? 0);
}
