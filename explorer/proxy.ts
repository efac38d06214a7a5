import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentityProvider, Checksum, SourceData } from "@smithy/types";
import { problemResponse } from "../cli/loopback.ts";
import { UsageError } from "../cli/usage.ts";
import { formatError } from "../functions/model/errors.ts";

/** A deployed API, and how requests to it are signed. */
export interface DeployedApi {
  readonly url: URL;
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** Default: Node's own. */
  readonly fetch?: typeof fetch;
}

/** Answers a request for the API with the deployed one's JSON. Never throws: what goes wrong is a problem document. */
export type Proxy = (request: Request) => Promise<Response>;

const TIMEOUT_MS = 35_000;
/** The headers that are passed on, of requests and of responses. */
const REQUEST_HEADERS = ["accept", "if-none-match"];
const RESPONSE_HEADERS = ["content-type", "etag", "cache-control", "link", "retry-after", "vary"];

/** Where an API Gateway API is, and in which region, or a UsageError that says what is wrong with it. */
export function deployedApiUrl(
  text: string,
  region: string | undefined,
  regionOption = "--region",
): { url: URL; region: string } {
  if (!URL.canParse(text)) {
    throw new UsageError(`--api ${text} is not a URL: give the one that deploying printed, https://….amazonaws.com`);
  }
  const url = new URL(text);
  const own = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(own && url.protocol === "http:")) {
    throw new UsageError(`--api ${text} must begin with https://: requests carry a signature`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new UsageError(`--api ${text} must be a host and perhaps a path, nothing else`);
  }
  const named = /\.execute-api\.([a-z0-9-]+)\.(amazonaws\.com(\.cn)?|api\.aws)$/.exec(url.hostname)?.[1];
  const signedFor = region ?? named;
  if (!signedFor) {
    throw new UsageError(`--api ${url.hostname} does not name its region: say which with ${regionOption}`);
  }
  return { url, region: signedFor };
}

/** Paths as the API has them. None needs an escape, which something on the way might read as another path. */
const API_PATH = /^\/v1(?:\/[\w-][\w.-]*)+$/;
const JSON_TYPE = /^application\/(?:problem\+)?json\s*(?:;|$)/i;

/** Forwards GET and HEAD requests for paths of the API to it, signed with SigV4; nothing else goes out, and only JSON comes back. */
export function signingProxy({ url, region, credentials, fetch = globalThis.fetch }: DeployedApi): Proxy {
  const signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: NodeSha256 });
  return async (request) => {
    const requested = new URL(request.url);
    if (!API_PATH.test(requested.pathname)) {
      return problemResponse(404, "No such path", `no route for "${requested.pathname.slice(0, 200)}"`);
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return problemResponse(405, "Method not allowed", "The API only reads: use GET or HEAD.");
    }
    const target = new URL(url);
    target.pathname = target.pathname.replace(/\/$/, "") + requested.pathname;
    target.search = requested.search;
    try {
      const headers = await signed(signer, request, target);
      const answer = await fetch(target, {
        method: request.method,
        headers,
        redirect: "manual",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const hasBody = !NO_BODY.has(answer.status);
      const type = answer.headers.get("content-type") ?? "nothing";
      if (hasBody && !JSON_TYPE.test(type)) {
        await answer.body?.cancel();
        const detail = `${target.host} answered with ${type.slice(0, 100)} instead of JSON: check that --api is Stocktake's`;
        return problemResponse(502, "Not the API's answer", detail);
      }
      const passedOn = { ...picked(answer.headers, RESPONSE_HEADERS), "x-content-type-options": "nosniff" };
      return new Response(hasBody ? answer.body : null, { status: answer.status, headers: passedOn });
    } catch (error) {
      return problemResponse(502, "The API could not be reached", reason(error, target));
    }
  };
}

const NO_BODY = new Set([204, 304]);

async function signed(signer: SignatureV4, request: Request, target: URL): Promise<Record<string, string>> {
  const query: Record<string, string | string[]> = {};
  for (const name of new Set(target.searchParams.keys())) query[name] = target.searchParams.getAll(name);
  // The query as it is sent must be the query as it is signed: the signer encodes a space as %20, URLs as +.
  target.search = [...target.searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join("&");
  const { headers } = await signer.sign({
    method: request.method,
    protocol: target.protocol,
    hostname: target.hostname,
    path: target.pathname,
    query,
    headers: { host: target.host, ...picked(request.headers, REQUEST_HEADERS) },
  });
  const { host: _, ...rest } = headers;
  return rest;
}

function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function picked(headers: Headers, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name) ?? ""]] : [])));
}

function reason(error: unknown, target: URL): string {
  const name = error instanceof Error ? error.name : "";
  if (/Credentials|Token/.test(name)) return `there are no usable credentials: ${formatError(error)}`;
  if (name === "TimeoutError") return `${target.host} did not answer within ${TIMEOUT_MS / 1000} s`;
  return `${target.host} cannot be reached: ${formatError(error)}`;
}

/** SHA-256 as the signer wants it, by Node's own. */
class NodeSha256 implements Checksum {
  readonly #secret: SourceData | undefined;
  #hash: ReturnType<typeof createHash | typeof createHmac>;

  constructor(secret?: SourceData) {
    this.#secret = secret;
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin() {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", bytesOf(this.#secret));
  }
}

function bytesOf(data: SourceData): Buffer {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
