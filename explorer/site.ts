import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

/** The explorer: a page and its modules, served as they stand in the `page` folder. Nothing is built. */
export interface Site {
  /** The page, or one of its files; undefined when the request is for something else. */
  answer(request: Request): Response | undefined;
}

interface Served {
  readonly body: Buffer<ArrayBuffer>;
  readonly contentType: string;
  readonly etag: string;
}

const PAGE = new URL("./page/", import.meta.url);

/** The libraries that the page imports by name: a file beside the one that Node resolves the name to. */
const LIBRARIES: Readonly<Record<string, string>> = {
  preact: "preact.mjs",
  "preact/hooks": "hooks.mjs",
  htm: "htm.mjs",
  "@dagrejs/dagre": "dagre.esm.js",
};

/** The worker's modules, which it fetches itself, and a script that is not a module. */
const NOT_PRELOADED = /\/(layout-worker|theme|lib\/dagrejs\/dagre)\.js$/;

const HTML = "text/html; charset=utf-8";
const CONTENT_TYPES: Readonly<Record<string, string>> = {
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
    const body = await readFile(new URL(name, PAGE));
    files.set(`/explorer/${name}`, served(name.endsWith(".js") ? withLibraries(body.toString()) : body, contentType));
  }
  const { resolve } = createRequire(import.meta.url);
  for (const [name, file] of Object.entries(LIBRARIES)) {
    const text = await readFile(path.join(path.dirname(resolve(name)), file), "utf8");
    files.set(placeOf(name), served(withLibraries(text), "text/javascript; charset=utf-8"));
  }
  files.set("/", served(withPreloads(await readFile(new URL("index.html", PAGE), "utf8"), [...files.keys()]), HTML));
  return { answer: (request) => answerFrom(files, request) };
}

/** Has all modules fetched at once, instead of one after another as they import each other. */
function withPreloads(page: string, places: readonly string[]): string {
  const modules = places.filter((address) => address.endsWith(".js") && !NOT_PRELOADED.test(address));
  const links = modules.map((address) => `<link rel="modulepreload" href="${address}">\n`);
  return page.replace("</head>", `${links.join("")}</head>`);
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

function served(content: string | Buffer, contentType: string): Served {
  const body = Buffer.from(content);
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { body, contentType, etag };
}

function placeOf(library: string): string {
  return `/explorer/lib/${library.replace("@", "")}.js`;
}

/**
 * Browsers and workers cannot look a library up by its name, so its name is replaced by its place: an import map would
 * have to be an inline script, and workers have none.
 */
function withLibraries(module: string): string {
  return module
    .replace(/(\bfrom\s*|\bimport\s*)"([^"./][^"]*)"/g, (whole, before: string, name: string) =>
      Object.hasOwn(LIBRARIES, name) ? `${before}"${placeOf(name)}"` : whole,
    )
    .replace(/\n\/\/# sourceMappingURL=.*$/m, "");
}
