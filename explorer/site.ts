import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** The explorer: a page and its files, as bin/build.mjs bundles them from the `page` folder. */
export interface Site {
  /** The page, or one of its files; undefined when the request is for something else. */
  answer(request: Request): Response | undefined;
}

interface Served {
  readonly body: Buffer<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
}

const PAGE = new URL("../dist/explorer/", import.meta.url);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml; charset=utf-8",
};

/** Everything comes from here, and nothing is run that is not a file: no inline script or style, no other host. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/** Reads the explorer's files. What is not among them is not served, whatever a path looks like. */
export async function openSite(): Promise<Site> {
  const files = new Map<string, Served>();
  for (const name of await readdir(PAGE)) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (!contentType) continue;
    files.set(
      name === "index.html" ? "/" : `/explorer/${name}`,
      served(await readFile(new URL(name, PAGE)), contentType),
    );
  }
  return { answer: (request) => answerFrom(files, request) };
}

function answerFrom(files: ReadonlyMap<string, Served>, request: Request): Response | undefined {
  const { pathname } = new URL(request.url);
  const file = files.get(pathname);
  if (!file) return undefined;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { ...HEADERS, allow: "GET, HEAD" } });
  }
  const headers = { ...HEADERS, etag: file.etag };
  if (request.headers.get("if-none-match")?.includes(file.etag)) return new Response(null, { status: 304, headers });
  return new Response(request.method === "HEAD" ? null : file.body, {
    headers: { ...headers, "content-type": file.contentType, "content-length": String(file.body.length) },
  });
}

function served(content: Buffer, contentType: string): Served {
  const body = Buffer.from(content);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { body, contentType, etag };
}
