import type { Client } from "../client/client.ts";
import { followChanges, type Position } from "../client/follow.ts";
import { entriesOf, type ListEntry, type ListPage, pagesOf } from "../client/lists.ts";
import { ApiError, type RetryOptions } from "../client/request.ts";
import { collectionOf } from "../functions/model/collection.ts";
import type { CollectionRecord } from "../functions/model/collection-record.ts";
import { EPOCH, type Instant } from "../functions/model/instant.ts";
import type { Change, ItemVersion } from "../functions/model/item.ts";
import { initialState, type ScopeState } from "../functions/model/scope-state.ts";
import type { Mirror, MirroredState } from "../functions/store/sqlite/mirror.ts";

/*
 * Copies a deployed inventory into a SQLite file: first all items as of one instant and the whole log up to it, then what is new in the log,
 * again and again. Each page is noted with the rows that it brought: a mirror that is killed goes on where it was.
 */

/** How far a mirror has come. */
type Progress =
  | { readonly stage: "items"; readonly at: Instant; readonly cursor: string }
  | { readonly stage: "log"; readonly at: Instant; readonly cursor?: string }
  | { readonly stage: "follow"; readonly position: Position };

type Item = ListEntry<"/v1/items">;
type ListedChange = ListEntry<"/v1/changes">;

export interface Copying extends Omit<RetryOptions, "signal"> {
  readonly client: Client;
  readonly mirror: Mirror;
  readonly signal: AbortSignal;
}

const PAGE = 1_000;

/** Brings a mirror up to the newest instant. Answers how many changes were new, and up to which instant it shows the inventory. */
export async function catchUp(copying: Copying): Promise<{ readonly changes: number; readonly at: Instant }> {
  let progress = (await copying.mirror.progress()) as Progress | undefined;
  if (!progress || progress.stage === "items") progress = await copyItems(copying, progress?.cursor);
  if (progress.stage === "log") progress = await copyLog(copying, progress);
  if (progress.stage !== "follow") throw new Error("a mirror follows when its log is copied");
  return follow(copying, progress.position);
}

/** Copies all items and tombstones as of one instant. */
async function copyItems({ client, mirror, ...retry }: Copying, cursor: string | undefined): Promise<Progress> {
  const query = { state: "all", full: "true", limit: PAGE, ...(cursor !== undefined && { cursor }) } as const;
  let at = EPOCH;
  for await (const page of pagesOf(client, "/v1/items", { query }, retry)) {
    at = page.asOf;
    // Nothing was ever committed: the log from its beginning is all.
    if (at === EPOCH) return { stage: "follow", position: {} };
    const versions = page.items.map(versionOf);
    await mirror.add({ versions, edges: versions }, retry.signal);
    if (page.nextCursor !== undefined) await mirror.advance({ stage: "items", at, cursor: page.nextCursor });
  }
  const next: Progress = { stage: "log", at };
  await mirror.advance(next);
  return next;
}

/** Copies the log up to the instant of the items. Then readers can see that, and everything before it as far as the log is kept. */
async function copyLog(
  { client, mirror, ...retry }: Copying,
  { at, cursor }: Progress & { readonly stage: "log" },
): Promise<Progress> {
  const query = { until: at, full: "true", limit: PAGE, ...(cursor !== undefined && { cursor }) } as const;
  let keptSince = EPOCH;
  for await (const page of pagesOf(client, "/v1/changes", { query }, retry)) {
    const changes = page.items.map(changeOf);
    await mirror.add({ changes, edges: changes.flatMap(versionsOf) }, retry.signal);
    keptSince = keptSinceOf(page);
    if (page.nextCursor !== undefined) await mirror.advance({ stage: "log", at, cursor: page.nextCursor });
  }
  const next: Progress = { stage: "follow", position: { since: at } };
  await mirror.advance(next, { at, keptSince, ...(await freshnessOf(client, retry)) });
  return next;
}

function keptSinceOf({ keptSince }: ListPage<"/v1/changes">): Instant {
  if (keptSince === undefined)
    throw new ApiError("the API does not know `full`: update what is deployed", { status: 200 });
  return keptSince;
}

/** Copies what is new in the log. */
async function follow({ client, mirror, ...retry }: Copying, from: Position) {
  let position = from;
  let changes = 0;
  for await (const batch of followChanges(client, {
    ...{ ...retry, once: true, position: from },
    query: { full: "true", limit: PAGE },
  })) {
    const added = batch.changes.map(changeOf);
    const versions = added.map(({ after }) => after);
    await mirror.add({ versions, changes: added, edges: added.flatMap(versionsOf) }, retry.signal);
    changes += added.length;
    position = batch.position;
    if (!batch.caughtUp) await mirror.advance({ stage: "follow", position });
  }
  const at = position.since ?? EPOCH;
  await mirror.advance({ stage: "follow", position }, { at, ...(await freshnessOf(client, retry)) });
  return { changes, at };
}

const versionsOf = ({ before, after }: Change): ItemVersion[] => (before ? [before, after] : [after]);

function versionOf(item: Item): ItemVersion {
  const { source = "", account = "", region = "", stored, ...shown } = item;
  const { key, scope, state, version, firstSeenAt, changedAt, cause, document } = shown;
  if (!stored || key === undefined || scope === undefined || !state || version === undefined) throw notFull();
  if (firstSeenAt === undefined || changedAt === undefined) throw notFull();
  return {
    ...{ collection: collectionOf(source, { account, region }), key, scope, state, version, firstSeenAt },
    ...{ at: changedAt, document: JSON.stringify(document), ...detailsOf(stored) },
    ...(cause && { cause }),
  };
}

function changeOf(change: ListedChange): Change {
  const { source, account, region, key, scope, at, version, cause, document, stored } = change;
  if (!stored) throw notFull();
  const { kind, firstSeenAt, before } = stored;
  const item = { collection: collectionOf(source, { account, region }), key };
  const after: ItemVersion = {
    ...{ ...item, at, scope, version, firstSeenAt, state: kind === "removed" ? "removed" : "present" },
    ...{ document: JSON.stringify(document), ...detailsOf(stored) },
    ...(cause && { cause }),
  };
  if (!before) return { kind, after };
  const { document: was = document } = before;
  return {
    ...{ kind, after },
    before: {
      ...{ ...item, at: before.at, scope: before.scope, state: before.state, version: before.version },
      ...{ firstSeenAt: before.firstSeenAt, document: JSON.stringify(was), ...detailsOf(before) },
      ...(before.cause && { cause: before.cause }),
    },
  };
}

type Details = NonNullable<Item["stored"]>;

function detailsOf({ hash, edges, names, edgesSince, previousAt }: Details) {
  return {
    ...{ hash, edges, edgeAt: edgesSince, ...(names && { names }) },
    ...(previousAt !== undefined && { previousAt }),
  };
}

function notFull(): ApiError {
  return new ApiError("the API leaves out what a mirror needs: update what is deployed", { status: 200 });
}

/** The states of all scopes, as far as the API says them. */
async function freshnessOf(
  client: Client,
  retry: RetryOptions,
): Promise<Pick<MirroredState, "collections" | "scopes">> {
  const collections = new Map<string, CollectionRecord>();
  const scopes: ScopeState[] = [];
  for await (const source of entriesOf(client, "/v1/sources", { query: { limit: PAGE } }, retry)) {
    for (const { account, region, lastCompleteAt, counts, scopes: page } of source.collections) {
      const collection = collectionOf(source.id, { account, region });
      const isRetired = counts.scopes > 0 && counts.ended === counts.scopes;
      collections.set(collection, {
        ...{ collection, revision: 1, nextAt: 0, status: isRetired ? "retired" : "active" },
        ...(lastCompleteAt !== undefined && { freshAt: lastCompleteAt }),
      });
      for (const scope of page) scopes.push(stateOf(collection, scope));
    }
  }
  return { collections: [...collections.values()], scopes };
}

type ListedScope = ListEntry<"/v1/sources">["collections"][number]["scopes"][number];

function stateOf(collection: string, scope: ListedScope): ScopeState {
  const { id, lastCompleteAt, lastAttemptAt, outcome, error, unavailableSince, held, ended, firstListing } = scope;
  return {
    ...initialState(collection, { id, range: {} }),
    ...{
      lastCompleteAt: lastCompleteAt,
      lastAttemptAt: lastAttemptAt,
      outcome,
      error,
      unavailableSince,
      ended,
      firstListing,
    },
    ...(held && { pending: { ...held, sample: [] } }),
  };
}
