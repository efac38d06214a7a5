import { describe, expect, test } from "vitest";
import { inRange, scopeOfFirstPart } from "../../../functions/model/collection.ts";
import { ParentNotFoundError } from "../../../functions/model/source.ts";
import { workspacesImageAssociations as source } from "../../../functions/sources/workspaces/image-associations.ts";
import { connectSource } from "../listing.ts";

describe("workspaces.image-associations", () => {
  const connected = connectSource(source, { images: 30 });

  test("plans a scope for every image, owned and shared", async () => {
    const { scopes, simulator } = connected();
    const planned = await scopes();
    expect(planned.map((scope) => scope.id).sort()).toEqual(
      [...simulator.account.images].map(({ ImageId }) => ImageId).sort(),
    );
  });

  test("lists every application of every image, within the image's range", async () => {
    const { scopes, documents, simulator } = connected();
    let listed = 0;
    for (const scope of await scopes()) {
      for (const document of await documents(scope)) {
        listed += 1;
        const key = source.key(document) ?? "";
        expect(key).toBe(`${scope.id}#${document.AssociatedResourceId}`);
        expect(inRange(scope.range, key)).toBe(true);
        expect(source.edges(document)).toEqual([
          {
            from: scope.id,
            to: document.AssociatedResourceId,
            relation: "Installs",
          },
        ]);
      }
    }
    expect(listed).toBe([...simulator.account.imageAssociations].length);
    expect(listed).toBeGreaterThan(30);
  });

  test("says of an image that is gone that it is gone, not that the listing failed", async () => {
    await expect(connected().documents(scopeOfFirstPart("wsi-0123456789"))).rejects.toThrow(ParentNotFoundError);
  });

  test("fails when it is denied", async () => {
    const { documents, scopes, simulator } = connected();
    const [scope] = await scopes();
    simulator.faults.add({ kind: "deny", operation: "DescribeImageAssociations" });
    await expect(documents(scope)).rejects.toThrow(/not authorized to perform: workspaces:DescribeImageAssociations/);
    simulator.faults.add({ kind: "deny", operation: "DescribeWorkspaceImages" });
    await expect(scopes()).rejects.toThrow(/not authorized to perform: workspaces:DescribeWorkspaceImages/);
  });
});
