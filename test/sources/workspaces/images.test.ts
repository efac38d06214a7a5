import { describe, expect, test } from "vitest";
import { workspacesImages as source } from "../../../functions/sources/workspaces/images.ts";
import { connectSource } from "../listing.ts";

describe("workspaces.images", () => {
  const connected = connectSource(source, { images: 70 });

  test("lists owned and shared images, each once, 25 at a time", async () => {
    const { documents, simulator } = connected();
    const listed = await documents();
    expect(new Set(listed.map((document) => document.ImageId)).size).toBe(70);
    expect(listed).toHaveLength(70);
    const owners = new Set(listed.map((document) => document.OwnerAccountId));
    expect(owners.size).toBeGreaterThan(1);
    expect(simulator.requests.DescribeWorkspaceImages).toBeLessThanOrEqual(4);
  });

  test("identifies an image by its id", () => {
    expect(source.key({ ImageId: "wsi-1", Name: "x" })).toBe("wsi-1");
    expect(source.key({ Name: "x" })).toBeUndefined();
    expect(source.edges({ ImageId: "wsi-1" })).toEqual([]);
  });

  test.each([
    ["repeat-token", /repeated a page token/],
    ["expired-token", /[Tt]oken/],
    ["deny", /not authorized to perform: workspaces:DescribeWorkspaceImages/],
  ] as const)("fails on %s", async (kind, message) => {
    const { documents, simulator } = connected();
    simulator.faults.add({ kind, operation: "DescribeWorkspaceImages" });
    await expect(documents()).rejects.toThrow(message);
  });
});
