import { afterEach, beforeEach, expect, test } from "vitest";
import { environment, newFolder, storedOf, TARGET_ARGUMENTS, withStored } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { type RawServices, startRawServices } from "./raw-service.ts";
import { type ApiItem, serveHere, walk } from "./serving.ts";

/*
 * Services that list what no service should, seen by the real clients and `stocktake sync`: it is stored whole, or rejected with a
 * recorded reason, and everything else that was listed is stored all the same.
 */

const SOURCE = "iot.account-associations";
/** What may be seen nowhere: not in what is printed, nor in anything stored. */
const SECRETS = {
  AWS_ACCESS_KEY_ID: "AKIAMARKEDACCESSKEY1",
  AWS_SECRET_ACCESS_KEY: "marked-secret-access-key",
  AWS_SESSION_TOKEN: "marked-session-token",
};
const CONTENT = "marked-content";

let folder: Awaited<ReturnType<typeof newFolder>>;
let services: RawServices;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await newFolder();
  services = await startRawServices();
  env = environment(folder.folder, { AWS_ENDPOINT_URL: services.url, ...SECRETS });
});
afterEach(async () => {
  await services.close();
  await folder.remove();
});

/** Lists these account associations, each a JSON text, and syncs them. */
async function syncListed(...documents: readonly string[]) {
  services.bodies.ListAccountAssociations = `{"Items":[${documents.join(",")}]}`;
  const result = await runInProcess(["sync", "--source", SOURCE, ...TARGET_ARGUMENTS], env);
  for (const secret of Object.values(SECRETS)) expect(result.stdout + result.stderr).not.toContain(secret);
  expect(result.stdout + result.stderr).not.toContain(CONTENT);
  expect(result.stderr).toMatch(/^[^\n]+\n$/);
  expect(result.stderr.length).toBeLessThan(1_500);
  return result;
}

const stored = () => withStored(env, (store) => storedOf(store, SOURCE));
const item = (AccountAssociationId: string, members: object = {}) =>
  JSON.stringify({ AccountAssociationId, AssociationState: "ASSOCIATION_SUCCEEDED", ...members });
/** The text with a member that holds this JSON text. */
const withRaw = (id: string, member: string, json: string) =>
  `{"AccountAssociationId":${JSON.stringify(id)},${JSON.stringify(member)}:${json}}`;
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const ORDINARY = item("ordinary");

/** Documents that can be stored: key and other members. */
const STORABLE: readonly (readonly [string, object])[] = [
  ["é".repeat(499), { Name: "a key of 998 bytes" }],
  ["a\u0000\u0001\n\r\t\u001b[31m\u007f\u2028", { Name: "a key of control characters" }],
  ["2026-03-01T00:00:00.000Z#all#%00$", { Name: "a key like those of the store" }],
  ["__proto__", { Name: "a key named __proto__" }],
  ["190 KB", { Name: CONTENT + "x".repeat(190_000) }],
  ["190 KB in UTF-8", { Description: CONTENT + "é".repeat(94_000) }],
  ["control characters", { Name: `${CONTENT}\u0000\u0007\u001b[2J\n\r\u2028\u0085` }],
  ["lone surrogates", { Name: `${CONTENT}\ud800 \udc00\ud83d` }],
  ["text in both directions", { Name: `${CONTENT}\u202e\u2066abc` }],
  ["markup", { Name: `<script>alert("${CONTENT}")</script>`, Description: "{{7*7}}" }],
  ["other types", { Name: 5, Description: { deep: [CONTENT, null, true] } }],
];

test("a document that can be stored is stored unchanged", async () => {
  const texts = STORABLE.map(([id, members]) => item(id, members));
  expect(await syncListed(...texts)).toMatchObject({ code: 0 });
  const first = await stored();
  expect(first.items.map(({ document }) => JSON.parse(document))).toEqual(
    expect.arrayContaining(texts.map((text) => JSON.parse(text))),
  );
  expect(first.changes.map(({ after }) => after.document).sort()).toEqual(
    first.items.map(({ document }) => document).sort(),
  );

  expect(await syncListed(...texts)).toMatchObject({ code: 0 });
  expect((await stored()).changes).toHaveLength(STORABLE.length);
  const edited = STORABLE.map(([id, members]) => item(id, { ...members, ErrorMessage: "now" }));
  expect(await syncListed(...edited)).toMatchObject({ code: 0 });
  const modified = (await stored()).changes.slice(STORABLE.length);
  expect(modified.map(({ kind }) => kind)).toEqual(STORABLE.map(() => "modified"));
  expect(modified.map(({ before }) => before?.document).sort()).toEqual(
    first.items.map(({ document }) => document).sort(),
  );

  const serving = await serveHere(env);
  const { items } = await walk<ApiItem>(serving.origin, "/v1/items", { source: SOURCE, limit: 1 });
  expect(items.map(({ document }) => document)).toEqual(expect.arrayContaining(edited.map((text) => JSON.parse(text))));
  for (const { id } of items) {
    expect((await fetch(`${serving.origin}/v1/items/${id}/history`)).status).toBe(200);
  }
  await serving.stop();
});

test("members that name an object's prototype change no prototype", async () => {
  const polluting = `{"AccountAssociationId":"p","__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}},"Name":{"__proto__":{"polluted":"yes"}}}`;
  expect(await syncListed(ORDINARY, polluting)).toMatchObject({ code: 0 });
  const document = (await stored()).items.find(({ key }) => key === "p")?.document;
  expect(JSON.parse(document ?? "")).toEqual(JSON.parse(polluting));
  const serving = await serveHere(env);
  const { items } = await walk<ApiItem & { polluted?: unknown }>(serving.origin, "/v1/items", { source: SOURCE });
  expect(items.map(({ polluted }) => polluted)).toEqual([undefined, undefined]);
  // Of its own members, and of that item alone.
  const filtered = await fetch(`${serving.origin}/v1/items?source=${SOURCE}&filter[__proto__.polluted]=yes`);
  expect(await filtered.json()).toMatchObject({ items: [{ key: "p" }] });
  await serving.stop();
});

/** Documents that cannot, and the reason that must be recorded; of one sync the first five reasons are. */
const REJECTED: readonly (readonly [string, RegExp])[][] = [
  [
    [item("k".repeat(999)), /identity is longer than 998 bytes: k+/],
    [item("l".repeat(100_000)), /identity is longer than 998 bytes: l+/],
    [withRaw("x", "AccountAssociationId", '"\\ud800"'), /identity is not valid Unicode/],
    [item("edge", { ConnectorDestinationId: "c".repeat(2_048) }), /item edge names an edge longer than 1024 bytes/],
    ["5", /an item without an identity was listed: a number/],
  ],
  [
    ['{"Name":"nameless"}', /an item without an identity was listed: { Name }/],
    [item(""), /without an identity/],
    ['{"AccountAssociationId":7}', /without an identity/],
    ['{"AccountAssociationId":null}', /without an identity/],
    ['{"AccountAssociationId":{"toString":1}}', /without an identity/],
  ],
  [
    ["null", /an item without an identity was listed: a null/],
    ['[{"AccountAssociationId":"x"}]', /without an identity/],
    [item("196 KB", { Name: CONTENT + "x".repeat(196_000) }), /item 196 KB is larger than 195000 bytes/],
    [item("400 KB", { Name: CONTENT + "x".repeat(400 * 1024) }), /item 400 KB is larger than 195000 bytes/],
    [item("5 MB", { Name: CONTENT + "x".repeat(5_000_000) }), /item 5 MB is larger than 195000 bytes/],
  ],
  [
    [withRaw("deep", "Name", nested(201)), /item deep nests deeper than 200 levels/],
    [
      withRaw("deeper", "Name", nested(100_000)),
      /an item nests deeper than 200 levels: { AccountAssociationId, Name }/,
    ],
  ],
];

test("a document that cannot be stored is rejected with a recorded reason, and harms nothing else", async () => {
  expect(await syncListed(item("old"), item("0"))).toMatchObject({ code: 0 });
  for (const [round, rejected] of REJECTED.entries()) {
    const before = (await stored()).changes.length;
    const added = Array.from({ length: round + 2 }, (_, n) => item(`${n}`, { Name: `${round}` }));
    expect(await syncListed(...rejected.map(([text]) => text), ...added)).toMatchObject({ code: 1 });
    const { items, changes, syncs } = await stored();
    expect(items.map(({ key, state }) => `${key} ${state}`)).toEqual([
      ...added.map((_, n) => `${n} present`),
      "old present",
    ]);
    expect(changes.slice(before).map(({ kind, after }) => `${kind} ${after.key}`)).toEqual(
      added.map((_, n) => `${n <= round ? "modified" : "added"} ${n}`),
    );
    expect(syncs[0]).toMatchObject({ outcome: "held", pending: 1, rejected: rejected.length });
    expect(syncs[0]?.rejections).toEqual(rejected.map(([, reason]) => expect.stringMatching(reason)));
    const records = JSON.stringify(syncs);
    for (const marked of [...Object.values(SECRETS), CONTENT]) expect(records).not.toContain(marked);
  }
  expect(await syncListed(item("0"))).toMatchObject({ code: 0 });
  expect((await stored()).items.find(({ key }) => key === "old")).toMatchObject({ state: "removed" });
});

test.each<[string, string, readonly string[]]>([
  ["held", "read as an empty page", ["", "{}", "[]", '"gone"', '{"Items":null}']],
  [
    "failed",
    "no answer of the service",
    [
      '{"Items":{}}',
      '{"Items":"none"}',
      '{"Items":[],"NextToken":0}',
      "<html><body>Sign in</body></html>",
      '{"Items":[{"AccountAssociationId":"a"},{"Acc',
    ],
  ],
])("is %s and removes nothing: a listing that is %s", async (outcome, _, bodies) => {
  expect(await syncListed(item("a"), item("b"))).toMatchObject({ code: 0 });
  for (const body of bodies) {
    services.bodies.ListAccountAssociations = body;
    const { code } = await runInProcess(["sync", "--source", SOURCE, ...TARGET_ARGUMENTS], env);
    expect({ body, code }).toEqual({ body, code: 1 });
  }
  const { items, changes, syncs } = await stored();
  expect(items.map(({ state }) => state)).toEqual(["present", "present"]);
  expect(changes).toHaveLength(2);
  expect(syncs.map((sync) => sync.outcome)).toEqual([...bodies.map(() => outcome), "complete"]);
});

test("a plan that is not a list of images removes nothing", async () => {
  const association = '{"ImageId":"wsi-123456789","AssociatedResourceId":"wsa-1"}';
  services.bodies.DescribeWorkspaceImages = '{"Images":[{"ImageId":"wsi-123456789"}]}';
  services.bodies.DescribeImageAssociations = `{"Associations":[${association}]}`;
  const sync = () => runInProcess(["sync", "--source", "workspaces.image-associations", ...TARGET_ARGUMENTS], env);
  expect(await sync()).toMatchObject({ code: 0 });
  services.bodies.DescribeWorkspaceImages = "{}";
  expect(await sync()).toMatchObject({ code: 1, stderr: expect.stringContaining("the plan is incomplete") });
  const { items } = await withStored(env, (store) => storedOf(store, "workspaces.image-associations"));
  expect(items.map(({ state }) => state)).toEqual(["present"]);
});

test("a denied call shows neither credentials nor content", async () => {
  expect(await syncListed(item("a", { Name: CONTENT }))).toMatchObject({ code: 0 });
  services.status = 403;
  expect(await syncListed(item("a", { Name: CONTENT }))).toMatchObject({ code: 1 });
  const { syncs } = await stored();
  expect(syncs[0]).toMatchObject({ outcome: "failed", error: { code: "denied" } });
  for (const marked of [...Object.values(SECRETS), CONTENT]) expect(JSON.stringify(syncs)).not.toContain(marked);
});
