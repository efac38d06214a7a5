import { describe, expect, test } from "vitest";
import { iotAccountAssociations as source } from "../../../functions/sources/iot/account-associations.ts";
import { connectSource } from "../listing.ts";

describe("iot.account-associations", () => {
  const connected = connectSource(source, { accountAssociations: 2_345 });

  test("lists everything, a thousand at a time", async () => {
    const { documents, simulator } = connected();
    expect(await documents()).toHaveLength(2_345);
    expect(simulator.requests.ListAccountAssociations).toBe(3);
  });

  test("identifies an association by its id, with an Arn or without, and states its edge to the connector", async () => {
    const listed = await connected().documents();
    const bare = listed.find((document) => document.Arn === undefined);
    expect(bare).toBeDefined();
    expect(source.key(bare)).toBe(bare?.AccountAssociationId);
    const [document] = listed;
    const { AccountAssociationId, ConnectorDestinationId } = document ?? {};
    expect(source.edges(document)).toEqual([
      {
        from: AccountAssociationId,
        to: ConnectorDestinationId,
        relation: "ConnectsTo",
      },
    ]);
    expect(source.edges({ ...document, ConnectorDestinationId: undefined })).toEqual([]);
  });

  test.each([
    ["repeat-token", /repeated a page token/],
    ["expired-token", /[Tt]oken/],
    ["deny", /not authorized to perform: iotmanagedintegrations:ListAccountAssociations/],
  ] as const)("fails on %s", async (kind, message) => {
    const { documents, simulator } = connected();
    simulator.faults.add({ kind, operation: "ListAccountAssociations" });
    await expect(documents()).rejects.toThrow(message);
  });
});
