import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { MiddlewareHandler } from "hono";
import { parseAccept } from "hono/utils/accept";

/*
 * How an answer travels. A strong ETag names the very bytes, so the gzipped form has a tag of its own, made from
 * the plain one's: a client may hold either, and either says that it is up to date.
 */

const LEAST_COMPRESSED = 1_024;
/** A quarter more bytes than by default, in half the time: whoever asks waits for both. */
const LEVEL = 3;
const compress = promisify(gzip);

/** Gives every answer its ETag, Cache-Control and encoding, and answers 304 to those that have it. */
export function representation(): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { res } = context;
    const body = Buffer.from(await res.arrayBuffer());
    const headers = new Headers(res.headers);
    headers.set("vary", "accept-encoding");
    headers.set("x-content-type-options", "nosniff");
    if (res.status !== 200) {
      headers.set("cache-control", "no-store");
      headers.set("content-length", String(body.length));
      context.res = undefined;
      context.res = new Response(body, { status: res.status, headers });
      return;
    }
    headers.set("cache-control", "private, no-cache");
    const plain = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const gzipped = `${plain.slice(0, -1)}-gzip"`;
    const held = heldTag(context.req.header("if-none-match"), [plain, gzipped]);
    context.res = undefined;
    if (held) {
      headers.delete("content-type");
      headers.set("etag", held);
      context.res = new Response(null, { status: 304, headers });
      return;
    }
    const encodes = body.length >= LEAST_COMPRESSED && acceptsGzip(context.req.header("accept-encoding"));
    const sent = encodes ? await compress(body, { level: LEVEL }) : body;
    if (encodes) headers.set("content-encoding", "gzip");
    headers.set("etag", encodes ? gzipped : plain);
    headers.set("content-length", String(sent.length));
    context.res = new Response(sent, { status: 200, headers });
  };
}

/** Which of an answer's tags an If-None-Match names, compared weakly as RFC 9110 has it. */
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
