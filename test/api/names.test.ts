import { beforeAll, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import { createNameOf } from "../../functions/model/node.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { ASSOCIATIONS, association, IMAGE_ASSOCIATIONS, imageAssociation } from "./harness/documents.ts";
import { newWorld, START, type World } from "./harness/world.ts";

const IMAGES = "workspaces.images";
const HOUR_MS = 3_600_000;

interface Named {
  readonly name?: string;
  readonly edge?: { readonly fromName?: string; readonly toName?: string };
  readonly before?: Named;
}

let world: World;
beforeAll(async () => {
  world = newWorld();
  const image = (Name: string) => ({ ImageId: "wsi-1", Name, State: "AVAILABLE" });
  const scope = scopeOfFirstPart("wsi-1");
  await world.sync({ source: IMAGES, documents: [image("kiosk")] });
  await world.sync({ source: "workspaces.applications", documents: [{ ApplicationId: "wsa-1", Name: "Firefox" }] });
  await world.sync({
    source: IMAGE_ASSOCIATIONS,
    scope,
    documents: [imageAssociation("wsi-1", "wsa-1"), imageAssociation("wsi-1", "wsa-2")],
  });
  world.advance(HOUR_MS);
  await world.sync({ source: IMAGES, documents: [image("till")] });
  await world.sync({
    source: IMAGE_ASSOCIATIONS,
    scope,
    documents: [imageAssociation("wsi-1", "wsa-1", { State: "ERROR" }), imageAssociation("wsi-1", "wsa-2")],
  });
});

const list = async (path: string) => (await world.read<{ items: Named[] }>(path)).items;
const textOf = ({ name, edge }: Named) => [name, edge?.fromName, edge?.toName].filter(Boolean).join(", ");
const earlier = new Date(START + HOUR_MS / 2).toISOString();

test("what an item is called, and its ends, are what the items there are called at that instant", async () => {
  const path = `/v1/items?source=${IMAGE_ASSOCIATIONS}&names=true`;
  expect((await list(path)).map(textOf)).toEqual(["till → Firefox, till, Firefox", "till → wsa-2, till, wsa-2"]);
  expect((await list(`${path}&at=${earlier}&sort=changedAt`)).map(textOf)[0]).toBe("kiosk → Firefox, kiosk, Firefox");
  expect((await list(`${path}&fields=key,edge`)).map(textOf)[1]).toBe("till → wsa-2, till, wsa-2");
  const csv = await (await world.get(`${path}&format=csv`)).text();
  expect(csv).toMatch(/^name,id,.*,edge\.fromName,edge\.from,edge\.toName,edge\.to,/);
  expect(csv).toContain(",till,wsi-1,Firefox,wsa-1,");
  expect(await list(`/v1/items?source=${IMAGE_ASSOCIATIONS}`)).not.toContainEqual(
    expect.objectContaining({ name: expect.anything() }),
  );
});

test("changes, differences, histories and searches have names as well", async () => {
  const changes = await list(`/v1/changes?source=${IMAGE_ASSOCIATIONS}&kind=modified&names=true`);
  expect(changes.map(textOf)).toEqual(["till → Firefox, till, Firefox"]);
  const [difference] = await list(`/v1/diff?source=${IMAGE_ASSOCIATIONS}&from=${earlier}&names=true`);
  expect(difference).toMatchObject({ name: "till → Firefox", before: { edge: { fromName: "till" } } });
  const [image] = (await list(`/v1/items?source=${IMAGES}`)) as { id: string }[];
  expect((await list(`/v1/items/${image?.id}/history?names=true`)).map(textOf)).toEqual(["till", "kiosk"]);
  expect(await world.read<Named>(`/v1/items/${image?.id}?names=true&at=${earlier}`)).toMatchObject({ name: "kiosk" });
  const found = await list("/v1/search?q=wsa-1&names=true");
  expect(found.map(textOf).sort()).toEqual(["Firefox", "till → Firefox, till, Firefox"]);
});

test("a relation whose ends are not inventoried is called as its document says", async () => {
  const arn = (resource: string) => `arn:aws:sagemaker:eu-west-1:123456789012:${resource}`;
  await world.sync({
    source: ASSOCIATIONS,
    documents: [association(arn("artifact/0f1e"), arn("action/train-1"), { SourceName: "events" })],
  });
  const items = await list(`/v1/items?source=${ASSOCIATIONS}&names=true`);
  expect(items.map(textOf)).toEqual(["events → train-1, events, train-1"]);
});

test.each([
  [
    "cleanrooms.memberships",
    { arn: "arn:aws:c:r:1:membership/1", collaborationCreatorDisplayName: "Ann", collaborationName: "Ads" },
    "Ads",
  ],
  [
    "sagemaker.model-packages",
    { ModelPackageArn: "arn:aws:s:r:1:model-package/churn/3", ModelPackageGroupName: "churn" },
    "churn/3",
  ],
  [
    "sagemaker.inference-components",
    { InferenceComponentArn: "arn:aws:s:r:1:inference-component/a", EndpointName: "e", InferenceComponentName: "a" },
    "a",
  ],
  ["workspaces.workspaces", { WorkspaceId: "ws-1", ComputerName: "PC", UserName: "ann" }, "ws-1"],
  ["unknown.things", { Name: "x" }, "key"],
])("an item of %s is called what its source declares", (source, document, name) => {
  expect(createNameOf(SOURCES)({ collection: `${source}/123456789012/eu-west-1`, key: "key" }, document)).toBe(name);
});
