import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { signedApi } from "../../cli/deployed-api.ts";

/** How many of the next requests find their connection reset. */
let resets: number;
let requests: number;
let server: Server;
beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    if (requests <= resets) request.socket.resetAndDestroy();
    else response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

function api() {
  const { port } = server.address() as AddressInfo;
  const credentials = async () => ({ accessKeyId: "test", secretAccessKey: "test" });
  return signedApi({ url: `http://127.0.0.1:${port}`, region: "eu-west-1", credentials, fetch: globalThis.fetch });
}

test("a request whose connection is reset is sent once more", async () => {
  resets = 1;
  expect(await api().get("/v1/sources")).toEqual({});
  expect(requests).toBe(2);
});

test("an API that resets every connection is said not to answer", async () => {
  resets = Number.POSITIVE_INFINITY;
  await expect(api().get("/v1/sources")).rejects.toThrow(/^the API at http:\/\/127\.0\.0\.1:\d+ does not answer: /);
});
