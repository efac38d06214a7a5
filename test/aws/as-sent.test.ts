import { paginateListAssociations, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  IoTManagedIntegrationsClient,
  paginateListAccountAssociations,
} from "../../functions/aws/iot-managed-integrations/index.ts";
import { clientSettings } from "../../functions/aws/settings.ts";
import { WHOLE } from "../../functions/model/collection.ts";
import type { Page, Source } from "../../functions/model/source.ts";
import { iotAccountAssociations } from "../../functions/sources/iot/account-associations.ts";
import { sagemakerAssociations } from "../../functions/sources/sagemaker/associations.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import { type RawServices, startRawServices } from "../cli/raw-service.ts";

const settingsOf = (endpoint: string) => ({
  ...clientSettings({
    region: "eu-west-1",
    endpoint,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  }),
  maxAttempts: 1,
});

async function pages(source: Source, endpoint: string): Promise<Page[]> {
  const connection = source.connect(settingsOf(endpoint));
  const listed: Page[] = [];
  try {
    for await (const page of connection.list(WHOLE, new AbortController().signal)) listed.push(page);
  } finally {
    connection.close();
  }
  return listed;
}

describe("documents as sent, read,", () => {
  const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), associations: 250, accountAssociations: 1_100 });
  let simulator: Awaited<ReturnType<typeof startSimulator>>;
  beforeAll(async () => {
    simulator = await startSimulator({ account });
  });
  afterAll(() => simulator.close());

  const asStored = (documents: readonly unknown[]) => JSON.parse(JSON.stringify(documents)) as unknown[];

  test("are what the SDK's client gives: associations", async () => {
    const client = new SageMakerClient(settingsOf(simulator.url));
    const given: unknown[] = [];
    const order = { SortBy: "CreationTime", SortOrder: "Ascending", CreatedAfter: new Date(0) } as const;
    for await (const page of paginateListAssociations({ client, pageSize: 100 }, order)) {
      given.push(...(page.AssociationSummaries ?? []));
    }
    client.destroy();
    const listed = (await pages(sagemakerAssociations, simulator.url)).flatMap(({ documents }) => documents);
    expect(listed).not.toEqual(asStored(given));
    expect(listed.map(sagemakerAssociations.read)).toEqual(asStored(given));
  });

  test("are what the SDK's client gives: account associations", async () => {
    const client = new IoTManagedIntegrationsClient(settingsOf(simulator.url));
    const given: unknown[] = [];
    for await (const page of paginateListAccountAssociations({ client, pageSize: 1000 }, {})) {
      given.push(...(page.Items ?? []));
    }
    client.destroy();
    const listed = (await pages(iotAccountAssociations, simulator.url)).flatMap(({ documents }) => documents);
    expect(listed.map(iotAccountAssociations.read)).toEqual(asStored(given));
  });
});

describe("a list as sent", () => {
  let services: RawServices;
  beforeAll(async () => {
    services = await startRawServices();
  });
  afterEach(() => {
    services.status = 200;
    delete services.bodies.ListAssociations;
  });
  afterAll(() => services.close());
  const list = () => pages(sagemakerAssociations, services.url);

  test("holds whatever was sent, and each document is read by itself", async () => {
    const sent = '[{"SourceArn":"a","Unknown":{"__proto__":1},"CreationTime":1.5},{"CreationTime":"x"},null,7]';
    services.bodies.ListAssociations = `{"Other":[1],"AssociationSummaries":${sent}}`;
    const [page] = await list();
    expect(page).toEqual({ documents: JSON.parse(sent), retries: 0 });
    const [first, second, third, fourth] = page?.documents ?? [];
    expect(sagemakerAssociations.read(first)).toEqual({ SourceArn: "a", CreationTime: "1970-01-01T00:00:01.500Z" });
    expect(() => sagemakerAssociations.read(second)).toThrow(TypeError);
    expect([third, fourth].map(sagemakerAssociations.read)).toEqual([null, 7]);
  });

  test.each([
    ["nothing", ""],
    ["an object without it", "{}"],
    ["null", '{"AssociationSummaries":null}'],
  ])("is missed when there is %s", async (_, body) => {
    services.bodies.ListAssociations = body;
    expect(await list()).toEqual([{ documents: [], retries: 0, listless: true }]);
  });

  test.each([
    ["is cut off", '{"AssociationSummaries":[{"Sour', 200, SyntaxError],
    ["is no list", '{"AssociationSummaries":{}}', 200, /something else where its list of items belongs/],
    ["is an error that speaks of one", '{"__type":"Slow","message":"down","AssociationSummaries":[]}', 400, /^down$/],
  ])("fails as the SDK fails when the answer %s", async (_, body, status, error) => {
    services.bodies.ListAssociations = body;
    services.status = status;
    await expect(list()).rejects.toThrow(error);
  });
});
