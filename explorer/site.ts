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

/** Everything comes from here, and nothing is run but the files, and what the document holds by itself: no other inline script or style, no other host. */
function contentSecurityPolicy(document: string): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashesOf(document, "script")].join(" "),
    ["style-src 'self'", ...hashesOf(document, "style")].join(" "),
    "img-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Names the inline elements of a kind that a document has by the hashes of their content. */
function hashesOf(document: string, element: string): string[] {
  const inline = document.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, "gs"));
  return [...inline].map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
}

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/** Reads the explorer's files. What is not among them is not served, whatever a path looks like. */
export async function openSite(): Promise<Site> {
  const files = new Map<string, Served>();
  const policy = contentSecurityPolicy(await readFile(new URL("index.html", PAGE), "utf8"));
  for (const name of await readdir(PAGE)) {
    const contentType = CONTENT_TYPES[path.extname(name)];
    if (!contentType) continue;
    files.set(
      name === "index.html" ? "/" : `/explorer/${name}`,
      served(await readFile(new URL(name, PAGE)), contentType),
    );
  }
  const headers = { ...HEADERS, "content-security-policy": policy };
  return { answer: (request) => answerFrom(files, headers, request) };
}

type Headers = Readonly<Record<string, string>>;

function answerFrom(files: ReadonlyMap<string, Served>, common: Headers, request: Request): Response | undefined {
  const { pathname } = new URL(request.url);
  const file = files.get(pathname);
  if (!file) return undefined;
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response(null, { status: 405, headers: { ...common, allow: "GET, HEAD" } });
  }
  const headers = { ...common, etag: file.etag };
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
