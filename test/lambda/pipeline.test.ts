import { createSocket } from "node:dgram";
import { once } from "node:events";
import { Duration } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientSettings } from "../../functions/aws/settings.ts";
import { METRICS } from "../../functions/lambda/metrics.ts";
import type { Source } from "../../functions/model/source.ts";
import { DEPLOYED_SOURCES as SOURCES } from "../../functions/sources/registry.ts";
import { syncMetric } from "../../infra/metrics.ts";
import { type LambdaFunction, TRACE } from "./function.ts";
import { collectionStatus, type List, PLAN, type SourceList } from "./reading.ts";
import { listenIn, ROLE_KEY, startSts } from "./sts.ts";
import { createWorld, deliver, get, read, TARGET, type World } from "./world.ts";

/** The bundles that are uploaded, each in a process of its own, with the events that AWS sends. */

const HOUR = 60;
const OWN = { accessKeyId: "test", secretAccessKey: "test" };

let world: World;
let api: LambdaFunction;

beforeAll(async () => {
  world = await createWorld({ baseTime: Date.now(), associations: 1_000, memberships: 450, images: 14 });
  const schedules = Object.fromEntries(SOURCES.map(({ id }) => [id, HOUR]));
  api = await world.api({ STOCKTAKE_SCHEDULES: JSON.stringify(schedules) });
}, 240_000);

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

describe("from the schedule to the API", () => {
  test.each(SOURCES)("$id is planned, synced and read", { timeout: 60_000 }, async (source) => {
    const sync = await world.sync(source.id);
    expect(await sync.invoke(PLAN)).toEqual({});
    expect(world.queue.messages.map(({ body }) => JSON.parse(body))).toEqual([
      { kind: "plan", source: source.id, target: TARGET },
    ]);
    expect(await deliver(world.queue, sync)).toBe(0);

    const listed = await listedBy(source);
    const status = await collectionStatus(api, source.id);
    expect(status?.items).toBe(listed.items);
    expect(status?.scopes.length).toBe(listed.scopes);
    expect(status?.scopes.every(({ outcome }) => outcome === "complete")).toBe(true);
    const { items } = await read<List>(api, `/v1/items?source=${source.id}&limit=5`);
    expect(items.length).toBe(Math.min(5, listed.items));
    expect(items.length).toBeGreaterThan(0);
    expect((await get(api, `/v1/items/${items[0]?.id}`)).statusCode).toBe(200);
    await sync.stop();
  });

  test("the API shows the deployed sources as the registry declares them, and no others", async () => {
    const { items } = await read<SourceList>(api, "/v1/sources");
    expect(items.map(({ id, operation }) => ({ id, operation }))).toEqual(
      SOURCES.map(({ id, operation }) => ({ id, operation })),
    );
    const small = await world.api({ STOCKTAKE_SCHEDULES: '{"workspaces.images":30}' });
    const left = await read<{ items: { id: string; everyMinutes: number }[] }>(small, "/v1/sources");
    expect(left.items.map(({ id, everyMinutes }) => ({ id, everyMinutes }))).toEqual([
      { id: "workspaces.images", everyMinutes: 30 },
    ]);
    await small.stop();
  });

  test("a change in the account is in the log after the next schedule", { timeout: 60_000 }, async () => {
    const sync = await world.sync("workspaces.image-associations");
    await sync.invoke(PLAN);
    expect(await deliver(world.queue, sync)).toBe(0);
    const [image] = world.simulator.account.images;
    if (!image) throw new Error("the account has no image");
    const lost = world.simulator.account.imageAssociationsOf(image.ImageId).length;
    world.simulator.account.removeImage(image.ImageId);
    await sync.invoke(PLAN);
    expect(await deliver(world.queue, sync)).toBe(0);

    const address = "/v1/changes?source=workspaces.image-associations&kind=removed";
    const { items } = await read<List>(api, address);
    expect(items.map(({ cause }) => cause)).toEqual(Array(lost).fill("parent removed"));
    const status = await collectionStatus(api, "workspaces.image-associations");
    expect(status?.scopes.filter(({ vanished }) => vanished).map(({ id }) => id)).toEqual([image.ImageId]);
    await sync.stop();
  });
});

describe("other accounts", () => {
  test("are read through their role, assumed in the function's own region", { timeout: 30_000 }, async () => {
    const sts = await startSts();
    const wire = await listenIn(world.simulator.url);
    const sync = await world.sync("cleanrooms.memberships", {
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ENDPOINT_URL_CLEANROOMS: wire.url,
    });
    const role = "arn:aws:iam::444455556666:role/StocktakeReader";
    const target = { account: "444455556666", region: "us-east-1", roleArn: role, externalId: "stocktake-x" };
    await sync.invoke({ kind: "plan", targets: [target] });
    expect(await deliver(world.queue, sync)).toBe(0);
    const session = "stocktake-cleanrooms.memberships";
    expect(sts.assumed).toEqual([
      { role, externalId: "stocktake-x", session, by: "ASIAFUNCTION", region: "eu-west-1" },
    ]);
    expect(new Set(wire.signers)).toEqual(new Set([ROLE_KEY]));
    const { items } = await read<List>(api, "/v1/items?source=cleanrooms.memberships&account=444455556666&limit=1000");
    expect(items.length).toBe([...world.simulator.account.memberships].length);
    await sync.stop();
    await sts.close();
    await wire.close();
  });
});

describe("a sync function", () => {
  test("writes logs, metrics and traces without a document or a secret in them", { timeout: 30_000 }, async () => {
    const daemon = createSocket("udp4");
    daemon.bind(0, "127.0.0.1");
    await once(daemon, "listening");
    const segments: Record<string, unknown>[] = [];
    daemon.on("message", (packet) => segments.push(JSON.parse(packet.toString().split("\n")[1] ?? "{}")));
    const sync = await world.sync("cleanrooms.memberships", {
      AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
    });
    await sync.invoke(PLAN);
    await deliver(world.queue, sync);

    const line = sync.logs.find(({ message }) => message === "sync complete");
    expect(line).toMatchObject({
      ...{ level: "INFO", service: "stocktake", source: "cleanrooms.memberships", scope: "all", outcome: "complete" },
      ...TARGET,
      xray_trace_id: "1-5759e988-bd862e3fe1be46a994272793",
    });
    expect(line?.function_request_id).toMatch(/^00000000-/);
    const [metrics] = sync.logs.filter((each) => "_aws" in each);
    const watched = syncMetric("cleanrooms.memberships", METRICS.completeSync, Duration.hours(1));
    expect(metrics).toMatchObject(watched.dimensions ?? {});
    expect(metrics?._aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace: watched.namespace, Dimensions: [Object.keys(watched.dimensions ?? {})] }],
    });
    expect(metrics).toMatchObject({
      [METRICS.syncsComplete]: 1,
      [METRICS.completeSync]: 1,
      [METRICS.itemsAdded]: expect.any(Number),
    });
    await expect
      .poll(() => segments)
      .toContainEqual(
        expect.objectContaining({
          ...{ name: "sync", trace_id: /Root=([^;]+)/.exec(TRACE)?.[1] },
          annotations: { source: "cleanrooms.memberships", ...TARGET },
        }),
      );
    const everything = JSON.stringify([sync.logs, segments]);
    const [membership] = world.simulator.account.memberships;
    expect(everything).not.toContain(membership?.id ?? "no membership");
    expect(everything).not.toMatch(/secret-of|token-of|ASIAFUNCTION/);
    expect(sync.logs.filter((each) => "text" in each)).toEqual([]);
    await sync.stop();
    daemon.close();
  });

  test("settles on request, and reports nothing", async () => {
    const sync = await world.sync("cleanrooms.memberships");
    expect(await sync.invoke({ kind: "settle" })).toEqual({});
    expect(sync.logs).toEqual([]);
    await sync.stop();
  });
});

describe("the API's function", () => {
  test("logs an error with the id that the caller received", async () => {
    const broken = await world.api({ STOCKTAKE_SCHEDULES: "{}", STOCKTAKE_TABLE_SCOPES: "nowhere" });
    const { statusCode, body } = await get(broken, "/v1/sources");
    expect(statusCode).toBe(500);
    const { errorId } = JSON.parse(body ?? "");
    expect(broken.logs).toContainEqual(expect.objectContaining({ level: "ERROR", errorId }));
    await broken.stop();
  });
});
