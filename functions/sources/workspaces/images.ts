import { WorkSpacesClient, type WorkspaceImage } from "@aws-sdk/client-workspaces";
import { paginateDescribeWorkspaceImages, WORKSPACES_REGIONS } from "../../aws/workspaces.ts";
import { defineSource, type Page, pagesOf } from "../../model/source.ts";

/** WorkSpaces images, owned and shared. */
export const workspacesImages = defineSource<WorkSpacesClient, WorkspaceImage>({
  id: "workspaces.images",
  version: 1,
  operation: "WorkSpaces DescribeWorkspaceImages",
  grants: [{ action: "workspaces:DescribeWorkspaceImages", resources: () => ["*"] }],
  regions: WORKSPACES_REGIONS,
  intervalMinutes: 60,
  identity: ({ ImageId }) => [ImageId],
  connect: (settings) => new WorkSpacesClient(settings),
  disconnect: (client) => client.destroy(),
  list: (client, _scope, signal) => listImages(client, signal),
});

/** All images, the account's own and those shared with it: without a type the service does not promise both. */
export async function* listImages(client: WorkSpacesClient, signal: AbortSignal): AsyncGenerator<Page<WorkspaceImage>> {
  for (const ImageType of ["OWNED", "SHARED"] as const) {
    yield* pagesOf(
      paginateDescribeWorkspaceImages({ client, pageSize: 25 }, { ImageType }, { abortSignal: signal }),
      (answer) => answer.Images,
      (answer) => answer.NextToken,
    );
  }
}
