import type { Entry } from "../../functions/api/schemas/responses.ts";
import { staleAfter } from "../../functions/inventory/freshness.ts";
import { collectionOf, ENTIRE_COLLECTION, PLAN } from "../../functions/model/collection.ts";
import type { Instant } from "../../functions/model/instant.ts";
import { mapConcurrent } from "../../functions/model/map-concurrent.ts";
import { type Api, entriesOf } from "../read/api.ts";
import type { Listing, ReportedItem, Subject, Verdict } from "./contents.ts";

type Sync = Entry<"SyncList">;
type Source = Entry<"SourceList">;
type Collection = Source["collections"][number];

/** What the syncs of a report's collections are looked for with. */
export interface ListingsRequest {
  readonly subject: Subject;
  readonly items: readonly Pick<ReportedItem, "source" | "account" | "region" | "scope">[];
  readonly at: Instant;
  /** Whether a source is listed incrementally between its full syncs. */
  readonly isIncremental: (source: string) => boolean;
}

const COLLECTIONS_AT_ONCE = 4;

/**
 * Reads how each scope that the report covers was listed around the instant: the last complete listing up to it, the first one after it,
 * and what failed in between. A list covers every scope of its collections; an item or a lineage, the scopes of their items.
 */
export async function readListings(api: Api, request: ListingsRequest): Promise<Listing[]> {
  const { subject, items } = request;
  const isList = subject.item === undefined && subject.lineage === undefined;
  const itemScopes = new Map<string, Set<string>>();
  for (const { source, account, region, scope } of items) {
    const collection = collectionOf(source, { account, region });
    itemScopes.set(collection, (itemScopes.get(collection) ?? new Set()).add(scope));
  }
  const covered: Covered[] = [];
  for await (const source of sourcesOf(api, isList ? subject : {})) {
    for (const collection of source.collections) {
      const scopes = itemScopes.get(collectionOf(source.id, collection));
      if (isList || scopes) covered.push({ source, collection, itemScopes: scopes ?? new Set() });
    }
  }
  const listings = await mapConcurrent(COLLECTIONS_AT_ONCE, merged(covered), (each) => listingsOf(api, each, request));
  return listings.flat();
}

interface Covered {
  readonly source: Source;
  readonly collection: Collection;
  /** The scopes that the report has items of. */
  readonly itemScopes: ReadonlySet<string>;
}

function sourcesOf(api: Api, { source, account, region }: Subject): AsyncGenerator<Source> {
  const filter = [
    ["source", source],
    ["account", account],
    ["region", region],
  ] as const;
  return entriesOf<Source>(api, "/v1/sources", filter, Number.POSITIVE_INFINITY);
}

/** A collection with many scopes comes on several pages, each with some of them. */
function merged(covered: readonly Covered[]): Covered[] {
  const byCollection = new Map<string, Covered>();
  for (const each of covered) {
    const { source, collection } = each;
    const id = collectionOf(source.id, collection);
    const before = byCollection.get(id);
    const scopes = [...(before?.collection.scopes ?? []), ...collection.scopes];
    byCollection.set(id, { ...each, collection: { ...collection, scopes } });
  }
  return [...byCollection.values()];
}

/** What is known of a scope's syncs, the newest first. */
interface Found {
  /** The first complete sync after the instant. */
  after?: Sync;
  /** The last complete one up to it, or the run of unchanged ones in which it lies. */
  before?: Sync;
  /** The last full one up to it. */
  whole?: Sync;
  /** What ended otherwise in between. */
  readonly failed: Sync[];
}

async function listingsOf(api: Api, covered: Covered, request: ListingsRequest): Promise<Listing[]> {
  const { source, collection, itemScopes } = covered;
  const { at, subject } = request;
  const isIncremental = request.isIncremental(source.id);
  const isList = subject.item === undefined && subject.lineage === undefined;
  const scopes = new Map<string, Found>();
  for (const { id } of collection.scopes) if (isList || itemScopes.has(id)) scopes.set(id, { failed: [] });
  for (const scope of itemScopes) if (!scopes.has(scope)) scopes.set(scope, { failed: [] });
  if (scopes.size === 0 && isList) scopes.set(ENTIRE_COLLECTION.id, { failed: [] });
  let left = scopes.size;
  const { account, region } = collection;
  const query = [
    ["source", source.id],
    ["account", account],
    ["region", region],
  ] as const;
  for await (const sync of entriesOf<Sync>(api, "/v1/syncs", query, Number.POSITIVE_INFINITY)) {
    if (sync.scope === PLAN) {
      // A plan that failed leaves open whether there were further scopes.
      for (const found of scopes.values()) note(found, sync, at);
      continue;
    }
    const found = scopes.get(sync.scope);
    if (!found || isDone(found, isIncremental)) continue;
    for (const each of withRun(sync)) note(found, each, at);
    if (isDone(found, isIncremental)) left -= 1;
    if (left === 0) break;
  }
  return [...scopes].flatMap(([scope, found]) => {
    const state = collection.scopes.find(({ id }) => id === scope);
    const mayBeLater = !isEntire(scope) || state?.ended !== undefined;
    // A scope that came later, or of which nothing was listed then, has nothing to say.
    if (!found.before && found.failed.length === 0 && mayBeLater && !itemScopes.has(scope)) return [];
    const lastCompleteAt = state?.lastCompleteAt;
    return [listingOf({ source, account, region, scope, found, isIncremental, lastCompleteAt, at })];
  });
}

function isEntire(scope: string): boolean {
  return scope === ENTIRE_COLLECTION.id;
}

function isDone({ before, whole }: Found, isIncremental: boolean): boolean {
  return before !== undefined && (whole !== undefined || !isIncremental);
}

/** A sync, and the run of unchanged ones that it ended, as an entry like that of a run that goes on. */
function withRun(sync: Sync): Sync[] {
  const { unchangedBefore: run, ...ended } = sync;
  if (!run) return [sync];
  const { source, account, region, scope } = sync;
  const none = { listed: 0, added: 0, modified: 0, removed: 0, unchanged: 0, held: 0, refused: 0, refusals: [] };
  const entry = { source, account, region, scope, startedAt: run.until, outcome: "complete" as const };
  return [ended, { ...entry, unchangedSyncs: run, ...none }];
}

/** When a sync can be seen: its changes are there from the instant of its commit on. */
function firstSeen({ unchangedSyncs, at, startedAt }: Sync): Instant {
  return unchangedSyncs?.since ?? at ?? startedAt;
}

function note(found: Found, sync: Sync, at: Instant): void {
  if (sync.outcome !== "complete") {
    if (!found.before && firstSeen(sync) <= at) found.failed.push(sync);
    return;
  }
  if (firstSeen(sync) > at) found.after = sync;
  else {
    found.before ??= sync;
    if (sync.kind === "full") found.whole ??= sync;
  }
}

interface Judged {
  readonly source: Source;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
  readonly found: Found;
  readonly isIncremental: boolean;
  /** When the scope was last listed whole, as of now. */
  readonly lastCompleteAt: Instant | undefined;
  readonly at: Instant;
}

function listingOf(judged: Judged): Listing {
  const { source, account, region, scope, found, isIncremental, lastCompleteAt, at } = judged;
  const { before, after, failed } = found;
  const run = before?.unchangedSyncs;
  const listedAt = before && (run && run.until <= at ? run.until : firstSeen(before));
  const listedAfter = run && run.until > at ? run.until : after && firstSeen(after);
  const known = [
    found.whole && firstSeen(found.whole),
    lastCompleteAt !== undefined && lastCompleteAt <= at ? lastCompleteAt : undefined,
  ];
  const wholeAt = isIncremental
    ? known
        .flatMap((each) => each ?? [])
        .sort()
        .at(-1)
    : undefined;
  const syncs = [after, ...failed, before, found.whole].flatMap((sync) => sync ?? []);
  return {
    ...{ source: source.id, account, region, scope, intervalMinutes: source.intervalMinutes },
    verdict: verdictOf(judged, listedAt),
    ...(listedAt !== undefined && { listedAt }),
    ...(listedAfter !== undefined && { listedAfter }),
    ...(wholeAt !== undefined && { wholeAt }),
    syncs: [...new Set(syncs)],
  };
}

/** In a run of unchanged syncs every listing was complete: the instant is as fresh as they are frequent. */
function verdictOf({ found, source, at }: Judged, listedAt: Instant | undefined): Verdict {
  const [lastFailed] = found.failed;
  if (lastFailed && lastFailed.outcome !== "complete") return lastFailed.outcome;
  if (!found.before || listedAt === undefined) return "never listed";
  const run = found.before.unchangedSyncs;
  const schedule = { intervalMinutes: source.intervalMinutes, planned: source.planned };
  if (run && run.until > at) {
    const meanMs = (Date.parse(run.until) - Date.parse(run.since)) / Math.max(1, run.count - 1);
    const freshUntil = staleAfter({ lastCompleteAt: run.since }, schedule) ?? run.since;
    return meanMs <= Date.parse(freshUntil) - Date.parse(run.since) ? "fresh" : "old";
  }
  return (staleAfter({ lastCompleteAt: listedAt }, schedule) ?? "") >= at ? "fresh" : "old";
}
