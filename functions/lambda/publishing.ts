import { type PublishHost, publish } from "../events/publish.ts";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { createNameOf } from "../model/node.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import { hasUnpublished } from "../sync/due.ts";
import type { CollectionResult } from "../sync/sync-collection.ts";
import type { Service } from "./service.ts";

/** Who just committed, or noted what a person should look at, publishes: the dispatcher does so only for what is left after this, ms. */
const LEFT_AFTER_MS = 3 * 60_000;
/** How long a dispatch publishes, ms: the next one goes on. */
const PUBLISHING_MS = 40_000;
const COLLECTIONS_AT_ONCE = 4;

/** Publishes what a sync committed, and what it noted for a person to look at. What cannot be published is left to the dispatcher. */
export async function publishSync(service: Service, result: CollectionResult, signal: AbortSignal): Promise<void> {
  const { collection, scopes, failure } = result;
  const isNews = scopes.some(({ result }) => result.status === "ended" && !result.known && !isUnchanged(result.record));
  if (isNews || failure) await unlessFailing(service, collection, () => publishOne(service, collection, { signal }));
}

function isUnchanged({ outcome, at }: SyncRecord): boolean {
  return outcome === "complete" && at === undefined;
}

/** Publishes what is left of these collections: the process that committed it died, could not publish it, or had to wait for another sync. */
export async function publishLeft(
  service: Service,
  records: readonly CollectionRecord[],
  signal: AbortSignal,
): Promise<void> {
  const until = service.clock.monotonic() + PUBLISHING_MS;
  const by = service.store.now() - LEFT_AFTER_MS;
  const left = records.filter((record) => hasUnpublished(record, by));
  await mapConcurrent(COLLECTIONS_AT_ONCE, left, async ({ collection }) => {
    const mayGoOn = () => service.clock.monotonic() < until;
    await unlessFailing(service, collection, () => publishOne(service, collection, { signal, mayGoOn }));
  });
}

async function publishOne(
  { store, sources, putEvents, environment, log }: Service,
  collection: Collection,
  options: Pick<PublishHost, "signal" | "mayGoOn">,
): Promise<void> {
  const { explorerUrl } = environment;
  const host = {
    store,
    put: putEvents,
    nameOf: createNameOf(sources),
    ...options,
    ...(explorerUrl !== undefined && { explorerUrl }),
  };
  log.published(collection, await publish(host, collection));
}

async function unlessFailing({ log }: Service, collection: Collection, publish: () => Promise<unknown>): Promise<void> {
  try {
    await publish();
  } catch (error) {
    log.notPublished(collection, error);
  }
}
