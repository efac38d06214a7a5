import { ListMembershipsCommand } from "@aws-sdk/client-cleanrooms";
import { ListAssociationsCommand } from "@aws-sdk/client-sagemaker";
import { DescribeImageAssociationsCommand, DescribeWorkspaceImagesCommand } from "@aws-sdk/client-workspaces";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type FaultKind, Faults } from "../../simulator/faults.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { type Simulator, startSimulator } from "../../simulator/server.ts";
import { associationPages, membershipPages } from "./walk.ts";
import { Wire } from "./wire.ts";

let simulator: Simulator;
let wire: Wire;

beforeEach(async () => {
  const baseTime = Date.parse("2025-06-01T00:00:00.000Z");
  simulator = await startSimulator({ account: seedAccount({ baseTime, associations: 450, images: 30 }) });
  wire = new Wire(simulator);
});

afterEach(async () => {
  wire.close();
  await simulator.close();
  expect(wire.problems).toEqual([]);
});

const associations = () => wire.sagemaker.send(new ListAssociationsCommand({}));
const memberships = () => wire.cleanrooms.send(new ListMembershipsCommand({}));
const images = () => wire.workspaces.send(new DescribeWorkspaceImagesCommand({}));
const applications = (ImageId = simulator.account.images.at(0)?.ImageId) =>
  wire.workspaces.send(new DescribeImageAssociationsCommand({ ImageId, AssociatedResourceTypes: ["APPLICATION"] }));

describe("errors", () => {
  const table: [FaultKind, [string, number], [string, number], [string, number]][] = [
    ["throttle", ["ThrottlingException", 400], ["ThrottlingException", 429], ["ThrottlingException", 429]],
    ["error", ["InternalFailure", 500], ["InternalServerException", 500], ["InternalServerException", 500]],
    [
      "unavailable",
      ["ServiceUnavailable", 503],
      ["ServiceUnavailableException", 503],
      ["ServiceUnavailableException", 503],
    ],
    ["deny", ["AccessDeniedException", 400], ["AccessDeniedException", 403], ["AccessDeniedException", 403]],
    ["invalid", ["ValidationException", 400], ["ValidationException", 400], ["ValidationException", 400]],
  ];
  test.each(table)("%s: each service's own", async (kind, sagemaker, cleanrooms, iot) => {
    simulator.faults.add({ kind });
    const error = ([name, httpStatusCode]: [string, number]) => ({ name, $metadata: { httpStatusCode } });
    await expect(associations()).rejects.toMatchObject(error(sagemaker));
    await expect(images()).rejects.toMatchObject({ $metadata: { httpStatusCode: sagemaker[1] } });
    await expect(memberships()).rejects.toMatchObject(error(cleanrooms));
    const reply = await wire.iot();
    expect([reply.headers.get("x-amzn-errortype"), reply.status]).toEqual(iot);
  });

  test("deny: names the action", async () => {
    simulator.faults.add({ kind: "deny" });
    const action = (name: string) => new RegExp(`^User: arn:aws:sts::111122223333:.* to perform: ${name} because no`);
    await expect(associations()).rejects.toThrow(action("sagemaker:ListAssociations"));
    await expect(memberships()).rejects.toThrow(action("cleanrooms:ListMemberships"));
    await expect(applications()).rejects.toThrow(action("workspaces:DescribeImageAssociations"));
    expect((await wire.iot()).body.Message).toMatch(action("iotmanagedintegrations:ListAccountAssociations"));
  });

  test("the SDK retries those that pass", async () => {
    const patient = new Wire(simulator, 4);
    simulator.faults.add({ kind: "unavailable", times: 1 });
    simulator.faults.add({ kind: "error", times: 1 });
    simulator.faults.add({ kind: "reset", times: 1 });
    const answer = await patient.cleanrooms.send(new ListMembershipsCommand({}));
    expect(answer.$metadata.attempts).toBe(4);
    expect(simulator.requests.ListMemberships).toBe(4);
    patient.close();
  });
});

describe("the network", () => {
  test("reset: the connection is cut", async () => {
    simulator.faults.add({ kind: "reset", times: 1 });
    await expect(associations()).rejects.toMatchObject({ code: "ECONNRESET" });
    await expect(associations()).resolves.toMatchObject({ AssociationSummaries: expect.any(Array) });
  });

  test("hang: nothing is answered, until the simulator closes", async () => {
    simulator.faults.add({ kind: "hang" });
    await expect(wire.iot({}, { signal: AbortSignal.timeout(60) })).rejects.toThrow("aborted");
    const pending = associations();
    pending.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await simulator.close();
    await expect(pending).rejects.toThrow();
    simulator = await startSimulator({ account: simulator.account });
  });

  test("slow: the answer comes late, and can be an error", async () => {
    simulator.faults.add({ kind: "slow", delayMs: 80 });
    const start = performance.now();
    await memberships();
    expect(performance.now() - start).toBeGreaterThan(75);
    simulator.faults.add({ kind: "throttle", delayMs: 40 });
    await expect(memberships()).rejects.toMatchObject({ name: "ThrottlingException" });
    expect(performance.now() - start).toBeGreaterThan(190);
  });
});

describe("pages", () => {
  test("repeat-token: the same token for ever", async () => {
    simulator.faults.add({ kind: "repeat-token", afterPages: 2 });
    const tokens: (string | undefined)[] = [];
    let NextToken: string | undefined;
    for (let i = 0; i < 6; i++) {
      const page = await wire.sagemaker.send(new ListAssociationsCommand({ MaxResults: 100, NextToken }));
      NextToken = page.NextToken;
      tokens.push(NextToken);
    }
    expect(tokens).toEqual([tokens[0], tokens[1], ...Array(4).fill(tokens[1])]);
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test("repeat-token: even where one page would do", async () => {
    simulator.faults.add({ kind: "repeat-token" });
    const first = (await wire.iot()).body.NextToken ?? "";
    expect((await wire.iot({ NextToken: first })).body.NextToken).toBe(first);
  });

  test("expired-token: the token is refused and a new walk begins well", async () => {
    simulator.faults.add({ kind: "expired-token", afterPages: 3, times: 1 });
    await expect(associationPages(wire)).rejects.toMatchObject({
      name: "ValidationException",
      message: "The pagination token has expired.",
    });
    expect(simulator.requests.ListAssociations).toBe(4);
    expect((await associationPages(wire)).flat()).toHaveLength(450);
    simulator.faults.add({ kind: "expired-token" });
    const { NextToken } = await images();
    const refused = wire.workspaces.send(new DescribeWorkspaceImagesCommand({ NextToken }));
    await expect(refused).rejects.toMatchObject({ name: "InvalidParameterValuesException" });
  });

  test("empty-page: nothing is lost", async () => {
    simulator.faults.add({ kind: "empty-page", times: 2, operation: "ListAssociations" });
    simulator.faults.add({ kind: "empty-page", times: 1, afterPages: 4 });
    const pages = await associationPages(wire);
    expect(pages.map((page) => page.length)).toEqual([0, 0, 100, 100, 0, 100, 100, 50]);
    expect(new Set(pages.flat().map((item) => item.DestinationArn + (item.SourceArn ?? ""))).size).toBe(450);
  });

  test("missing-identity: the first item has none", async () => {
    simulator.faults.add({ kind: "missing-identity" });
    const [first, second] = (await associations()).AssociationSummaries ?? [];
    expect([first?.SourceArn, typeof first?.DestinationArn, typeof second?.SourceArn]).toEqual([
      undefined,
      "string",
      "string",
    ]);
    expect((await images()).Images?.[0]?.ImageId).toBeUndefined();
    const withSome = [...simulator.account.imageAssociations][0]?.ImageId;
    expect((await applications(withSome)).Associations?.[0]?.AssociatedResourceId).toBeUndefined();
    expect((await wire.iot()).body.Items?.[0]?.AccountAssociationId).toBeUndefined();
    expect((await membershipPages(wire))[0]?.[0]?.arn).toBeUndefined();
    expect(simulator.account.associations.at(0)?.SourceArn).toBeDefined();
    expect(wire.problems.splice(0)).toEqual([
      "ListAccountAssociationsResponse.Items[0].AccountAssociationId is missing",
      "ListMembershipsOutput.membershipSummaries[0].arn is missing",
      "ListMembershipsOutput.membershipSummaries[0].arn is missing",
    ]);
  });

  test("unknown-member: every item has one, which the clients leave out", async () => {
    simulator.faults.add({ kind: "unknown-member" });
    const { AssociationSummaries = [] } = await associations();
    expect(AssociationSummaries[0]).not.toHaveProperty("AddedByALaterModel");
    expect((await wire.iot()).body.Items).toContainEqual(
      expect.objectContaining({ AddedByALaterModel: expect.anything() }),
    );
    expect(wire.problems.splice(0).length).toBe(AssociationSummaries.length + 40);
  });

  test("gone: the image vanishes for good", async () => {
    const [image] = simulator.account.images;
    simulator.faults.add({ kind: "gone", times: 1, afterPages: 1 });
    await images();
    await applications();
    await expect(applications()).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      ResourceId: image?.ImageId,
    });
    expect(simulator.account.images.length).toBe(29);
    expect(simulator.account.imageAssociationsOf(image?.ImageId ?? "")).toEqual([]);
    await expect(applications()).resolves.toBeDefined();
  });
});

describe("when a fault strikes", () => {
  const request = { operation: "ListAssociations", paged: true, hasToken: false, pagesBefore: 0 } as const;
  const strikes = (faults: Faults, count: number) => Array.from({ length: count }, () => faults.strike(request).kind);

  test("only its operation, so often, then no more", () => {
    const faults = new Faults();
    faults.add({ kind: "throttle", operation: "ListMemberships" });
    faults.add({ kind: "error", operation: "ListAssociations", times: 2 });
    faults.add({ kind: "deny", times: 1 });
    expect(strikes(faults, 4)).toEqual(["error", "error", "deny", undefined]);
  });

  test("with a probability, the same for the same seed", () => {
    const drawn = (seed: number) => {
      const faults = new Faults(seed);
      faults.add({ kind: "throttle", probability: 0.2 });
      return strikes(faults, 1000);
    };
    const struck = drawn(7).filter((kind) => kind === "throttle").length;
    expect(struck).toBeGreaterThan(150);
    expect(struck).toBeLessThan(250);
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(8)).not.toEqual(drawn(7));
  });

  test("after so many pages of each walk, or requests where there are no pages", () => {
    const faults = new Faults();
    faults.add({ kind: "throttle", afterPages: 2 });
    const at = (pagesBefore: number) => faults.strike({ ...request, pagesBefore }).kind;
    expect([at(0), at(1), at(2), at(3), at(0)]).toEqual([undefined, undefined, "throttle", "throttle", undefined]);
    const single = { operation: "DescribeImageAssociations", paged: false, hasToken: false, pagesBefore: 0 } as const;
    const kinds = Array.from({ length: 4 }, () => faults.strike(single).kind);
    expect(kinds).toEqual([undefined, undefined, "throttle", "throttle"]);
  });

  test("not once cleared", () => {
    const faults = new Faults();
    faults.add({ kind: "throttle" });
    faults.clear();
    expect(strikes(faults, 2)).toEqual([undefined, undefined]);
  });

  test("only where the kind makes sense", () => {
    const faults = new Faults();
    faults.add({ kind: "gone" });
    faults.add({ kind: "expired-token" });
    expect(strikes(faults, 1)).toEqual([undefined]);
  });
});
