import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serveOnLoopback } from "../../cli/loopback.ts";
import { openSite } from "../../explorer/site.ts";
import { exampleWorld } from "./harness/example-world.ts";
import type { World } from "./harness/world.ts";

/*
 * Bytes that know nothing of the API, on a socket: whatever comes, the server fails nothing, and says nothing of itself. Words come from
 * the server's own answers, so that some of it gets further than the first check. FUZZ_REQUESTS and FUZZ_SEED choose how many, and which.
 */

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 400);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const AT_ONCE = 16;

let world: World;
let server: Awaited<ReturnType<typeof serveOnLoopback>>;
beforeAll(async () => {
  world = await exampleWorld();
  const site = await openSite();
  server = await serveOnLoopback((request) => site.answer(request) ?? world.app.fetch(request), 0);
});
afterAll(() => server.close());

test(`${REQUESTS} random requests of seed ${SEED} meet no failure, and learn nothing of the machine`, {
  timeout: 60_000 + REQUESTS * 100,
}, async () => {
  const random = generator(SEED);
  const words = await vocabulary();
  const statuses = new Map<string, number>();
  let left = REQUESTS;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const sent = requestOf(random, words);
      const answer = await answerTo(sent);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? "none";
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const shown = JSON.stringify(sent.toString("latin1").slice(0, 600));
      expect(status.startsWith("5") ? answer : "", shown).toBe("");
      expect(
        /\n\s+at |node_modules|\.[mc]?[tj]s:\d+|file:\/\/|\/home\/|\/tmp\/|\/usr\//.exec(answer)?.[0],
        shown,
      ).toBeUndefined();
      expect(answer.includes(process.cwd()), shown).toBe(false);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  expect(world.errors).toEqual([]);
  if (process.env.FUZZ_REQUESTS) console.log(Object.fromEntries([...statuses].sort()));
  // Not everything fails at the first check.
  for (const status of ["200", "400", "404"]) expect(statuses.get(status), status).toBeGreaterThan(REQUESTS / 100);
});

/** Paths, names, values and headers that the server itself gives, found by following its answers. */
async function vocabulary(): Promise<readonly string[]> {
  const words = new Set(["/", "GET", "HEAD", "HTTP/1.1", "Host", "127.0.0.1"]);
  const texts = [await (await world.get("/v1/openapi.json")).text()];
  const paths = [...(texts[0] ?? "").matchAll(/"(\/v1\/[^"{]*)"/g)].flatMap(([, path]) => path ?? []);
  for (const path of new Set(paths)) {
    const response = await world.get(path);
    for (const pair of response.headers) for (const word of pair) words.add(word);
    texts.push(await response.text());
  }
  for (const text of texts) {
    for (const [, word = ""] of text.matchAll(/"([^"\\]{1,200})"/g)) if (!/\s/.test(word)) words.add(word);
  }
  return [...words];
}

type Random = (below: number) => number;

/** Mulberry32: whole numbers from 0, the same for a seed. */
function generator(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const one = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;
const some = (random: Random, most: number, make: () => string, between = "") =>
  Array.from({ length: random(most + 1) }, make).join(between);

const METHODS = [
  "GET",
  "GET",
  "GET",
  "GET",
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "PROPFIND",
  "get",
  "X",
];
const ODD = [
  "%",
  "%0",
  "%00",
  "%2f",
  "%2F..",
  "%252e",
  "%c0%ae",
  "%ff",
  "%ed%a0%80",
  "%F0%9F%92%A3",
  "..",
  ".",
  "//",
  "\\",
  ";",
  "?",
  "&",
  "=",
  "#",
  "[",
  "]",
  "+",
  "\t",
  "\u0000",
  "\u007f",
  "é",
  "😀",
  "__proto__",
  "constructor",
  "{}",
  "[]",
  "'",
  '"',
  "<",
  "0",
  "-1",
  "1e309",
  "NaN",
  "null",
  "9".repeat(40),
  "a".repeat(3_000),
  "[".repeat(500),
  "a.".repeat(500),
];

function text(random: Random, words: readonly string[]): string {
  switch (random(6)) {
    case 0:
      return one(random, ODD);
    case 1:
      return some(random, 12, () => String.fromCharCode(random(random(2) ? 0x80 : 0x100)));
    case 2: {
      const word = one(random, words);
      const at = random(word.length + 1);
      return word.slice(0, at) + one(random, ODD) + word.slice(at + random(3));
    }
    case 3:
      return encodeURIComponent(one(random, words));
    default:
      return one(random, words);
  }
}

function targetOf(random: Random, words: readonly string[]): string {
  const paths = words.filter((word) => word.startsWith("/"));
  const start = random(4) ? one(random, paths) : text(random, words);
  const path = start + some(random, random(3), () => `/${text(random, words)}`);
  const pair = () => text(random, words) + (random(8) ? `=${text(random, words)}` : "");
  return random(3) ? `${path}?${some(random, 4, pair, "&")}` : path;
}

function requestOf(random: Random, words: readonly string[]): Buffer {
  if (random(20) === 0) return Buffer.from(Array.from({ length: random(300) }, () => random(256)));
  // Mostly as clients send it: what may not stand in a request is escaped.
  const allowed = (value: string, replacement: (character: string) => string) =>
    random(8) ? value.replaceAll(/[^\x21-\x7e]/gu, replacement) : value;
  const target = allowed(targetOf(random, words), (character) => encodeURIComponent(character.toWellFormed()));
  const version = random(20) ? "1.1" : one(random, ["1.0", "2.0", "9.9", ""]);
  const line = `${one(random, METHODS)} ${target} HTTP/${version}`;
  const headers = [random(30) ? "Host: 127.0.0.1" : `Host: ${text(random, words)}`];
  if (random(30)) headers.push("Connection: close");
  for (let more = random(4); more > 0; more -= 1) {
    const name = random(8) ? one(random, HEADERS) : text(random, words);
    headers.push(`${name}: ${allowed(text(random, words), () => " ")}`);
  }
  const end = random(20) ? "\r\n" : one(random, ["\n", "\r", "\r\n\r\n", "\r\n "]);
  const body = random(8) ? "" : some(random, 40, () => text(random, words));
  const encoded = [line, ...headers, "", body].join(end);
  const bytes = Buffer.from(encoded, random(3) ? "utf8" : "latin1");
  return random(25) ? bytes : bytes.subarray(0, random(bytes.length));
}

const HEADERS = [
  "If-None-Match",
  "Accept",
  "Accept-Encoding",
  "Content-Length",
  "Content-Type",
  "Transfer-Encoding",
  "Expect",
  "Range",
  "Upgrade",
  "Cookie",
  "Origin",
  "Sec-Fetch-Site",
  "X-Forwarded-Host",
  "Authorization",
  "TE",
];

/** Everything that the server answers to exactly these bytes, after which the client has no more to say. */
async function answerTo(sent: Buffer): Promise<string> {
  const chunks: Buffer[] = [];
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.on("data", (chunk) => chunks.push(chunk));
  // The server may hang up before it has read everything.
  socket.on("error", () => undefined);
  socket.end(sent);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}
