import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientSettings } from "../../functions/aws/settings.ts";
import { collectionOf, serviceOf } from "../../functions/model/collection.ts";
import { instantOf } from "../../functions/model/instant.ts";
import type { Source } from "../../functions/model/source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { ASSUMED } from "../../infra/monthly-cost.ts";
import { ROOT, startOrganization } from "../../simulator/organization.ts";
import { membership } from "../api/harness/documents.ts";
import { newWorld } from "../api/harness/world.ts";
import { startBucket } from "../export/bucket.ts";
import { deployment } from "../infra/deployment.ts";
import { assembly, LISTING_ROLE, ORGANIZATION, READER_ACCOUNT } from "./assembly.ts";
import { matchesPattern, transformed } from "./event-bridge.ts";
import type { LambdaFunction } from "./function.ts";
import { serve } from "./http.ts";
import { collectionStatus, type List, published, type SourceList } from "./reading.ts";
import { keyOfRole } from "./sts.ts";
import { createWorld, get, keyOf, read, type SyncFunction, TARGET, type World } from "./world.ts";

/**
 * The bundles that are uploaded, each in a process of its own, with the template's environment and the events that AWS sends, behind a gate
 * that allows only what the template's roles say.
 */

const OWN = { accessKeyId: "test", secretAccessKey: "test" };
const SERVICES = [...new Set(SOURCES.map(({ id }) => serviceOf(id)))];
const MEMBERSHIPS = collectionOf("cleanrooms.memberships", TARGET);

let world: World;
let api: LambdaFunction;
const functions = new Map<string, SyncFunction>();
const functionOf = (service: string): SyncFunction => {
  const found = functions.get(service);
  if (!found) throw new Error(`no function of ${service}`);
  return found;
};

beforeAll(async () => {
  world = await createWorld({
    baseTime: Date.now(),
    associations: 100,
    memberships: 4,
    images: 6,
    accountAssociations: 20,
  });
  for (const service of SERVICES) functions.set(service, await world.sync(service));
  api = await world.api();
  await world.addTarget(TARGET);
});

afterAll(() => world.close());

/** How much the account lists of a source, without any of the code under test but its client. */
async function listedBy(source: Source): Promise<{ readonly items: number; readonly scopes: number }> {
  const { signal } = new AbortController();
  const connection = source.connect(
    clientSettings({ region: TARGET.region, endpoint: world.simulator.url, credentials: OWN }),
  );
  let [items, scopes] = [0, 0];
  for await (const scope of connection.plan(signal, TARGET)) {
    scopes += 1;
    for await (const { documents } of connection.list(scope, signal)) items += documents.length;
  }
  connection.close();
  return { items, scopes };
}

/** An event of CloudTrail, as EventBridge passes it on. */
function trailEvent(eventName: string, detail: object = {}, source = "cleanrooms"): object {
  const time = new Date().toISOString();
  return {
    ...{ version: "0", id: "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "AWS API Call via CloudTrail" },
    ...{ source: `aws.${source}`, account: TARGET.account, time, region: TARGET.region, resources: [] },
    detail: {
      ...{ eventVersion: "1.11", eventSource: `${source}.amazonaws.com`, eventName, awsRegion: TARGET.region },
      eventTime: `${time.slice(0, 19)}Z`,
      userIdentity: { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/Admin/jo" },
      ...detail,
    },
  };
}

describe("from the schedule to the API", () => {
  test.each(SERVICES)("the sources of %s are dispatched, synced and read", async (service) => {
    await functionOf(service).dispatch();
    for (const source of SOURCES.filter(({ id }) => serviceOf(id) === service)) {
      const listed = await listedBy(source);
      const status = await collectionStatus(api, source.id);
      expect(status?.items).toBe(listed.items);
      expect(status?.scopes.length).toBe(listed.scopes);
      expect(status?.scopes.every(({ outcome }) => outcome === "complete")).toBe(true);
      const { items } = await read<List>(api, `/v1/items?source=${source.id}&limit=5`);
      expect(items.length).toBe(Math.min(5, listed.items));
      expect(items.length).toBeGreaterThan(0);
      expect((await get(api, `/v1/items/${items[0]?.id}`)).statusCode).toBe(200);
    }
  });

  test("one invocation carries one claim of everything that is due, and nothing is due after it", async () => {
    const workspaces = functionOf("workspaces");
    const collections = ["workspaces.images", "workspaces.image-associations"].map((id) => collectionOf(id, TARGET));
    for (const collection of collections) await world.makeDue(collection);
    await workspaces.invoke({ kind: "dispatch" });
    await workspaces.invoke({ kind: "dispatch" });
    const [event, ...others] = await workspaces.deliver();
    expect(event).toEqual({
      kind: "sync",
      claim: expect.any(String),
      collections: expect.arrayContaining(collections),
    });
    expect(others).toEqual([]);
    await workspaces.invoke({ kind: "dispatch" });
    expect(await workspaces.deliver()).toEqual([]);
  });

  test("the API shows the deployed sources as the registry declares them, and no others", async () => {
    const { items } = await read<SourceList>(api, "/v1/sources");
    const shown = items.map(({ id, operation }) => `${id} ${operation}`);
    expect(shown.sort()).toEqual(SOURCES.map(({ id, operation }) => `${id} ${operation}`).sort());
    const small = await world.api({ STOCKTAKE_SCHEDULES: '{"workspaces.images":30}' });
    const left = await read<{ items: { id: string; intervalMinutes: number }[] }>(small, "/v1/sources");
    expect(left.items.map(({ id, intervalMinutes }) => ({ id, intervalMinutes }))).toEqual([
      { id: "workspaces.images", intervalMinutes: 30 },
    ]);
    await small.stop();
  });

  test("a change in the account is in the log once it is due again", async () => {
    const [image] = world.simulator.account.images;
    if (!image) throw new Error("the account has no image");
    const lost = world.simulator.account.imageAssociationsOf(image.ImageId).length;
    world.simulator.account.removeImage(image.ImageId);
    await world.makeDue(collectionOf("workspaces.image-associations", TARGET));
    await functionOf("workspaces").dispatch();

    const address = "/v1/changes?source=workspaces.image-associations&kind=removed";
    const { items } = await read<List>(api, address);
    expect(items.map(({ cause }) => cause)).toEqual(Array(lost).fill("parent removed"));
    const status = await collectionStatus(api, "workspaces.image-associations");
    expect(status?.scopes.filter(({ ended }) => ended).map(({ id }) => id)).toEqual([image.ImageId]);
  });

  test("a change in the account is on the event bus, and Slack is told", async () => {
    const { eventBridge, simulator } = world;
    const { resources } = deployment({
      notify: [
        {
          match: { types: ["Item Modified"], sources: ["cleanrooms.memberships"] },
          to: { slackWebhook: "https://hooks.slack.com/services/T/B/x" },
        },
      ],
    });
    const rule = resources("AWS::Events::Rule").find(({ Properties }) => Properties.EventPattern?.source);
    const [target] = rule?.Properties.Targets ?? [];
    const received: unknown[] = [];
    const slack = await serve((_, body, response) => {
      received.push(JSON.parse(body));
      response.end("ok");
    });
    eventBridge.deliver = async (event) => {
      if (!matchesPattern(rule?.Properties.EventPattern, event)) return;
      await fetch(slack.url, { method: "POST", body: JSON.stringify(transformed(target.InputTransformer, event)) });
    };
    // One is refused at first, and all of a request but that are taken.
    const refusals = new Set<string>();
    eventBridge.refuse = ({ detail }) => {
      if (refusals.size > 0) return undefined;
      refusals.add(detail.eventId);
      return "ThrottlingException";
    };
    eventBridge.events.length = 0;
    const [membership, other] = [...simulator.account.memberships].filter(({ status }) => status === "ACTIVE");
    if (!membership || !other) throw new Error("the account has no membership");
    simulator.account.memberships.put({ ...membership, status: "REMOVED", collaborationName: '<!channel> "x" & y' });
    simulator.account.memberships.put({ ...other, status: "REMOVED" });
    await world.makeDue(MEMBERSHIPS);
    await functionOf("cleanrooms").dispatch();

    const { items } = await read<List>(api, "/v1/changes?source=cleanrooms.memberships&kind=modified");
    const published = eventBridge.events.map(({ detail }) => detail);
    expect(published.map(({ id, at }) => `${id} ${at}`).sort()).toEqual(
      items.map(({ id, at }) => `${id} ${at}`).sort(),
    );
    const event = published.find(({ key }) => key === membership.id || key === membership.arn);
    expect(event).toMatchObject({
      ...items.find(({ id }) => id === event.id),
      eventId: `${MEMBERSHIPS}/${event.at}/${event.key}`,
      before: { status: "ACTIVE" },
      firstListing: false,
    });
    expect(new Set(eventBridge.events.map(({ bus, source }) => `${source} ${bus}`))).toEqual(
      new Set(["stocktake Stocktake-events"]),
    );
    expect(received).toHaveLength(2);
    expect(received).toContainEqual({ text: expect.stringContaining("status: ACTIVE -&gt; REMOVED") });
    expect(received).toContainEqual({ text: expect.stringContaining('&lt;!channel&gt; "x" &amp; y') });
    await slack.close();
  });
});

describe("an event of CloudTrail", () => {
  const addMembership = () => {
    const [known] = world.simulator.account.memberships;
    if (!known) throw new Error("the account has no membership");
    const id = crypto.randomUUID();
    world.simulator.account.memberships.put({ ...known, id, arn: known.arn.replace(known.id, id) });
  };

  test("has what it tells of synced in the next minute, and the sync says who did what", async () => {
    const cleanrooms = functionOf("cleanrooms");
    await cleanrooms.dispatch();
    addMembership();
    expect(await cleanrooms.invoke(trailEvent("CreateMembership"))).toEqual({});
    await cleanrooms.dispatch();
    const { syncs } = await world.store.syncs(MEMBERSHIPS, {}, 1);
    expect(syncs).toMatchObject([
      {
        added: 1,
        hint: { event: "CreateMembership", principal: "arn:aws:sts::111122223333:assumed-role/Admin/jo" },
      },
    ]);
  });

  test("that comes during a sync has another one follow at once", async () => {
    const cleanrooms = functionOf("cleanrooms");
    await world.makeDue(MEMBERSHIPS);
    await cleanrooms.invoke({ kind: "dispatch" });
    // It happens after the claim.
    await cleanrooms.invoke(trailEvent("DeleteMembership", { eventTime: new Date().toISOString() }));
    await cleanrooms.deliver();
    expect((await world.store.collectionRecord(MEMBERSHIPS))?.hint).toMatchObject({ event: "DeleteMembership" });
    const asked = world.simulator.requests.ListMemberships;
    await cleanrooms.dispatch();
    expect(world.simulator.requests.ListMemberships).toBeGreaterThan(asked);
    expect(await world.store.collectionRecord(MEMBERSHIPS)).not.toHaveProperty("hint");
  });

  test.each([
    ["no source names", trailEvent("ListMemberships")],
    ["happened in an account that is not inventoried", { ...trailEvent("CreateMembership"), account: "999999999999" }],
  ])("that %s changes nothing", async (_what, event) => {
    const before = await world.store.collectionRecord(MEMBERSHIPS);
    expect(await functionOf("cleanrooms").invoke(event)).toEqual({});
    expect(await world.store.collectionRecord(MEMBERSHIPS)).toEqual(before);
  });
});

describe("a service's function", () => {
  test("publishes the gauges over all services every minute, without dimensions", async () => {
    const cleanrooms = await world.sync("cleanrooms");
    await cleanrooms.invoke({ kind: "dispatch" });
    const gauges = cleanrooms.logs.filter((line) => "_aws" in line);
    expect(gauges).toHaveLength(1);
    expect(gauges[0]).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: "Stocktake/Stocktake", Dimensions: [[]] }] },
      ...{ Overdue: 0, Failing: 0, PendingRemovals: 0 },
    });
    const images = collectionOf("workspaces.images", TARGET);
    const record = await world.store.collectionRecord(images);
    if (!record) throw new Error("no record");
    await world.store.putCollectionRecord({
      ...{ ...record, revision: record.revision + 1, failures: 3, failure: "throttled", pending: 4, nextAt: 0 },
    });
    await cleanrooms.stop();
    // It counts the other services' when it begins, and every five minutes.
    const other = await world.sync("iot");
    await other.dispatch();
    expect(["Overdue", "Failing", "PendingRemovals"].map((name) => published(other, name))).toEqual([[1], [1], [1]]);
    await other.stop();
    await world.makeDue(images);
    await functionOf("workspaces").dispatch();
  });

  test("writes a log without a document or a secret in it", async () => {
    const cleanrooms = functionOf("cleanrooms");
    const line = cleanrooms.logs.find(
      ({ message, source }) => message === "sync complete" && source === "cleanrooms.memberships",
    );
    expect(line).toMatchObject({
      ...{ level: "INFO", service: "stocktake", source: "cleanrooms.memberships", scope: "all", outcome: "complete" },
      ...TARGET,
    });
    expect(line?.function_request_id).toMatch(/^00000000-/);
    const everything = JSON.stringify(cleanrooms.logs);
    const [membership] = world.simulator.account.memberships;
    // Its id may be there, as the scope of what the membership has.
    expect(everything).not.toContain(JSON.stringify(membership?.collaborationName));
    expect(everything).not.toMatch(/secret-of|token-of|ASIA/);
    expect(cleanrooms.logs.filter((each) => "text" in each)).toEqual([]);
  });

  test("verifies what it has listed", async () => {
    for (const service of SERVICES) {
      // The next test does it for Clean Rooms.
      if (service === "cleanrooms") continue;
      expect(await functionOf(service).invoke({ kind: "verify" })).not.toHaveProperty("error");
    }
  });

  test("finds damage, repairs it, and publishes how many scopes are damaged", async () => {
    const sync = await world.sync("cleanrooms");
    // What is being synced is verified the next time. On a slow machine a sync after an earlier test's event would be under way.
    const known = await world.store.collectionRecord(MEMBERSHIPS);
    if (!known) throw new Error("there is no record");
    const { claim: _, ...idle } = known;
    const nextAt = Date.now() + 3_600_000;
    await world.store.putCollectionRecord({ ...idle, revision: known.revision + 1, nextAt });
    const { items } = await world.store.items(MEMBERSHIPS, {}, { limit: 3 });
    const versions = items.flat().map(({ key, at }) => ({ key, at }));
    await world.store.delete(MEMBERSHIPS, { versions }, new AbortController().signal);
    await sync.invoke({ kind: "verify" });
    // Three minutes later a dispatch publishes what nobody has.
    const stored = await world.store.collectionRecord(MEMBERSHIPS);
    if (!stored?.notices?.damaged) throw new Error("no damage is noted");
    const damaged = { ...stored.notices.damaged, since: instantOf(Date.now() - 4 * 60_000) };
    await world.store.putCollectionRecord({ ...stored, revision: stored.revision + 1, notices: { damaged } });
    await sync.invoke({ kind: "dispatch" });
    await sync.invoke({ kind: "dispatch" });
    expect(world.eventBridge.events.filter((event) => event["detail-type"] === "Damage Found")).toMatchObject([
      { detail: { source: "cleanrooms.memberships", scope: "all", message: expect.stringContaining("--repair") } },
    ]);
    await sync.invoke({ kind: "verify", repair: true });
    await sync.invoke({ kind: "verify" });
    expect(published(sync, "DamagedScopes")).toEqual([1, 0, 0]);
    const said = sync.logs.filter(({ message }) => /^damage/.test(String(message)));
    expect(said).toMatchObject([
      { message: "damage found", source: "cleanrooms.memberships", ...TARGET },
      { message: "damage repaired", source: "cleanrooms.memberships", ...TARGET },
    ]);
    expect((await collectionStatus(api, "cleanrooms.memberships"))?.items).toBe(
      [...world.simulator.account.memberships].length,
    );
    await sync.stop();
  });
});

test("items are no larger than docs/cost.md assumes", async () => {
  const sizes: number[] = [];
  for (const { id } of SOURCES) {
    const { items } = await world.store.items(collectionOf(id, TARGET), {}, { limit: 200 });
    sizes.push(...items.flat().map((item) => Buffer.byteLength(JSON.stringify(item))));
  }
  expect(sizes.length).toBeGreaterThan(200);
  expect(sizes.reduce((sum, size) => sum + size, 0) / sizes.length).toBeLessThanOrEqual(ASSUMED.itemBytes);
});

describe("other accounts", () => {
  test("are read through their role, assumed in the function's own region", async () => {
    await world.addTarget({ account: READER_ACCOUNT, region: TARGET.region });
    for (const service of SERVICES) {
      // A process reconciles the targets first, and then once an hour: this one begins.
      const sync = await world.sync(service, { STOCKTAKE_EXTERNAL_ID: "stocktake-x" });
      await sync.dispatch();
      await sync.stop();
    }
    const role = `arn:aws:iam::${READER_ACCOUNT}:role/Stocktake-eu-west-1-reader`;
    const cleanrooms = world.sts.assumed.filter(({ session }) => session === "stocktake-cleanrooms.memberships");
    expect(cleanrooms).toEqual([
      {
        role,
        externalId: "stocktake-x",
        session: "stocktake-cleanrooms.memberships",
        by: keyOf("Stocktake-cleanrooms"),
        region: "eu-west-1",
      },
    ]);
    const address = `/v1/items?source=cleanrooms.memberships&account=${READER_ACCOUNT}&limit=1000`;
    expect((await read<List>(api, address)).items.length).toBe([...world.readerAccount.account.memberships].length);
  });
});

describe("the roles", () => {
  const unused = (name: string) => world.iam.unused(keyOf(`Stocktake-${name}`));

  test.each(SERVICES)("of %s allow nothing that it does not need", (service) => expect(unused(service)).toEqual([]));

  test("of the API allows nothing that it does not need", async () => {
    const { items } = await read<{ items: { id: string; firstSeenAt: string; edge: { from: string } }[] }>(
      api,
      "/v1/items?source=cleanrooms.configured-table-associations",
    );
    const [{ id, firstSeenAt: at, edge }] = items as [(typeof items)[number]];
    const node = encodeURIComponent(edge.from);
    for (const path of [`items/${id}/history`, `items?at=${at}`, `graph?node=${node}`, "syncs", "health"]) {
      expect([path, (await get(api, `/v1/${path}`)).statusCode]).toEqual([path, 200]);
    }
    expect(unused("api")).toEqual([]);
  });

  test("of discovery and the readers allow nothing that they do not need", async () => {
    // One of them is new.
    const enabled = { "eu-west-1": "ENABLED_BY_DEFAULT", "eu-central-1": "ENABLED_BY_DEFAULT" } as const;
    const accounts = [TARGET.account, READER_ACCOUNT].map((id) => ({
      ...{ id, regions: enabled, tags: ORGANIZATION.tags },
      ...(id === READER_ACCOUNT && { unit: "ou-ab12-11111111" }),
    }));
    const organization = await startOrganization({
      ...{ managementAccount: TARGET.account, accounts, units: { "ou-ab12-11111111": ROOT } },
    });
    const url = await world.iam.guard(organization.url);
    const { discoveries, reader } = await assembly();
    const listing = [{ actions: ["organizations:ListAccounts"], resources: ["*"] }];
    world.iam.know({
      accessKeyId: keyOfRole(LISTING_ROLE),
      account: LISTING_ROLE.split(":")[4] ?? "",
      statements: listing,
    });
    const discover = await world.function("Stocktake-discover", {
      AWS_ENDPOINT_URL_ACCOUNT: url,
      AWS_ENDPOINT_URL_ORGANIZATIONS: url,
    });
    const { result, error } = await discover.invoke({ kind: "discover" });
    expect([error, result]).toMatchObject([undefined, { accounts: 2, added: 2, unanswered: 0 }]);
    expect(unused("discover")).toEqual([]);
    for (const [region, deployed] of [
      ["us-east-1", discoveries.whole],
      ["us-west-2", discoveries.throughRole],
    ] as const) {
      const regions = { ...enabled, [region]: "ENABLED_BY_DEFAULT" } as const;
      organization.organization.accounts = accounts.map((account) => ({ ...account, regions }));
      const accessKeyId = keyOf(`discover-${region}`);
      world.iam.know({ accessKeyId, account: TARGET.account, statements: deployed.statements });
      const other = await world.function(deployed.name, {
        ...{ ...deployed.environment, AWS_ACCESS_KEY_ID: accessKeyId },
        ...{ AWS_ENDPOINT_URL_ACCOUNT: url, AWS_ENDPOINT_URL_ORGANIZATIONS: url },
      });
      expect(await other.invoke({ kind: "discover" })).toMatchObject({ result: { accounts: 2, unanswered: 0 } });
      expect(world.iam.unused(accessKeyId)).toEqual([]);
      await other.stop();
    }
    expect(world.iam.unused(keyOfRole(reader.roleArn))).toEqual([]);
    await organization.close();
  });

  test("of daily exports allows nothing that it does not need", async () => {
    const { functions: deployed } = await assembly();
    const name = "Stocktake-export";
    const { STOCKTAKE_EXPORT_BUCKET = "" } = deployed.find((each) => each.name === name)?.environment ?? {};
    const bucket = await startBucket(STOCKTAKE_EXPORT_BUCKET);
    const endpoint = await world.iam.guard(bucket.url);
    // At midnight nothing was there yet: every item's chain is followed down to its beginning.
    const exporter = await world.function(name, { AWS_ENDPOINT_URL_S3: endpoint });
    expect(await exporter.invoke({ kind: "export" })).toMatchObject({ result: { outcome: "exported" } });
    // A day later there is a file of several parts. One is refused, and the file is given up.
    const documents = Array.from({ length: 32 }, (_, n) =>
      membership(n, { note: randomBytes(140_000).toString("base64") }),
    );
    const large = await newWorld({ store: world.store }).sync({ source: "cleanrooms.memberships", documents });
    expect(large).toMatchObject({ outcome: "complete", added: documents.length });
    const aDayAhead = "data:text/javascript,globalThis.today=Date.now;Date.now=()=>today()+864e5";
    const tomorrow = await world.function(name, {
      AWS_ENDPOINT_URL_S3: endpoint,
      NODE_OPTIONS: `--enable-source-maps --import=${aDayAhead}`,
    });
    bucket.fail(/^PUT\?uploadId/);
    const { result, error } = await tomorrow.invoke({ kind: "export" });
    expect([result, error?.message]).toEqual([undefined, expect.stringContaining("UploadPart")]);
    expect(bucket.uploads.size).toBe(0);
    expect(unused("export")).toEqual([]);
    await bucket.close();
  });

  test("of the API's readers allows what a client of it asks, and nothing else", async () => {
    const { apiReader } = await assembly();
    const accessKeyId = "ASIAREADER";
    world.iam.know({ accessKeyId, account: TARGET.account, statements: apiReader });
    const gateway = await serve(async ({ url = "" }, _body, response) => {
      response.end((await get(api, url)).body);
    });
    const url = await world.iam.guard(gateway.url);
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260301/${TARGET.region}/execute-api/aws4_request`;
    for (const method of ["GET", "HEAD"]) {
      expect((await fetch(`${url}/v1/sources`, { method, headers: { authorization } })).status).toBe(200);
    }
    expect(world.iam.unused(accessKeyId)).toEqual([]);
    await gateway.close();
  });

  test("that rules take on send events where these rules send them, and nowhere else", async () => {
    const { forwarding } = await assembly();
    expect(forwarding).toHaveLength(2);
    for (const { statements, targets } of forwarding) {
      expect(statements.flatMap(({ actions }) => actions)).toEqual(["events:PutEvents"]);
      expect(new Set(statements.flatMap(({ resources }) => resources))).toEqual(new Set(targets));
    }
  });

  test("are these and no others, and deny nothing that is needed", async () => {
    const { functions: deployed, forwarding, roles } = await assembly();
    const [reader, apiReader] = [1, 1];
    expect(roles).toBe(deployed.length + reader + apiReader + forwarding.length);
    expect(world.iam.denied).toEqual([]);
  });
});

describe("the API's function", () => {
  test("logs an error with the id that the caller received", async () => {
    const broken = await world.api({ AWS_ENDPOINT_URL_DYNAMODB: world.databaseUrl, STOCKTAKE_TABLE_SCOPES: "nowhere" });
    const { statusCode, body } = await get(broken, "/v1/sources");
    expect(statusCode).toBe(500);
    const { errorId } = JSON.parse(body ?? "");
    expect(broken.logs).toContainEqual(expect.objectContaining({ level: "ERROR", errorId }));
    await broken.stop();
  });
});
