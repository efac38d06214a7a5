import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { WireItem } from "dynalite/db/index.js";
import {
  batchWriteUnits,
  type DatabaseRequest,
  type Input,
  isRead,
  readUnitsOf,
  singleWriteUnits,
} from "./counting/count.ts";
import type { Counted } from "./counting/tally.ts";
import { serve } from "./processes/serve.ts";

/** Stands before the embedded database, counts requests and their units, and can swallow batches of writes. */

const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const WRITES = ["PutItem", "UpdateItem", "DeleteItem"];

let database = "";
let swallows = false;
let count = nothing();

function nothing() {
  return { readUnits: 0, writeUnits: 0, requests: {} as Record<string, number> };
}

const server = createServer((incoming, outgoing) => {
  void answer(incoming).then(
    ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
    (error: unknown) => outgoing.writeHead(500).end(String(error)),
  );
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1");
const listening = new Promise((resolve) => server.once("listening", resolve));

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function answer(incoming: IncomingMessage): Promise<Answer> {
  const operation = String(incoming.headers["x-amz-target"]).split(".").at(-1) ?? "";
  const input = JSON.parse((await read(incoming)).toString()) as Input;
  const asked: DatabaseRequest = { operation, input };
  count.requests[operation] = (count.requests[operation] ?? 0) + 1;
  if (operation === "BatchWriteItem") {
    const before = (table: string, keys: readonly WireItem[]) => lookUp(incoming.headers, table, keys);
    const units = await batchWriteUnits(asked, swallows ? async () => [] : before);
    count.writeUnits += units;
    if (swallows) return { status: 200, headers: json, body: Buffer.from('{"UnprocessedItems":{}}') };
    return forward(incoming.headers, input);
  }
  const answered = await forward(incoming.headers, { ...input, ReturnConsumedCapacity: "TOTAL" });
  const output = JSON.parse(answered.body.toString());
  if (isRead(operation)) count.readUnits += readUnitsOf(asked, output);
  else if (WRITES.includes(operation)) count.writeUnits += singleWriteUnits(asked, output);
  else throw new Error(`${operation} is not counted`);
  return answered;
}

const json = { "content-type": "application/x-amz-json-1.0" };

/** What the database has under these keys; asking is not counted. */
async function lookUp(
  headers: IncomingHttpHeaders,
  table: string,
  keys: readonly WireItem[],
): Promise<readonly WireItem[]> {
  const target = { ...headers, "x-amz-target": "DynamoDB_20120810.BatchGetItem" };
  const { body } = await forward(target, { RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } });
  return (JSON.parse(body.toString()) as { Responses: Record<string, WireItem[]> }).Responses[table] ?? [];
}

function forward(headers: IncomingHttpHeaders, input: Input): Promise<Answer> {
  const body = JSON.stringify(input);
  return new Promise((resolve, reject) => {
    const forwarded = request(database, {
      method: "POST",
      agent,
      headers: { ...headers, "content-length": Buffer.byteLength(body) },
    });
    forwarded.once("response", (response) => {
      read(response).then((body) => {
        resolve({ status: response.statusCode ?? 500, headers: response.headers, body });
      }, reject);
    });
    forwarded.once("error", reject);
    forwarded.end(body);
  });
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const calls = {
  /** Counts before the database from now on. `swallow`: answers batches of writes itself and passes none on. */
  async open(databaseUrl: string, swallow: boolean): Promise<string> {
    await listening;
    database = databaseUrl;
    swallows = swallow;
    count = nothing();
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  counted: (): Counted => count,
};

export type CounterCalls = typeof calls;

serve(calls);
