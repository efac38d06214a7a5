import { creationOf, inRange, type KeyRange, type Scope } from "../../../functions/model/collection.ts";
import { type Connection, type Page, ParentNotFoundError, pagesOf } from "../../../functions/model/source.ts";
import { type Process, type Simulation, START, unlessAborted } from "./simulation.ts";
import { type Thing, type Upstream, type Value, visibleKeys } from "./upstream.ts";

/** What one listing gave its sync to see, page by page, and how it ended. */
export interface Listing {
  readonly range: KeyRange;
  /** When it was asked for, on virtual time. */
  readonly startedAt: number;
  readonly pages: Page<Thing>[];
  /** A token came again. */
  stuck: boolean;
  end: "running" | "whole" | "parent gone" | "failed";
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
  /** Keys of documents that could not be stored; some may be listed a second time as they can. */
  readonly retained: ReadonlySet<string>;
  readonly rejected: number;
  /** Whether an answer had no list at all. */
  readonly listMissing: boolean;
}

export function seenIn(pages: readonly Page<Thing>[]): Seen {
  const items = new Map<string, Value>();
  const retained = new Set<string>();
  let rejected = 0;
  for (const { Scope, Id, Value = 0, Deep } of pages.flatMap(({ documents }) => documents)) {
    const key = Id === undefined ? undefined : `${Scope}#${Id}`;
    if (key === undefined || Deep !== undefined) rejected += 1;
    if (key === undefined) continue;
    if (Deep !== undefined) retained.add(key);
    else if (!items.has(key)) items.set(key, Value);
  }
  return { items, retained, rejected, listMissing: pages.some(({ listMissing }) => listMissing) };
}

/** One reading of a plan: the scopes that it named until it ended. */
export interface Plan {
  readonly named: Set<string>;
  complete: boolean;
}

export interface UpstreamConnection {
  readonly connection: Connection;
  /** What was listed of each scope last. */
  readonly listings: ReadonlyMap<string, Listing>;
  readonly plans: readonly Plan[];
}

export interface ListingConditions {
  /** The share of pages with something wrong about them. */
  readonly faults: number;
  /** How long a page takes at most, in milliseconds. */
  readonly pageMs: number;
  /** How far the machine's clock is ahead of the service's. */
  readonly clockOffset: number;
}

interface Answer {
  readonly $metadata: { readonly attempts?: number };
  /** Absent of an answer that may not be the service's own. */
  readonly Things?: readonly Thing[];
  readonly NextToken?: string;
}

const FAULTS = [
  ...(["throttled", "denied", "repeated token", "malformed", "empty"] as const),
  ...(["no list", "repeated item", "too deep", "out of order"] as const),
];

const TOO_DEEP = JSON.parse(`${"[".repeat(210)}${"]".repeat(210)}`) as unknown;

/** The service as one process's client sees it: a page is a step, between which the service changes. Keeps what it listed of each scope. */
export function connectUpstream(
  simulation: Simulation,
  process: Process,
  upstream: Upstream,
  conditions: ListingConditions,
): UpstreamConnection {
  const { random } = simulation;
  const listings = new Map<string, Listing>();
  const plans: Plan[] = [];
  let hasAnswered = false;
  const now = () => START + simulation.time();

  const step = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const aborted = () => reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
      if (signal.aborted) return aborted();
      const stop = unlessAborted(signal, aborted);
      simulation.after(random.integer(1, conditions.pageMs), () =>
        process.deliver(() => {
          hasAnswered = true;
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

  const faultOfPage = () => {
    const fault = random.chance(conditions.faults) ? random.pick(FAULTS) : undefined;
    if (fault !== undefined) simulation.note(`${process.name} listing: ${fault}`);
    if (fault === "throttled") throw Object.assign(new Error("slow down"), { name: "ThrottlingException" });
    if (fault === "denied") throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
    return fault;
  };

  async function* answers(scope: Scope, listing: Listing, signal: AbortSignal): AsyncGenerator<Answer> {
    const pageSize = random.integer(1, 3);
    const tokens: string[] = [];
    const late: Thing[] = [];
    // What is outside the range does no harm if it comes in order.
    const isBeyond = upstream.kind === "created" && random.chance(0.3);
    let after = "";
    for (;;) {
      await step(signal);
      if (upstream.kind === "planned" && upstream.gone.has(scope.id)) throw new ParentNotFoundError("no parent");
      const fault = faultOfPage();
      if (fault === "no list") {
        yield { $metadata: {} };
        return;
      }
      const keys = visibleKeys(upstream, now()).filter(
        (key) => key > after && (isBeyond || inRange(listing.range, key)),
      );
      const page = fault === "empty" ? [] : keys.slice(0, pageSize);
      const things = page.map((key) => thing(key, upstream.items.get(key) ?? 0));
      if (fault === "malformed") things.push({ Scope: "no identity", Value: 1 });
      const again = random.pick([...seenIn(listing.pages).items.keys()]);
      if (fault === "repeated item" && again) things.unshift(thing(again, random.integer(0, 2)));
      const rejected = random.pick(keys.slice(page.length));
      if (fault === "too deep" && rejected) things.push({ ...thing(rejected, 1), Deep: TOO_DEEP });

      // What is left out of its page comes with the next.
      const withheld = fault === "out of order" ? things.splice(0, 1) : [];
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

  async function* list(scope: Scope, signal: AbortSignal): AsyncGenerator<Page<Thing>> {
    const listing: Listing = {
      ...{ range: scope.range, startedAt: simulation.time(), pages: [], stuck: false, end: "running" },
    };
    listings.set(scope.id, listing);
    try {
      const pages = pagesOf(
        answers(scope, listing, signal),
        ({ Things }) => Things,
        ({ NextToken }) => NextToken,
      );
      for await (const page of pages) {
        listing.pages.push(page);
        yield page;
      }
      listing.end = listing.stuck ? "failed" : "whole";
    } catch (error) {
      listing.end = error instanceof ParentNotFoundError ? "parent gone" : "failed";
      throw error;
    }
  }

  async function* plan(signal: AbortSignal): AsyncGenerator<Scope> {
    const given: Plan = { named: new Set(), complete: false };
    plans.push(given);
    for (const scope of upstream.scopes) {
      if (upstream.kind === "planned") {
        await step(signal);
        if (random.chance(conditions.faults / 4))
          throw Object.assign(new Error("no"), { name: "AccessDeniedException" });
      }
      if (upstream.gone.has(scope.id)) continue;
      given.named.add(scope.id);
      yield scope;
    }
    given.complete = true;
  }

  return {
    connection: {
      list,
      plan,
      clockOffset: () => (hasAnswered ? conditions.clockOffset : undefined),
      close: () => undefined,
    },
    ...{ listings, plans },
  };
}

/** Whether what was listed in a range came in order of creation. */
export function isAscending(pages: readonly Page<Thing>[], range: KeyRange): boolean {
  const created = keysIn(pages)
    .filter((key) => inRange(range, key))
    .map(creationOf);
  return created.every((each, n) => n === 0 || each >= (created[n - 1] ?? ""));
}
