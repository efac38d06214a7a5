import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A proxy in front of a DynamoDB that does only part of a batch. */
export interface OverloadedDatabase {
  readonly url: string;
  /** How often it refused a request, and how often it left part of a batch undone. */
  readonly counts: { refused: number; partial: number };
  close(): Promise<void>;
}

type Requests = Record<string, unknown[] | { Keys: unknown[] }>;

/** Refuses a third of the batch requests, and does only half of another third: in every run the same ones. */
export async function openOverloaded(database: string): Promise<OverloadedDatabase> {
  const counts = { refused: 0, partial: 0 };
  let draw = 1;

  const forward = async (request: IncomingMessage, body: string | Buffer) => {
    const headers = Object.entries(request.headers).filter(([name]) =>
      /^(x-amz|content-type|authorization)/.test(name),
    );
    const answer = await fetch(database, {
      method: "POST",
      headers: Object.fromEntries(headers) as Record<string, string>,
      body,
    });
    return { status: answer.status, text: await answer.text() };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    const reply = (status: number, text: string) => {
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
    };
    if (!operation.startsWith("Batch")) {
      const { status, text } = await forward(request, body);
      return reply(status, text);
    }
    draw = (draw * 48_271) % 2_147_483_647;
    if (draw % 3 === 1) {
      counts.refused += 1;
      const type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
      return reply(400, JSON.stringify({ __type: type, message: "slow down" }));
    }
    const asked = JSON.parse(body.toString()) as { RequestItems: Requests };
    const { now, later } = draw % 3 === 2 ? halves(asked.RequestItems) : { now: asked.RequestItems, later: {} };
    if (Object.keys(later).length > 0) counts.partial += 1;
    const { status, text } = await forward(request, JSON.stringify({ ...asked, RequestItems: now }));
    const unprocessed = operation === "BatchWriteItem" ? "UnprocessedItems" : "UnprocessedKeys";
    reply(status, JSON.stringify({ ...JSON.parse(text), [unprocessed]: later }));
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Splits the requests to each table into those done now and those left. */
function halves(requests: Requests): { now: Requests; later: Requests } {
  const now: Requests = {};
  const later: Requests = {};
  for (const [table, asked] of Object.entries(requests)) {
    const list = Array.isArray(asked) ? asked : asked.Keys;
    const middle = Math.ceil(list.length / 2);
    const part = (values: unknown[]) => (Array.isArray(asked) ? values : { ...asked, Keys: values });
    now[table] = part(list.slice(0, middle));
    if (middle < list.length) later[table] = part(list.slice(middle));
  }
  return { now, later };
}
