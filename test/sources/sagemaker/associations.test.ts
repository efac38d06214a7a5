import { describe, expect, test } from "vitest";
import { sagemakerAssociations as source } from "../../../functions/sources/sagemaker/associations.ts";
import { connectSource } from "../listing.ts";

describe("sagemaker.associations", () => {
  const connected = connectSource(source, { associations: 345 });

  test("lists everything, oldest first, a hundred at a time", async () => {
    const { documents, simulator } = connected();
    const listed = await documents();
    expect(listed).toHaveLength(345);
    expect(simulator.requests.ListAssociations).toBe(4);
    const times = listed.map((document) => String(document.CreationTime));
    expect(times).toEqual([...times].sort());
    expect(times[0]).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
  });

  test("identifies an association by its creation time and both ends, and states its edge", async () => {
    const [document] = await connected().documents();
    const { CreationTime, SourceArn, DestinationArn, AssociationType } = document ?? {};
    expect(source.key(document)).toBe(`${CreationTime}#${SourceArn}#${DestinationArn}`);
    expect(source.edges(document)).toEqual([{ from: SourceArn, to: DestinationArn, relation: AssociationType }]);
    for (const missing of ["CreationTime", "SourceArn", "DestinationArn"]) {
      expect(source.key({ ...document, [missing]: undefined }), missing).toBeUndefined();
    }
  });

  test.each([
    ["repeat-token", /repeated a page token/],
    ["expired-token", /ValidationException|[Tt]oken/],
    ["deny", /not authorized to perform: sagemaker:ListAssociations/],
    ["invalid", /.+/],
  ] as const)("fails on %s", async (kind, message) => {
    const { documents, simulator } = connected();
    simulator.faults.add({ kind, operation: "ListAssociations" });
    await expect(documents()).rejects.toThrow(message);
  });
});
