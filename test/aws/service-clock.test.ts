import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CleanRoomsClient, ListMembershipsCommand } from "@aws-sdk/client-cleanrooms";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clientSettings } from "../../functions/aws/settings.ts";
import { cleanroomsMemberships } from "../../functions/sources/cleanrooms/memberships.ts";

const HOUR = 3_600_000;
/** A Date header has whole seconds, and the answer was some time on its way. */
const PRECISION = 60_000;

let server: Server;
/** The Date header of each next answer. */
let date: () => string | undefined;
let status: number;

beforeEach(async () => {
  date = () => new Date().toUTCString();
  status = 200;
  server = createServer((_request, response) => {
    response.sendDate = false;
    const header = date();
    if (header !== undefined) response.setHeader("date", header);
    response.writeHead(status, { "content-type": "application/json" }).end('{"membershipSummaries":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

const settings = () => ({
  ...clientSettings({
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  }),
  maxAttempts: 1,
});
const ahead = (ms: number) => () => new Date(Date.now() + ms).toUTCString();

test("a client's settings know how far this machine is ahead, from the last answer, an error too", async () => {
  const own = settings();
  const client = new CleanRoomsClient(own);
  const ask = () => client.send(new ListMembershipsCommand({})).catch(() => undefined);
  expect(own.clockOffset()).toBeUndefined();
  await ask();
  expect(Math.abs(own.clockOffset() ?? HOUR)).toBeLessThan(PRECISION);
  date = ahead(-HOUR);
  await ask();
  expect(Math.abs((own.clockOffset() ?? 0) - HOUR)).toBeLessThan(PRECISION);
  [date, status] = [ahead(2 * HOUR), 403];
  await ask();
  expect(Math.abs((own.clockOffset() ?? 0) + 2 * HOUR)).toBeLessThan(PRECISION);
  client.destroy();
});

test("an answer without a readable Date changes nothing", async () => {
  const own = settings();
  const client = new CleanRoomsClient(own);
  date = () => "yesterday";
  await client.send(new ListMembershipsCommand({}));
  expect(own.clockOffset()).toBeUndefined();
  date = ahead(-HOUR);
  await client.send(new ListMembershipsCommand({}));
  const known = own.clockOffset();
  date = () => undefined;
  await client.send(new ListMembershipsCommand({}));
  expect(own.clockOffset()).toBe(known);
  client.destroy();
});

test("each connection of a source has a clock of its own", async () => {
  const [one, other] = [cleanroomsMemberships.connect(settings()), cleanroomsMemberships.connect(settings())];
  for await (const _page of one.list({ id: "all", range: {} }, new AbortController().signal));
  expect(one.clockOffset()).toBeTypeOf("number");
  expect(other.clockOffset()).toBeUndefined();
  one.close();
  other.close();
});
