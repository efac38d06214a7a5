import { describe, expect, test } from "vitest";
import { cleanroomsMemberships as source } from "../../../functions/sources/cleanrooms/memberships.ts";
import { connectSource } from "../listing.ts";

describe("cleanrooms.memberships", () => {
  const connected = connectSource(source, { memberships: 24 });

  test("lists everything through short and empty pages, ended memberships too", async () => {
    const listed = await connected().documents();
    expect(listed).toHaveLength(24);
    expect(new Set(listed.map((document) => document.status))).toEqual(
      new Set(["ACTIVE", "REMOVED", "COLLABORATION_DELETED"]),
    );
    expect(listed[0]?.createTime).toMatch(/^\d{4}-\d{2}-\d{2}T.+Z$/);
  });

  test("identifies a membership by its arn, and states its edge to the collaboration", async () => {
    const [document] = await connected().documents();
    expect(source.key(document)).toBe(document?.arn);
    expect(source.edges(document)).toEqual([
      {
        from: document?.arn,
        to: document?.collaborationArn,
        relation: "MemberOf",
      },
    ]);
    expect(source.key({ ...document, arn: undefined })).toBeUndefined();
  });

  test.each([
    ["repeat-token", /repeated a page token/],
    ["expired-token", /[Tt]oken/],
    ["deny", /not authorized to perform: cleanrooms:ListMemberships/],
  ] as const)("fails on %s", async (kind, message) => {
    const { documents, simulator } = connected();
    simulator.faults.add({ kind, operation: "ListMemberships" });
    await expect(documents()).rejects.toThrow(message);
  });
});
