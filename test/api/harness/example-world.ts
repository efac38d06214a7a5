import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "./documents.ts";
import type { ItemBody, Page } from "./walk.ts";
import { newWorld, type World } from "./world.ts";

const lineage = (kind: string, id: string) => `arn:aws:sagemaker:eu-west-1:123456789012:${kind}/${id}`;

/** A small account, whose state the examples show. */
export async function exampleWorld(): Promise<World> {
  const world = newWorld();
  await world.sync({
    source: ASSOCIATIONS,
    documents: [
      association(lineage("artifact", "training-data"), lineage("experiment-trial-component", "train-42")),
      association(lineage("experiment-trial-component", "train-42"), lineage("artifact", "model"), {
        AssociationType: "Produced",
      }),
    ],
  });
  world.advance(3_600_000);
  await world.sync({ source: MEMBERSHIPS, documents: [membership(1), membership(2), membership(3)] });
  world.advance(3_600_000);
  await world.sync({
    source: MEMBERSHIPS,
    documents: [membership(1), membership(2, { status: "COLLABORATION_DELETED" })],
  });
  world.advance(60_000);
  return world;
}

/** The requests whose responses are the examples, by operation. */
export async function exampleRequests(world: World): Promise<Record<string, readonly string[]>> {
  const { items } = await world.read<Page<ItemBody>>(`/v1/items?source=${MEMBERSHIPS}&state=all`);
  const [, modified, removed] = items.map(({ id }) => id);
  return {
    listSources: [`/v1/sources?source=${MEMBERSHIPS}`],
    listCollections: ["/v1/collections?limit=1"],
    listItems: [`/v1/items?source=${MEMBERSHIPS}&limit=1`, "/v1/items?limit=0"],
    getItem: [`/v1/items/${modified}`, `/v1/items/${modified}?at=2026-03-01`, `/v1/items/${removed}`],
    getItemHistory: [`/v1/items/${modified}/history`],
    listChanges: [`/v1/changes?source=${MEMBERSHIPS}&since=2026-03-01T13:00:00Z`],
    compareInstants: [`/v1/diff?source=${MEMBERSHIPS}&from=2026-03-01T13:00:00Z`],
    searchItems: ["/v1/search?q=deleted&fields=key,state"],
    walkGraph: [
      `/v1/graph?node=${lineage("artifact", "training-data")}&depth=2&fields=firstSeenAt,document.CreationTime`,
    ],
    findPaths: [
      `/v1/paths?from=${lineage("artifact", "training-data")}&to=${lineage("experiment-trial-component", "train-42")}`,
    ],
    readImpact: [`/v1/impact?node=${lineage("artifact", "training-data")}&limit=1`],
    listSyncs: [`/v1/syncs?source=${MEMBERSHIPS}&limit=1`],
    getHealth: ["/v1/health"],
  };
}
