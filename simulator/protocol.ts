import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Input, mistyped, type Rules } from "./constraints.ts";
import { type Service, ServiceError, signedForAnother, unknownOperation, unserialisable, unsigned } from "./errors.ts";
import type { Operation } from "./operations/operation.ts";
import { OPERATIONS, type OperationName } from "./operations/registry.ts";

/** The operation that a request addresses, and the members of the request that are in its path. */
interface Route {
  readonly name: OperationName;
  readonly operation: Operation;
  readonly labels: Record<string, string>;
}

const ROUTES = (Object.entries(OPERATIONS) as [OperationName, Operation][]).map(([name, operation]) => {
  const pattern = operation.address.replace(/[.$]/g, "\\$&").replace(/\{(\w+)\}/g, "(?<$1>[^/]+)");
  return { name, operation, pattern: new RegExp(`^${pattern}$`) };
});

/** The operation that a request addresses, by X-Amz-Target or by method and path. Throws when there is none. */
export function route(request: IncomingMessage): Route {
  const { pathname } = urlOf(request);
  const rest = `${request.method} ${pathname}`;
  const address = rest === "POST /" ? String(request.headers["x-amz-target"]) : rest;
  for (const { name, operation, pattern } of ROUTES) {
    const groups = pattern.exec(address);
    if (groups === null) continue;
    const labels = Object.entries(groups.groups ?? {}).map(([member, text]) => [member, decodeURIComponent(text)]);
    return { name, operation, labels: Object.fromEntries(labels) };
  }
  throw unknownOperation();
}

/** Throws unless the request carries a Signature Version 4 header for this service. The signature itself is not checked. */
export function authenticate(request: IncomingMessage, service: Service): void {
  const authorization = request.headers.authorization ?? "";
  if (!authorization.startsWith("AWS4-HMAC-SHA256")) throw unsigned(service);
  const [, signedFor] = /Credential=[^/]+\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(authorization) ?? [];
  if (signedFor !== undefined && signedFor !== service.signingName) throw signedForAnother(service);
}

/** The members of a request, from its JSON body or its query. Throws when they have not the types of the model. */
export async function readInput(request: IncomingMessage, operation: Operation): Promise<Input> {
  const body = await readBody(request);
  const { protocol } = operation.service;
  const input = protocol === "json" ? parseBody(body) : parseQuery(urlOf(request).searchParams, operation.rules);
  const problem = mistyped(operation.rules, input);
  if (problem !== undefined) throw unserialisable(problem);
  return input;
}

/** Sends what an operation answered. */
export function sendBody(response: ServerResponse, service: Service, body: Record<string, unknown>): void {
  send(response, service, 200, body);
}

/** Sends an error in the service's style. Where no service was addressed, in that of JSON 1.1. */
export function sendError(response: ServerResponse, service: Service | undefined, error: unknown): void {
  const known = error instanceof ServiceError ? error : new ServiceError("InternalFailure", 500, String(error));
  const { code, status, message, details } = known;
  const text = "Message" in details ? details : { [service?.messageMember ?? "message"]: message, ...details };
  response.setHeader("x-amzn-errortype", code);
  send(response, service, status, service?.protocol === "rest" ? text : { __type: code, ...text });
}

function send(response: ServerResponse, service: Service | undefined, status: number, body: unknown): void {
  const payload = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    "content-type": service?.protocol === "rest" ? "application/json" : "application/x-amz-json-1.1",
    "content-length": payload.length,
    "x-amzn-requestid": randomUUID(),
  });
  response.end(payload);
}

function urlOf(request: IncomingMessage): URL {
  return new URL(request.url ?? "/", "http://simulator");
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function parseBody(body: string): Input {
  let value: unknown;
  try {
    value = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw unserialisable("The request's body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unserialisable("The request's body is not a structure");
  }
  return { ...value };
}

function parseQuery(query: URLSearchParams, rules: Rules): Input {
  const parse = (name: string, text: string) =>
    rules[name]?.type === "integer" && /^-?\d+$/.test(text) ? Number(text) : text;
  return Object.fromEntries([...query].map(([name, text]) => [name, parse(name, text)]));
}
