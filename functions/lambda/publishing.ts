import { damageEvent, eventsOfSync, failureEvent } from "../events/event.ts";
import { type PublishHost, publishChanges } from "../events/publish.ts";
import type { Collection } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import { instantOf } from "../model/instant.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import { createNameOf } from "../model/node.ts";
import { hasUnpublished } from "../sync/due.ts";
import type { CollectionResult } from "../sync/sync-collection.ts";
import type { VerifyReport } from "../sync/verify-scope.ts";
import type { Service } from "./service.ts";

/** Who just committed publishes: the dispatcher does so only for what is left after this, ms. */
const LEFT_AFTER_MS = 3 * 60_000;
/** How long a dispatch publishes, ms: the next one goes on. */
const PUBLISHING_MS = 40_000;
const COLLECTIONS_AT_ONCE = 4;

/** Publishes what a sync committed, and that it failed or keeps removals pending. What cannot be published is left to the dispatcher. */
export async function publishSync(service: Service, result: CollectionResult, signal: AbortSignal): Promise<void> {
  const { collection, scopes } = result;
  const records = scopes.flatMap(({ result }) => (result.status === "ended" && !result.known ? result.record : []));
  await unlessFailing(service, collection, async () => {
    if (records.some(({ at }) => at !== undefined)) await publishOne(service, collection, { signal });
    const isTold = records.some(({ outcome }) => outcome === "failed" || outcome === "held");
    if (!isTold && (!result.failure || result.known)) return;
    const { failures = 1 } = (await service.store.collectionRecord(collection)) ?? {};
    const events = records.flatMap((record) => eventsOfSync(record, failures));
    if (result.failure && !result.known) events.push(failedPlan(service, result, failures));
    await service.putEvents(events, signal);
  });
}

function failedPlan({ store }: Service, { collection, kind, failure }: CollectionResult, failures: number) {
  const error = failure ?? { code: "unavailable", message: "" };
  const about = { collection, at: instantOf(store.now()), about: "plan" };
  return failureEvent(about, error, { kind, failures });
}

/** Publishes what is left of these collections: the process that committed it died, could not publish it, or had to wait for another sync. */
export async function publishLeft(
  service: Service,
  records: readonly CollectionRecord[],
  signal: AbortSignal,
): Promise<void> {
  const until = service.clock.monotonic() + PUBLISHING_MS;
  const left = records.filter((record) => hasUnpublished(record, service.store.now() - LEFT_AFTER_MS));
  await mapConcurrent(COLLECTIONS_AT_ONCE, left, async ({ collection }) => {
    const mayGoOn = () => service.clock.monotonic() < until;
    await unlessFailing(service, collection, () => publishOne(service, collection, { signal, mayGoOn }));
  });
}

/** Publishes that what is stored does not match its checksum. */
export async function publishDamage(
  service: Service,
  { collection, scope, problems }: VerifyReport,
  signal: AbortSignal,
): Promise<void> {
  const at = instantOf(service.store.now());
  const event = damageEvent({ collection, scope, at, problems: problems.map(({ message }) => message) });
  await unlessFailing(service, collection, () => service.putEvents([event], signal));
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
  log.published(collection, await publishChanges(host, collection));
}

async function unlessFailing({ log }: Service, collection: Collection, publish: () => Promise<unknown>): Promise<void> {
  try {
    await publish();
  } catch (error) {
    log.notPublished(collection, error);
  }
}
