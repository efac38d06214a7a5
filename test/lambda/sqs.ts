import { createHash, randomUUID } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import { serve, type TestServer } from "./http.ts";

/** A queue over HTTP, as SQS serves one. */
export interface TestQueue extends TestServer {
  /** What is in it, oldest first; the test takes messages out itself. */
  readonly messages: QueuedMessage[];
  /** What it did to each request: the number of entries. */
  readonly batches: number[];
  /** So many of the next entries are not taken, each time another reason. */
  refuse(entries: number, senderFault?: boolean): void;
}

export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  received: number;
}

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

const BATCH_LIMIT = 10;

export async function startQueue(): Promise<TestQueue> {
  const messages: QueuedMessage[] = [];
  const batches: number[] = [];
  let refusals = 0;
  let fault = false;
  const take = (entry: Entry) => {
    const message = { id: randomUUID(), body: entry.MessageBody, received: 0 };
    messages.push(message);
    return { Id: entry.Id, MessageId: message.id, MD5OfMessageBody: md5(entry.MessageBody) };
  };
  const server = await serve((request, body, response) => {
    if (request.headers["x-amz-target"] !== "AmazonSQS.SendMessageBatch") throw new Error("not a SendMessageBatch");
    const { QueueUrl, Entries } = JSON.parse(body) as { QueueUrl: string; Entries: Entry[] };
    if (!QueueUrl.endsWith("/111122223333/queue")) throw new Error(`no queue ${QueueUrl}`);
    if (Entries.length > BATCH_LIMIT) throw new Error("AWS.SimpleQueueService.TooManyEntriesInBatchRequest");
    batches.push(Entries.length);
    const refused = Entries.slice(0, refusals);
    refusals -= refused.length;
    const Failed = refused.map(({ Id }) => ({ Id, Code: "InternalError", Message: "try again", SenderFault: fault }));
    const Successful = Entries.slice(refused.length).map(take);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ Successful, ...(Failed.length > 0 && { Failed }) }));
  });
  return {
    ...server,
    messages,
    batches,
    refuse(entries, senderFault = false) {
      refusals = entries;
      fault = senderFault;
    },
  };
}

/** A message as Lambda hands it to a function. */
export function recordOf(message: QueuedMessage): SQSRecord {
  message.received += 1;
  return {
    messageId: message.id,
    receiptHandle: "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.received),
      SentTimestamp: "1772366400000",
      SenderId: "AROAEXAMPLE:stocktake",
      ApproximateFirstReceiveTimestamp: "1772366400001",
    },
    messageAttributes: {},
    md5OfBody: md5(message.body),
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:queue",
    awsRegion: "eu-west-1",
  };
}

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}
