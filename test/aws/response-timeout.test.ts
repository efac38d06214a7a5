import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpRequest } from "@smithy/core/protocols";
import { expect, test } from "vitest";
import { createRequestHandler } from "../../functions/aws/request-handler.ts";

/** What is read of a response that a server gives in this way. */
async function bodyOf(give: (response: ServerResponse) => void, responseTimeoutMs: number): Promise<string> {
  const server = createServer((_, response) => give(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const { requestHandler } = createRequestHandler({}, responseTimeoutMs);
  try {
    const request = new HttpRequest({ protocol: "http:", hostname: "127.0.0.1", port, method: "GET", path: "/" });
    const { response } = await requestHandler.handle(request);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } finally {
    requestHandler.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("a response that is complete in time is passed on", async () => {
  expect(await bodyOf((response) => response.end("whole"), 10_000)).toBe("whole");
});

test("a response that begins and does not end fails with a timeout, which the SDK retries", async () => {
  await expect(bodyOf((response) => response.write("half"), 50)).rejects.toMatchObject({
    name: "TimeoutError",
    code: "ETIMEDOUT",
    message: "the response was not complete 0.05 s after it began",
  });
});
