import { ListMembershipsCommand } from "@aws-sdk/client-cleanrooms";
import { ListAssociationsCommand, type ListAssociationsCommandInput } from "@aws-sdk/client-sagemaker";
import { DescribeWorkspaceImagesCommand } from "@aws-sdk/client-workspaces";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SimulatedAccount } from "../../simulator/account.ts";
import { seededRandom } from "../../simulator/random.ts";
import { newAccountAssociation } from "../../simulator/seed/account-associations.ts";
import { newImage } from "../../simulator/seed/images.ts";
import { lineageStep } from "../../simulator/seed/lineage.ts";
import { newMembership } from "../../simulator/seed/memberships.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { accountAssociationPages, associationPages, imagePages, membershipPages } from "./walk.ts";
import { Wire } from "./wire.ts";

const BASE_TIME = Date.parse("2025-06-01T00:00:00.000Z");

let simulator: Simulator;
let account: SimulatedAccount;
let wire: Wire;

beforeEach(async () => {
  account = seedAccount({ baseTime: BASE_TIME, associations: 400, memberships: 60, images: 60 });
  simulator = await startSimulator({ account });
  wire = new Wire(simulator);
});

afterEach(async () => {
  wire.close();
  await simulator.close();
  expect(wire.problems).toEqual([]);
});

describe("a token", () => {
  const list = (input: ListAssociationsCommandInput) => wire.sagemaker.send(new ListAssociationsCommand(input));

  test("is good for the same query with another page size, as often as one likes", async () => {
    const { NextToken } = await list({ SourceType: "DataSet" });
    const five = await list({ SourceType: "DataSet", MaxResults: 5, NextToken });
    const six = await list({ SourceType: "DataSet", MaxResults: 6, NextToken });
    expect(five.AssociationSummaries).toEqual(six.AssociationSummaries?.slice(0, 5));
  });

  test.each([
    {},
    { SourceType: "Model" },
    { SourceType: "DataSet", SortOrder: "Ascending" as const },
    { SourceType: "DataSet", CreatedAfter: new Date(0) },
  ])("is refused by the query %o", async (other) => {
    const { NextToken } = await list({ SourceType: "DataSet" });
    await expect(list({ ...other, NextToken })).rejects.toMatchObject({ name: "ValidationException" });
  });

  test.each(["", "nonsense", "e30", "bnVsbA"])("is refused when it is %o", async (token) => {
    await expect(list({ NextToken: token })).rejects.toMatchObject({ name: "ValidationException" });
    const memberships = wire.cleanrooms.send(new ListMembershipsCommand({ nextToken: token }));
    await expect(memberships).rejects.toMatchObject({
      name: "ValidationException",
      fieldList: [{ name: "nextToken" }],
    });
    const images = wire.workspaces.send(new DescribeWorkspaceImagesCommand({ NextToken: token }));
    await expect(images).rejects.toMatchObject({ name: "InvalidParameterValuesException" });
    expect((await wire.iot({ NextToken: token })).status).toBe(400);
  });

  test("is refused when a part of it is changed", async () => {
    const { NextToken = "" } = await list({});
    const text = Buffer.from(NextToken, "base64url").toString();
    const changed = Buffer.from(text.replace("[1,", "[2,")).toString("base64url");
    expect(changed).not.toBe(NextToken);
    await expect(list({ NextToken: changed })).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("is refused by another account", async () => {
    const { NextToken } = await list({});
    const other = await startSimulator({
      account: new SimulatedAccount({ accountId: "444455556666", region: "eu-west-1" }),
    });
    const elsewhere = new Wire(other);
    const refused = elsewhere.sagemaker.send(new ListAssociationsCommand({ NextToken }));
    await expect(refused).rejects.toMatchObject({ name: "ValidationException" });
    elsewhere.close();
    await other.close();
  });
});

/** Whatever was there all along is listed exactly once, in order, whatever comes and goes between the pages. */
describe("a walk during which things come and go", () => {
  const random = seededRandom("coming and going");

  /** Removes about a fifth of the kept list's items at random, and returns those that stay. */
  function thin<Item>(items: Iterable<Item>, remove: (item: Item) => void): Item[] {
    return [...items].filter((item) => {
      const goes = random.chance(0.2);
      if (goes) remove(item);
      return !goes;
    });
  }

  test.each(["Ascending", "Descending"] as const)("of associations, %s", async (SortOrder) => {
    for (const SortBy of ["CreationTime", "SourceType", "DestinationArn"] as const) {
      let staying = [...account.associations];
      const between = () => {
        staying = thin(staying, (item) => account.associations.remove(item));
        const time = BASE_TIME - random.integer(0, 200 * 24 * 3_600_000);
        for (const added of lineageStep(random, account, time)) account.associations.put(added);
      };
      const pages = await associationPages(wire, { SortBy, SortOrder, MaxResults: 40 }, between);
      const listed = pages.flat().map((item) => `${item.SourceArn} ${item.DestinationArn}`);
      expect(new Set(listed).size).toBe(listed.length);
      const kept = [...account.associations.sortedBy(SortBy)].filter((item) => staying.includes(item));
      const names = kept.map((item) => `${item.SourceArn} ${item.DestinationArn}`);
      const expected = new Set(names);
      expect(listed.filter((name) => expected.has(name))).toEqual(SortOrder === "Ascending" ? names : names.reverse());
    }
  });

  test("of memberships", async () => {
    let staying = [...account.memberships];
    const pages = await membershipPages(wire, { maxResults: 7 }, (page) => {
      staying = thin(staying, (item) => account.memberships.remove(item));
      account.memberships.put(newMembership(random, account, BASE_TIME, page));
    });
    expectEachOnce(
      pages,
      ({ id }) => id,
      staying.map(({ id }) => id),
    );
    expect(pages.filter((page) => page.length === 0).length).toBeGreaterThan(1);
  });

  test("of account associations", async () => {
    let staying = [...account.accountAssociations];
    const pages = await accountAssociationPages(wire, { MaxResults: "9" }, () => {
      staying = thin(staying, (item) => account.accountAssociations.remove(item));
      account.accountAssociations.put(newAccountAssociation(random, account));
    });
    expectEachOnce(
      pages,
      (item) => item.AccountAssociationId,
      staying.map((item) => item.AccountAssociationId),
    );
  });

  test("of images", async () => {
    let staying = [...account.images];
    const pages = await imagePages(wire, { MaxResults: 8 }, () => {
      staying = thin(staying, (item) => account.removeImage(item.ImageId));
      account.images.put(newImage(random, account, BASE_TIME));
    });
    expectEachOnce(
      pages,
      ({ ImageId }) => ImageId,
      staying.map(({ ImageId }) => ImageId),
    );
  });

  function expectEachOnce<Item>(pages: Item[][], idOf: (item: Item) => string | undefined, staying: string[]) {
    const listed = pages.flat().map(idOf);
    expect(new Set(listed).size).toBe(listed.length);
    const expected = new Set(staying);
    expect(listed.filter((id) => id !== undefined && expected.has(id))).toEqual(staying);
    expect(staying.length).toBeGreaterThan(3);
  }
});
