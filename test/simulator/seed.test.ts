import { describe, expect, test } from "vitest";
import { seedAccount } from "../../simulator/seed/seed.ts";
import {
  ACCOUNT_ASSOCIATION_STATES,
  EDGE_TYPES,
  IMAGE_ASSOCIATION_STATES,
  MEMBER_ABILITIES,
  MEMBERSHIP_STATUSES,
  ML_MEMBER_ABILITIES,
} from "../../simulator/shapes.ts";
import { danglingNames } from "./dangling.ts";

const BASE_TIME = Date.parse("2025-06-01T00:00:00.000Z");
const account = seedAccount({ baseTime: BASE_TIME });

/** The different values of something, sorted. */
function valuesOf<Item, Value>(items: Iterable<Item>, value: (item: Item) => Value | Value[]): Value[] {
  return [...new Set([...items].flatMap(value))].sort();
}

test("the same options give the same account, another seed another one", () => {
  expect(seedAccount({ baseTime: BASE_TIME }).save()).toBe(account.save());
  expect(seedAccount({ baseTime: BASE_TIME, seed: 2 }).save()).not.toBe(account.save());
});

test("everything belongs to the given account and region", () => {
  const other = seedAccount({ baseTime: BASE_TIME, accountId: "999988887777", region: "us-east-2" }).save();
  expect(other).toContain("arn:aws:sagemaker:us-east-2:999988887777:artifact/");
  expect(other).not.toMatch(/111122223333|eu-west-1/);
});

test.each([
  {},
  { associations: 1 },
  { associations: 5, images: 2, memberships: 1, accountAssociations: 3 },
  { associations: 0, images: 0, memberships: 0, accountAssociations: 0 },
])("of the sizes %o, every name that something refers to is the name of something", (sizes) => {
  expect(danglingNames(seedAccount({ baseTime: BASE_TIME, ...sizes }))).toEqual([]);
});

test("what stands around the lineage is of a size to be listed in seconds", () => {
  const counts = Object.entries(JSON.parse(account.save())).flatMap(([table, rows]) =>
    Array.isArray(rows) ? [[table, rows.length]] : [],
  );
  for (const [table, count] of counts) expect(count, String(table)).toBeGreaterThan(0);
  const total = counts.reduce((sum, [, count]) => sum + Number(count), 0);
  expect(total).toBeLessThan(7_000);
});

describe("lineage", () => {
  const associations = [...account.associations];

  test("has as many associations as asked for, from the months before the base instant", () => {
    expect(associations).toHaveLength(3000);
    const times = associations.map((item) => item.CreationTime);
    expect(times.at(-1)).toBeLessThan(BASE_TIME);
    expect(times.at(-1)).toBeGreaterThan(BASE_TIME - 2 * 86_400_000);
    expect(times[0]).toBeLessThan(BASE_TIME - 150 * 86_400_000);
    const different = new Set(times).size;
    expect(different).toBeGreaterThan(1500);
    expect(different).toBeLessThan(3000);
    expect(seedAccount({ baseTime: BASE_TIME, associations: 123 }).associations.length).toBe(123);
  });

  test("links each pair once, with every kind of edge and of entity", () => {
    expect(new Set(associations.map((item) => `${item.SourceArn} ${item.DestinationArn}`)).size).toBe(3000);
    expect(valuesOf(associations, (item) => item.AssociationType)).toEqual([...EDGE_TYPES].sort());
    const entity = (arn: string) => arn.split(":")[5]?.split("/")[0];
    expect(valuesOf(associations, (item) => [entity(item.SourceArn), entity(item.DestinationArn)])).toEqual([
      "action",
      "artifact",
      "context",
      "experiment",
      "experiment-trial-component",
    ]);
  });

  test("is one graph from raw data to endpoints", () => {
    const next = bySource(associations);
    const [start] = associations.filter((item) => item.SourceName === "churn-events");
    const reached = new Set([start?.SourceArn ?? ""]);
    for (const arn of reached) for (const item of next.get(arn) ?? []) reached.add(item.DestinationArn);
    expect([...reached].some((arn) => /context\/churn-.*-aws-endpoint$/.test(arn))).toBe(true);
  });

  test("was created by people, sometimes", () => {
    const known = associations.filter((item) => item.CreatedBy !== undefined).length;
    expect(known).toBeGreaterThan(500);
    expect(known).toBeLessThan(1500);
  });

  function bySource(items: typeof associations) {
    const groups = new Map<string, typeof associations>();
    for (const item of items) groups.set(item.SourceArn, [...(groups.get(item.SourceArn) ?? []), item]);
    return groups;
  }
});

test("memberships have every status, ability and way of paying", () => {
  const memberships = [...account.memberships];
  expect(memberships).toHaveLength(12);
  expect(valuesOf(memberships, (item) => item.status)).toEqual([...MEMBERSHIP_STATUSES].sort());
  expect(valuesOf(memberships, (item) => item.memberAbilities)).toEqual([...MEMBER_ABILITIES].sort());
  expect(memberships.some((item) => item.memberAbilities.length === 0)).toBe(true);
  const ml = valuesOf(memberships, (item) => item.mlMemberAbilities?.customMLMemberAbilities ?? []);
  expect(ml).toEqual([...ML_MEMBER_ABILITIES].sort());
  const paid = (pick: (item: (typeof memberships)[number]["paymentConfiguration"]) => unknown) =>
    valuesOf(memberships, (item) => String(pick(item.paymentConfiguration)));
  expect(paid((item) => item.queryCompute.isResponsible)).toEqual(["false", "true"]);
  expect(paid((item) => item.jobCompute?.isResponsible)).toEqual(["false", "true", "undefined"]);
  expect(paid((item) => item.machineLearning?.modelTraining?.isResponsible)).toEqual(["false", "true", "undefined"]);
  expect(paid((item) => item.machineLearning?.modelInference?.isResponsible)).toEqual(["false", "true", "undefined"]);
  expect(paid((item) => item.machineLearning?.syntheticDataGeneration?.isResponsible)).toContain("true");
});

test("account associations have every state; failed ones say why", () => {
  const associations = [...account.accountAssociations];
  expect(associations).toHaveLength(40);
  expect(valuesOf(associations, (item) => item.AssociationState)).toEqual([...ACCOUNT_ASSOCIATION_STATES].sort());
  for (const item of associations) {
    expect(item.ErrorMessage !== undefined).toBe(item.AssociationState === "ASSOCIATION_FAILED");
  }
  expect(associations.filter((item) => item.Arn === undefined).length).toBeGreaterThan(2);
});

test("images are owned and shared, of both systems, in every state, with none to six applications in every state", () => {
  const images = [...account.images];
  expect(images).toHaveLength(14);
  expect(images.filter((image) => image.OwnerAccountId !== account.accountId)).toHaveLength(3);
  expect(valuesOf(images, (image) => image.OperatingSystem?.Type)).toEqual(["LINUX", "WINDOWS"]);
  expect(valuesOf(images, (image) => image.State)).toEqual(["AVAILABLE", "ERROR", "PENDING"]);
  expect(images.filter((image) => image.ErrorDetails).length).toBeGreaterThan(0);
  const counts = valuesOf(images, (image) => account.imageAssociationsOf(image.ImageId).length);
  expect(counts).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const associations = [...account.imageAssociations];
  expect(valuesOf(associations, (item) => item.State)).toEqual([...IMAGE_ASSOCIATION_STATES].sort());
  for (const item of associations) expect(item.StateReason !== undefined).toBe(item.State === "ERROR");
});
