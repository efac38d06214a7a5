import { collectionOf } from "../model/collection.ts";
import type { Hint } from "../model/collection-record.ts";
import { instantOf } from "../model/instant.ts";
import { noteHint } from "../sync/claim.ts";
import type { TrailEvent } from "./requests.ts";
import type { Service } from "./service.ts";

const MAX_PRINCIPAL = 200;

/** Makes the collections due that an event tells of: those of the sources that name it, where it happened. */
export async function noteEvent({ sources, store, log }: Service, event: TrailEvent): Promise<void> {
  const { account, region, eventName, time, principal } = event;
  const hint: Hint = {
    ...{ at: instantOf(Date.parse(time)), event: eventName },
    ...(principal !== undefined && { principal: principal.slice(0, MAX_PRINCIPAL) }),
  };
  for (const source of sources) {
    if (!source.events.includes(eventName)) continue;
    const collection = collectionOf(source.id, { account, region });
    log.hinted(collection, hint, await noteHint(store, collection, hint));
  }
}
