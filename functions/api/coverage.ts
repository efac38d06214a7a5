import { instantsIn, type Pinned, pinCollections, type ScopeInstants } from "../inventory/reads.ts";
import { type Collection, partsOf } from "../model/collection.ts";
import { earliest, type Instant, instantOf } from "../model/instant.ts";
import type { Standing } from "../store/port.ts";
import type { Cursor } from "./cursors.ts";
import { Problem } from "./problems.ts";
import type { Service } from "./service.ts";

/** Which collections a request is about: all, or those that agree with every member given. */
export interface Coverage {
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
}

/** The collections that a request covers, in order. */
export async function coveredCollections(service: Service, { source, account, region }: Coverage) {
  const known = new Set(service.sources.map(({ id }) => id));
  return (await service.store.collections()).filter((collection) => {
    const parts = partsOf(collection);
    return (
      known.has(parts.source) &&
      (source === undefined || parts.source === source) &&
      (account === undefined || parts.account === account) &&
      (region === undefined || parts.region === region)
    );
  });
}

/** Collections as they stood at one instant, which stays the same through a walk's pages. */
export interface Reading {
  readonly at: Instant;
  standings(collection: Collection): Promise<readonly Standing[]>;
  /** At which instants to read the collection's scopes for a state as of `at`, by default the reading's own. */
  instants(collection: Collection, at?: Instant): Promise<ScopeInstants>;
}

/** An instant that a request names, and the parameter it does so with. */
export interface AskedInstant {
  readonly parameter: string;
  readonly instant: Instant | undefined;
}

export interface ReadingRequest {
  readonly cursor?: Cursor | undefined;
  /** The instant to answer for; later than the newest at which all is whole, it is answered for that. */
  readonly at?: AskedInstant;
  /** Where the answer begins. It was perhaps given as an `asOf` before, so the answer's own is not to fall behind it. */
  readonly since?: AskedInstant;
  /** Another instant whose state the answer needs. */
  readonly kept?: AskedInstant;
}

/**
 * Opens a reading of the collections that a request covers. Of a page that goes on in a collection, that one's standings are read
 * beside the directory of all.
 */
export async function openCoverage(
  service: Service,
  coverage: Coverage,
  request: ReadingRequest,
): Promise<{ readonly collections: readonly Collection[]; readonly reading: Reading }> {
  const resumed = request.cursor?.position.collection;
  const [collections, standings] = await Promise.all([
    coveredCollections(service, coverage),
    // A cursor may be made up: whatever cannot be read is read again if it is covered, and fails there.
    resumed === undefined ? undefined : service.store.standings(resumed).catch(() => undefined),
  ]);
  const known = new Map(resumed !== undefined && standings ? [[resumed, standings]] : []);
  return { collections, reading: await openReading(service, collections, request, known) };
}

/** Opens a reading of the collections: at the cursor's instant, or else at the one asked for, or else at the newest there is. */
export async function openReading(
  service: Service,
  collections: readonly Collection[],
  { cursor, at, since, kept }: ReadingRequest,
  known: ReadonlyMap<Collection, readonly Standing[]> = new Map(),
): Promise<Reading> {
  const pin = () => pinCollections(service.store, collections, service.clock.now());
  if (cursor) {
    if (cursor.at < oldestKept(service)) mustBeKept(service, { parameter: "cursor", instant: cursor.at }, await pin());
    return readingAt(service, cursor.at, known);
  }
  const pinned = await pin();
  mustBeKept(service, at, pinned);
  mustBeKept(service, since, pinned);
  mustBeKept(service, kept, pinned);
  const instant = earliest(pinned.at, at?.instant);
  const begun = since?.instant !== undefined && since.instant > instant && since.instant <= pinned.clock;
  return readingAt(service, begun ? since.instant : instant, pinned.standings);
}

/** The instant before which nothing is sure to be kept. */
function oldestKept(service: Service): Instant {
  return instantOf(Math.max(0, service.clock.now() - service.retentionDays * 86_400_000));
}

/** Refuses an instant whose state may have expired: one that is out of retention and has had changes since. */
function mustBeKept(service: Service, asked: AskedInstant | undefined, pinned: Pinned): void {
  const oldest = oldestKept(service);
  if (asked?.instant === undefined || asked.instant >= oldest || asked.instant >= pinned.at) return;
  const { parameter, instant } = asked;
  const detail =
    parameter === "cursor"
      ? `the walk began at ${instant}, and the past is kept for ${service.retentionDays} days: start again without it`
      : `${parameter} ${instant} is too long ago: the past is kept for ${service.retentionDays} days, since ${oldest}`;
  throw new Problem("beyond-retention", detail, { members: { parameter } });
}

/** Standings that are not known are read when they are needed. */
function readingAt(service: Service, at: Instant, known: ReadonlyMap<Collection, readonly Standing[]>): Reading {
  const standings = new Map<Collection, Promise<readonly Standing[]>>();
  const standingsOf = (collection: Collection) => {
    const read =
      standings.get(collection) ?? Promise.resolve(known.get(collection) ?? service.store.standings(collection));
    standings.set(collection, read);
    return read;
  };
  return {
    at,
    standings: standingsOf,
    instants: async (collection, instant = at) => instantsIn(await standingsOf(collection), instant),
  };
}
