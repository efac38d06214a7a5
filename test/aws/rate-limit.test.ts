import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CleanRoomsClient, ListMembershipsCommand } from "@aws-sdk/client-cleanrooms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientSettings } from "../../functions/aws/settings.ts";

let server: Server;
let arrivals: number[];

beforeEach(async () => {
  arrivals = [];
  server = createServer((_request, response) => {
    arrivals.push(performance.now());
    response.setHeader("content-type", "application/json").end('{"membershipSummaries":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

test("clients that share a rate limit share its calls", async () => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const clients = [1, 2].map(() => {
    const rateLimit = { key: "shared", callsPerSecond: 3 };
    return new CleanRoomsClient(clientSettings({ region: "eu-west-1", endpoint, credentials }, rateLimit));
  });
  await Promise.all([0, 1, 0, 1].map((index) => clients[index]?.send(new ListMembershipsCommand({}))));
  const [first = 0, , , fourth = 0] = arrivals;
  expect(arrivals).toHaveLength(4);
  expect(fourth - first).toBeGreaterThan(500);
  for (const client of clients) client.destroy();
});
