import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../model/clock.ts";
import { SyncError, serviceError } from "../model/errors.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { InventoryEvent } from "./event.ts";
import { EVENT_SOURCE } from "./event-types.ts";
import type { PutEvents } from "./publish.ts";

/** EventBridge's maximum for a request. */
const MAX_ENTRIES = 10;
/** EventBridge takes 256 KB a request, and its envelope counts where an event is delivered. */
const MAX_ENTRY_BYTES = 240_000;
const MAX_REQUEST_BYTES = 250_000;
const REQUESTS_AT_ONCE = 4;
const MAX_ATTEMPTS = 6;
const FIRST_RETRY_MS = 100;
/** Codes of entries that trying again mends. */
const RETRYABLE = /Throttling|Internal|Unavailable|Timeout/;

/** An entry of a request, and the event that it was made of. */
interface Entry {
  readonly event: InventoryEvent;
  readonly request: PutEventsRequestEntry;
  readonly bytes: number;
  readonly isReduced: boolean;
}

/**
 * Creates what puts events on a bus, ten a request at most. Of a request that EventBridge takes in part, the rest is sent again, alone. What
 * is too large, or cannot be taken as it is, is put without its documents.
 */
export function createEventBus(client: EventBridgeClient, busName: string, clock: Pick<Clock, "sleep">): PutEvents {
  return async (events, signal) => {
    const entries = events.map((event) => entryOf(event, busName));
    await mapConcurrent(REQUESTS_AT_ONCE, requestsOf(entries), (request) => put(request, signal));
  };

  async function put(request: readonly Entry[], signal: AbortSignal): Promise<void> {
    let left = request;
    let problem = "";
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      if (attempt > 0) await clock.sleep(FIRST_RETRY_MS * 2 ** (attempt - 1) * (0.5 + Math.random()), signal);
      const answers = await send(left, signal);
      const failed = left.flatMap((entry, index) => {
        const { ErrorCode: code, ErrorMessage: message } = answers[index] ?? { ErrorCode: "InternalFailure" };
        return code === undefined ? [] : [{ entry, code, message }];
      });
      const [first] = failed;
      if (!first) return;
      problem = `${first.code}${first.message ? `: ${first.message}` : ""}`;
      const refused = failed.find(({ entry, code }) => !RETRYABLE.test(code) && entry.isReduced);
      if (refused) break;
      left = failed.map(({ entry, code }) => (RETRYABLE.test(code) ? entry : entryOf(entry.event, busName, true)));
    }
    const what = `${left.length} of ${request.length} events, the first of them ${left[0]?.event.eventId}`;
    throw new SyncError("unavailable", `bus ${busName} did not take ${what}: ${problem}`);
  }

  async function send(entries: readonly Entry[], abortSignal: AbortSignal) {
    try {
      const command = new PutEventsCommand({ Entries: entries.map(({ request }) => request) });
      const { Entries = [] } = await client.send(command, { abortSignal });
      return Entries;
    } catch (error) {
      abortSignal.throwIfAborted();
      throw serviceError(`events:PutEvents on bus ${busName}`, error);
    }
  }
}

function entryOf(event: InventoryEvent, busName: string, isReduced = false): Entry {
  const { type, at } = event;
  const Detail = JSON.stringify(isReduced ? reduced(event) : event.detail);
  const bytes = Buffer.byteLength(Detail);
  if (!isReduced && bytes > MAX_ENTRY_BYTES) return entryOf(event, busName, true);
  const request = { EventBusName: busName, Source: EVENT_SOURCE, DetailType: type, Time: new Date(at), Detail };
  return { event, request, bytes, isReduced };
}

/** What the event says without its documents: which are left out, and where they are. */
function reduced({ detail, large, href }: InventoryEvent): object {
  const omitted = large.filter((member) => member in detail);
  const rest = Object.entries(detail).filter(([member]) => !omitted.includes(member));
  return { ...Object.fromEntries(rest), omitted, ...(href !== undefined && { href }) };
}

/** As few requests as take all entries. */
function requestsOf(entries: readonly Entry[]): Entry[][] {
  const requests: Entry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = requests.at(-1);
    bytes += entry.bytes;
    if (last && last.length < MAX_ENTRIES && bytes <= MAX_REQUEST_BYTES) last.push(entry);
    else {
      requests.push([entry]);
      bytes = entry.bytes;
    }
  }
  return requests;
}
