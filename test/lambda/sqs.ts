import { createHash, randomUUID } from "node:crypto";
import type { SQSRecord } from "aws-lambda";
import { serve, type TestServer } from "./http.ts";

/** Plays SQS with one queue. */
export interface TestQueue extends TestServer {
  /** The messages in it, oldest first. Tests remove messages themselves. */
  readonly messages: QueuedMessage[];
  /** The number of entries in each request. */
  readonly batches: number[];
  /** Does not accept this many of the next entries. */
  reject(entries: number, senderFault?: boolean): void;
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
  let rejections = 0;
  let fault = false;
  const accept = (entry: Entry) => {
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
    const rejected = Entries.slice(0, rejections);
    rejections -= rejected.length;
    const Failed = rejected.map(({ Id }) => ({ Id, Code: "InternalError", Message: "try again", SenderFault: fault }));
    const Successful = Entries.slice(rejected.length).map(accept);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ Successful, ...(Failed.length > 0 && { Failed }) }));
  });
  return {
    ...server,
    messages,
    batches,
    reject(entries, senderFault = false) {
      rejections = entries;
      fault = senderFault;
    },
  };
}

/** A message as Lambda passes it to a function. */
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
