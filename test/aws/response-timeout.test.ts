import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpRequest } from "@smithy/core/protocols";
import { expect, test } from "vitest";
import { wholeAnswers } from "../../functions/aws/response-timeout.ts";

/** What is read of an answer that a server gives so. */
async function bodyOf(give: (response: ServerResponse) => void, wholeWithinMs: number): Promise<string> {
  const server = createServer((_, response) => give(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const handler = wholeAnswers({}, wholeWithinMs);
  try {
    const request = new HttpRequest({ protocol: "http:", hostname: "127.0.0.1", port, method: "GET", path: "/" });
    const { response } = await handler.handle(request);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  } finally {
    handler.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test("an answer that is whole in time is given as it is", async () => {
  expect(await bodyOf((response) => response.end("whole"), 10_000)).toBe("whole");
});

test("an answer that begins and does not end fails as one that timed out, which the SDK tries again", async () => {
  await expect(bodyOf((response) => response.write("half"), 50)).rejects.toMatchObject({
    name: "TimeoutError",
    code: "ETIMEDOUT",
    message: "the answer was not there whole 0.05 s after it had begun",
  });
});
