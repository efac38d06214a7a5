import { createServer, request as forward, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Operation, operationOf } from "./raw-service.ts";

/** What the services would have answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What is sent instead of an answer. */
export type Misbehaviour = (response: ServerResponse, answer: Answer) => void;

/** A request as faults are chosen by: how many of its operation came before it since the faults were set. */
export interface FaultyRequest {
  readonly operation: Operation;
  readonly before: number;
}

/** A proxy before the services, on which everything that can go wrong with an answer does so when told to. */
export interface FaultyServices {
  readonly url: string;
  /** Sets what befalls each request from now on; undefined lets its answer pass. */
  misbehave(choose: (asked: FaultyRequest) => Misbehaviour | undefined): void;
  /** Lets every answer pass. */
  behave(): void;
  /** Requests of an operation since the faults were set. */
  asked(operation: Operation): number;
  close(): Promise<void>;
}

export async function startFaultyServices(services: string): Promise<FaultyServices> {
  let choose: (asked: FaultyRequest) => Misbehaviour | undefined = () => undefined;
  let counts = new Map<Operation, number>();
  const server = createServer((asked, response) => {
    const operation = operationOf(asked);
    const before = counts.get(operation) ?? 0;
    counts.set(operation, before + 1);
    const misbehaviour = choose({ operation, before });
    const { method, headers, url: path } = asked;
    const forwarded = forward(new URL(path ?? "/", services), { method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const whole = { status: answer.statusCode ?? 500, headers: answer.headers, body: `${Buffer.concat(chunks)}` };
        (misbehaviour ?? honest)(response, whole);
      });
    });
    forwarded.once("error", () => response.destroy());
    asked.pipe(forwarded);
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    misbehave(chosen) {
      choose = chosen;
      counts = new Map();
    },
    behave() {
      choose = () => undefined;
      counts = new Map();
    },
    asked: (operation) => counts.get(operation) ?? 0,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const honest: Misbehaviour = (response, { status, headers, body }) => {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
};

/** Nothing is ever answered. */
export const silence: Misbehaviour = () => undefined;

/** The connection is reset before anything is answered. */
export const reset: Misbehaviour = (response) => {
  response.socket?.resetAndDestroy();
};

/** The connection is closed before anything is answered. */
export const dropped: Misbehaviour = (response) => {
  response.destroy();
};

const beginning = (response: ServerResponse, { status, headers, body }: Answer) => {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.write(body.slice(0, body.length / 2));
};

/** Half of the answer comes, then the connection is cut. */
export const cutInHalf: Misbehaviour = (response, answer) => {
  beginning(response, answer);
  setImmediate(() => response.destroy());
};

/** Half of the answer comes, then nothing more. */
export const stuckInHalf: Misbehaviour = beginning;

/** The answer comes, a byte at a time, for longer than anybody waits. */
export const dripping: Misbehaviour = (response, { status, headers, body }) => {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  let sent = 0;
  const drop = setInterval(() => {
    response.write(body.slice(sent, sent + 1));
    sent += 1;
  }, 1_000);
  response.once("close", () => clearInterval(drop));
};

/** Half of the answer comes as if it were all of it. */
export const endedInHalf: Misbehaviour = (response, { status, headers, body }) => {
  const { "content-length": _, ...rest } = headers;
  response.writeHead(status, rest).end(body.slice(0, body.length / 2));
};

/** Something else is answered. */
export function instead(status: number, body: string, headers: Record<string, string> = {}): Misbehaviour {
  return (response, { headers: own }) => {
    const { "content-length": _, ...rest } = own;
    response.writeHead(status, { ...rest, ...headers }).end(body);
  };
}

/** The answer's members are other than they should be. */
export function edited(edit: (body: Record<string, unknown>) => unknown): Misbehaviour {
  return (response, answer) => honest(response, { ...answer, body: JSON.stringify(edit(JSON.parse(answer.body))) });
}

/** The answer comes with other headers. */
export function withHeaders(headers: Record<string, string>): Misbehaviour {
  return (response, answer) => honest(response, { ...answer, headers: { ...answer.headers, ...headers } });
}
