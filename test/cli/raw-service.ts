import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** The operations that the sources call, by what their requests are addressed to. */
const OPERATIONS: readonly (readonly [RegExp, Operation])[] = [
  [/ListAssociations$/, "ListAssociations"],
  [/DescribeWorkspaceImages$/, "DescribeWorkspaceImages"],
  [/DescribeImageAssociations$/, "DescribeImageAssociations"],
  [/^\/memberships/, "ListMemberships"],
  [/^\/account-associations/, "ListAccountAssociations"],
];

export type Operation =
  | "ListAssociations"
  | "ListMemberships"
  | "ListAccountAssociations"
  | "DescribeWorkspaceImages"
  | "DescribeImageAssociations";

/** Services that answer whatever they are told to, to the letter. */
export interface RawServices {
  readonly url: string;
  /** The body of each operation's next answers; of others `{}`. */
  readonly bodies: Partial<Record<Operation, string>>;
  /** How answers are given; by default at once and with 200. */
  status: number;
  close(): Promise<void>;
}

export async function startRawServices(): Promise<RawServices> {
  const bodies: Partial<Record<Operation, string>> = {};
  const server = createServer((request, response) => {
    request.resume();
    const contentType = request.method === "POST" ? "application/x-amz-json-1.1" : "application/json";
    response.writeHead(services.status, { "content-type": contentType }).end(bodies[operationOf(request)] ?? "{}");
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const services: RawServices = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    status: 200,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return services;
}

/** The operation that a request is for. */
export function operationOf(request: IncomingMessage): Operation {
  const address = String(request.headers["x-amz-target"] ?? request.url);
  const found = OPERATIONS.find(([pattern]) => pattern.test(address))?.[1];
  if (!found) throw new Error(`no operation is at ${address}`);
  return found;
}
