import { hash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { HonoRequest } from "hono";
import { parseAccept } from "hono/utils/accept";

/*
 * How a response travels. A strong ETag names the exact bytes, so the gzipped form has its own tag, made from the plain one. A client may
 * hold either, and either says that it is up to date.
 */

const MIN_COMPRESSED_BYTES = 1_024;
/** A quarter more bytes than the default level, in half the time: the client waits for both. */
const LEVEL = 3;
const compress = promisify(gzip);

/** What a response says, before it is known how it travels. */
export interface Content {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Makes the response with its ETag, Cache-Control and encoding. A client that has it already gets a 304, without the content's headers. */
export async function toResponse(request: HonoRequest, { status, text, headers }: Content): Promise<Response> {
  const bytes = Buffer.byteLength(text);
  const always = { vary: "accept, accept-encoding", "x-content-type-options": "nosniff" };
  if (status !== 200) {
    const length = { "cache-control": "no-store", ...(status !== 204 && { "content-length": String(bytes) }) };
    return new Response(status === 204 ? null : text, { status, headers: { ...headers, ...always, ...length } });
  }
  const cached = { ...always, "cache-control": "private, no-cache" };
  const plain = `"${hash("sha256", text, "base64url").slice(0, 22)}"`;
  const gzipped = `${plain.slice(0, -1)}-gzip"`;
  const held = heldTag(request.header("if-none-match"), [plain, gzipped]);
  if (held) return new Response(null, { status: 304, headers: { ...cached, etag: held } });
  const encodes = bytes >= MIN_COMPRESSED_BYTES && acceptsGzip(request.header("accept-encoding"));
  if (!encodes) {
    return new Response(text, { headers: { ...headers, ...cached, "content-length": String(bytes), etag: plain } });
  }
  const sent = await compress(text, { level: LEVEL });
  const sentAs = { "content-encoding": "gzip", "content-length": String(sent.length) };
  return new Response(sent, { headers: { ...headers, ...cached, ...sentAs, etag: gzipped } });
}

/** Which of a response's tags an If-None-Match names, compared weakly as RFC 9110 has it. */
function heldTag(header: string | undefined, tags: readonly [string, string]): string | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === "*") return tags[0];
  const named: readonly string[] = header.match(/"[^"]*"/g) ?? [];
  return tags.find((tag) => named.includes(tag));
}

function acceptsGzip(header: string | undefined): boolean {
  const accepted = parseAccept(header ?? "");
  const gzip = accepted.find(({ type }) => /^(x-)?gzip$/i.test(type)) ?? accepted.find(({ type }) => type === "*");
  return gzip !== undefined && gzip.q > 0;
}
