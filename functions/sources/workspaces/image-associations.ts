import {
  DescribeImageAssociationsCommand,
  type ImageResourceAssociation,
  ResourceNotFoundException,
  WorkSpacesClient,
} from "@aws-sdk/client-workspaces";
import { WORKSPACES_REGIONS } from "../../aws/workspaces.ts";
import { type Scope, scopeOfFirstPart } from "../../model/collection.ts";
import { defineSource, ParentNotFoundError, pageOf } from "../../model/source.ts";
import { listImages } from "./images.ts";

/** Applications installed on WorkSpaces images. The operation takes one image, so each image is a scope of its own. */
export const workspacesImageAssociations = defineSource<WorkSpacesClient, ImageResourceAssociation>({
  id: "workspaces.image-associations",
  version: 1,
  operation: "WorkSpaces DescribeImageAssociations",
  grants: [
    { action: "workspaces:DescribeWorkspaceImages", resources: () => ["*"] },
    {
      action: "workspaces:DescribeImageAssociations",
      resources: ({ partition, region, account }) => [
        `arn:${partition}:workspaces:${region}:${account}:workspaceimage/*`,
      ],
    },
  ],
  regions: WORKSPACES_REGIONS,
  intervalMinutes: 60,
  identity: ({ ImageId, AssociatedResourceId }) => [ImageId, AssociatedResourceId],
  edges: ({ ImageId, AssociatedResourceId }) => [{ from: ImageId, to: AssociatedResourceId, relation: "Installs" }],
  connect: (settings) => new WorkSpacesClient(settings),
  disconnect: (client) => client.destroy(),
  async *plan(client, signal): AsyncGenerator<Scope> {
    for await (const page of listImages(client, signal)) {
      if (page.listMissing) throw new Error("the answer has no list of images, so the plan is incomplete");
      for (const { ImageId } of page.documents) {
        if (!ImageId) throw new Error("an image without an ImageId was listed, so the plan is incomplete");
        yield scopeOfFirstPart(ImageId);
      }
    }
  },
  async *list(client, scope, signal) {
    const command = new DescribeImageAssociationsCommand({
      ImageId: scope.id,
      AssociatedResourceTypes: ["APPLICATION"],
    });
    try {
      const answer = await client.send(command, { abortSignal: signal });
      yield pageOf(answer, answer.Associations);
    } catch (error) {
      if (error instanceof ResourceNotFoundException)
        throw new ParentNotFoundError(`image ${scope.id} is gone`, { cause: error });
      throw error;
    }
  },
});
