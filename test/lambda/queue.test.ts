import { SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PlanMessage, parseMessage } from "../../functions/lambda/messages.ts";
import { createQueue, type Queue } from "../../functions/lambda/queue.ts";
import { SyncError } from "../../functions/model/errors.ts";
import { startQueue, type TestQueue } from "./sqs.ts";

const NEVER = new AbortController().signal;

describe("a queue", () => {
  let server: TestQueue;
  let client: SQSClient;
  let queue: Queue;

  beforeEach(async () => {
    server = await startQueue();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    client = new SQSClient({ endpoint: server.url, region: "eu-west-1", credentials, maxAttempts: 1 });
    queue = createQueue(client, `${server.url}/111122223333/queue`);
  });

  afterEach(async () => {
    client.destroy();
    await server.close();
  });

  const plans = (count: number): PlanMessage[] =>
    Array.from({ length: count }, (_, index) => ({
      kind: "plan",
      source: "test.things",
      target: { account: String(index).padStart(12, "0"), region: "eu-west-1" },
    }));

  test("is sent any number of messages, ten at a time", async () => {
    await queue.send(plans(23), NEVER);
    expect(server.batches).toEqual([10, 10, 3]);
    expect(server.messages.map(({ body }) => parseMessage(body, "test.things"))).toEqual(plans(23));
  });

  test("is sent again what it did not accept, and only that", async () => {
    server.reject(4);
    await queue.send(plans(10), NEVER);
    expect(server.batches).toEqual([10, 4]);
    expect(server.messages.map(({ body }) => parseMessage(body, "test.things").target.account).sort()).toEqual(
      plans(10).map(({ target }) => target.account),
    );
  });

  test("that keeps rejecting messages is unavailable in the end", { timeout: 20_000 }, async () => {
    server.reject(1_000);
    const sending = queue.send(plans(1), NEVER);
    await expect(sending).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("InternalError"),
    });
    expect(server.batches.length).toBe(6);
  });

  test("that blames the sender is not tried again", async () => {
    server.reject(1, true);
    await expect(queue.send(plans(1), NEVER)).rejects.toMatchObject({ code: "malformed" });
    expect(server.batches).toEqual([1]);
  });

  test("is sent nothing after the deadline", async () => {
    const signal = AbortSignal.abort(new SyncError("interrupted", "time is up"));
    await expect(queue.send(plans(1), signal)).rejects.toThrow("time is up");
    expect(server.batches).toEqual([]);
  });
});
