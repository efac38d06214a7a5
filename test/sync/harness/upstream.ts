import {
  collectionOf,
  inRange,
  type KeyRange,
  type Scope,
  scopeOfFirstPart,
  WHOLE,
} from "../../../functions/model/collection.ts";
import { instantOf } from "../../../functions/model/instant.ts";
import {
  type Connection,
  defineSource,
  type Page,
  ParentRemoved,
  pagesOf,
  type Source,
} from "../../../functions/model/source.ts";
import type { Random } from "./random.ts";
import { type Process, type Simulation, unlessAborted } from "./simulation.ts";

/** What an item holds that counts; everything else about it is the same or volatile. */
export type Value = number;

/** A scope as it is at the service. */
export interface UpstreamScope {
  readonly collection: string;
  readonly scope: Scope;
  /** Listed in order of creation, so that it can be listed in windows. */
  readonly ascending: boolean;
  /** Every key that there ever is; the first part of an ascending scope's is an instant. */
  readonly keys: readonly string[];
  /** Sort key to value. */
  readonly items: Map<string, Value>;
  gone: boolean;
}

const KEYS = 6;
const CREATION_MS = 1_000;
export const OVERLAP_MS = 2 * CREATION_MS;

/** Collections of a few scopes each; the first, if it is ascending, of one scope. */
export function newUpstream(collections: number, scopes: number, ascending: boolean): UpstreamScope[] {
  const target = { account: "123456789012", region: "eu-west-1" };
  return Array.from({ length: collections }, (_, c) => {
    const collection = collectionOf(`test.things${c}`, target);
    const parts = (count: number, name: (n: number) => string) => Array.from({ length: count }, (_, n) => name(n));
    if (c === 0 && ascending) {
      const keys = parts(10, (n) => `${instantOf(Math.floor(n / 2) * CREATION_MS)}#${n % 2}`);
      return [{ collection, scope: WHOLE, ascending: true, keys, items: new Map(), gone: false }];
    }
    return parts(scopes, (s) => `s${s}`).map((id) => {
      const keys = parts(KEYS, (k) => `${id}#${k}`);
      return { collection, scope: scopeOfFirstPart(id), ascending: false, keys, items: new Map(), gone: false };
    });
  }).flat();
}

/** Something changes at the service. */
export function drift(random: Random, upstream: UpstreamScope): void {
  const { keys, items } = upstream;
  const key = random.pick(keys) ?? "";
  const kind = random.next();
  if (kind < 0.35) items.delete(key);
  else if (kind < 0.9) items.set(key, random.integer(0, 2));
  else if (kind < 0.94) items.clear();
  else if (kind < 0.97) upstream.gone = !upstream.gone;
  else for (const each of keys) items.set(each, random.integer(0, 2));
}

interface Thing {
  readonly Scope?: string;
  readonly Id?: string;
  readonly Value?: Value;
  readonly Noise?: number;
  readonly Deep?: unknown;
}

interface Answer {
  readonly $metadata: { readonly attempts?: number };
  /** Absent of an answer that may not be the service's own. */
  readonly Things?: readonly Thing[];
  readonly NextToken?: string;
}

const SOURCE: Source = defineSource<object, Thing>({
  id: "test.things",
  operation: "Test ListThings",
  grants: [],
  regions: ["eu-west-1"],
  everyMinutes: 60,
  volatile: ["Noise"],
  identity: ({ Scope, Id }) => [Scope, Id],
  edge: ({ Scope, Id }) => ({ ...(Scope && { from: Scope }), ...(Id && { to: Id }), relation: "Has" }),
  connect: () => ({}),
  disconnect: () => undefined,
  list: () => {
    throw new Error("the harness lists");
  },
});

export function sourceOf({ ascending }: UpstreamScope): Source {
  return ascending ? { ...SOURCE, ascending: { tailEveryMinutes: 5, overlapMs: OVERLAP_MS } } : SOURCE;
}

/** What one listing gave its sync to see, page by page, and how it ended. */
export interface Listing {
  readonly pages: Page<Thing>[];
  /** A token came again. */
  stuck: boolean;
  end: "running" | "whole" | "parent removed" | "failed";
}

export function newListing(): Listing {
  return { pages: [], stuck: false, end: "running" };
}

/** The keys of what could be stored of some pages, in the order listed. */
export function keysIn(pages: readonly Page<Thing>[]): string[] {
  return pages
    .flatMap(({ documents }) => documents)
    .flatMap(({ Scope, Id, Deep }) => (Id !== undefined && Deep === undefined ? [`${Scope}#${Id}`] : []));
}

/** What counts of some pages of a listing: of a key that is listed more than once, the first time. */
export interface Seen {
  readonly items: ReadonlyMap<string, Value>;
  /** Keys of documents that could not be stored. */
  readonly kept: ReadonlySet<string>;
  readonly refused: number;
  /** Whether an answer had no list at all. */
  readonly listless: boolean;
}

export function seenIn(pages: readonly Page<Thing>[]): Seen {
  const items = new Map<string, Value>();
  const kept = new Set<string>();
  let refused = 0;
  for (const { Scope, Id, Value = 0, Deep } of pages.flatMap(({ documents }) => documents)) {
    const key = Id === undefined ? undefined : `${Scope}#${Id}`;
    if (key === undefined || Deep !== undefined) refused += 1;
    if (key === undefined || items.has(key) || kept.has(key)) continue;
    if (Deep !== undefined) kept.add(key);
    else items.set(key, Value);
  }
  return { items, kept, refused, listless: pages.some(({ listless }) => listless) };
}

export interface ListingFaults {
  /** The share of pages with something wrong about them. */
  readonly rate: number;
  /** How long a page takes at most, in milliseconds. */
  readonly pageMs: number;
}

const tooDeep = () => JSON.parse(`${"[".repeat(210)}${"]".repeat(210)}`) as unknown;

/** The service as a sync's client sees it: a page is a step, between which the service changes. */
export function listUpstream(
  simulation: Simulation,
  process: Process,
  upstream: UpstreamScope,
  listing: Listing,
  faults: ListingFaults,
): Pick<Connection, "list"> {
  const { random } = simulation;

  const step = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const aborted = () => reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
      if (signal.aborted) return aborted();
      const stop = unlessAborted(signal, aborted);
      simulation.after(random.integer(1, faults.pageMs), () =>
        process.deliver(() => {
          stop();
          resolve();
        }),
      );
    });

  /** The same things read the same, as most services' do. */
  const quiet = random.chance(0.6);

  const thing = (key: string, Value: Value): Thing => {
    const [Scope = "", Id = ""] = key.split("#");
    if (quiet) return { Scope, Id, Value };
    const Noise = random.integer(0, 99);
    return random.chance(0.5) ? { Scope, Id, Value, Noise } : { Noise, Value, Id, Scope };
  };

  async function* answers(range: KeyRange, signal: AbortSignal): AsyncGenerator<Answer> {
    const pageSize = random.integer(1, 3);
    const tokens: string[] = [];
    const late: Thing[] = [];
    // What is outside the window does no harm if it comes in order.
    const beyond = upstream.ascending && random.chance(0.3);
    const listed = (key: string) => beyond || inRange(range, key);
    let after = "";
    for (;;) {
      await step(signal);
      if (upstream.gone) throw new ParentRemoved("the parent is gone");
      const fault = random.chance(faults.rate)
        ? random.pick([
            "throttled",
            "denied",
            "repeated token",
            "malformed",
            "empty",
            "no list",
            "repeated item",
            "too deep",
            "out of order",
          ])
        : "none";
      if (fault !== "none") simulation.note(`${process.name} listing: ${fault}`);
      if (fault === "throttled") throw Object.assign(new Error("slow down"), { name: "ThrottlingException" });
      if (fault === "denied") throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
      if (fault === "no list") {
        yield { $metadata: {} };
        return;
      }

      const keys = [...upstream.items.keys()].filter((key) => key > after && listed(key)).sort();
      const page = fault === "empty" ? [] : keys.slice(0, pageSize);
      const things = page.map((key) => thing(key, upstream.items.get(key) ?? 0));
      if (fault === "malformed") things.push({ Scope: "no identity", Value: 1 });
      const again = random.pick([...seenIn(listing.pages).items.keys()]);
      if (fault === "repeated item" && again) things.unshift(thing(again, random.integer(0, 2)));
      const refused = random.pick(keys.slice(page.length));
      if (fault === "too deep" && refused) things.push({ ...thing(refused, 1), Deep: tooDeep() });

      // What is left out of its page comes with the next.
      const leaves = fault === "out of order" && page.length > 0;
      const withheld = leaves ? things.splice(0, 1) : [];
      things.push(...late.splice(0));
      late.push(...withheld);

      after = page.at(-1) ?? after;
      const more = keys.length > page.length || late.length > 0 || random.chance(0.1);
      const fresh = `${tokens.length} after ${after}`;
      const token = (fault === "repeated token" && random.pick(tokens)) || fresh;
      tokens.push(token);
      listing.stuck ||= more && token !== fresh;
      yield { $metadata: { attempts: 1 }, Things: things, ...(more && { NextToken: token }) };
      if (!more) return;
    }
  }

  return {
    async *list({ range }, signal) {
      try {
        const pages = pagesOf(
          answers(range, signal),
          ({ Things }) => Things,
          ({ NextToken }) => NextToken,
        );
        for await (const page of pages) {
          listing.pages.push(page);
          yield page;
        }
        listing.end = listing.stuck ? "failed" : "whole";
      } catch (error) {
        listing.end = error instanceof ParentRemoved ? "parent removed" : "failed";
        throw error;
      }
    },
  };
}

/** What counts of a stored document. */
export function valueIn(document: string): Value | undefined {
  return (JSON.parse(document) as Thing).Value;
}
