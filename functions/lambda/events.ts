import type { Context } from "aws-lambda";
import type { CollectionResult } from "../sync/sync-collection.ts";
import { work } from "../sync/work.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { type DispatcherMemory, dispatchMinute } from "./dispatch.ts";
import { noteEvent } from "./hints.ts";
import { publishSync } from "./publishing.ts";
import { parseEvent, type SyncRequest } from "./requests.ts";
import { hostOf, jobOf, type Service } from "./service.ts";
import { verify } from "./verify.ts";

/** Creates the handler of a service's function. Rejects for an event that is not one of its own. */
export function createHandler(service: Service): (event: unknown, context: Context) => Promise<void> {
  const memory: DispatcherMemory = {};
  return async (event, context) => {
    service.log.invoked(context);
    const request = parseEvent(event);
    const deadline = createDeadline(context.getRemainingTimeInMillis(), service.clock);
    try {
      if (request.kind === "dispatch") await dispatchMinute(service, memory, deadline.signal);
      else if (request.kind === "sync") await sync(service, request, deadline);
      else if (request.kind === "verify") await verify(service, request, deadline.signal);
      else await noteEvent(service, request.event);
    } finally {
      deadline.cancel();
    }
  };
}

async function sync(service: Service, order: SyncRequest, { closeAt, signal }: Deadline): Promise<void> {
  const { log } = service;
  const publishing: Promise<void>[] = [];
  const ended = (result: CollectionResult) => {
    log.synced(result);
    publishing.push(publishSync(service, result, signal));
  };
  await work(hostOf(service, signal), order, {
    jobOf: (record) => jobOf(service, record),
    deadline: closeAt,
    observer: { ended, passedOver: log.passedOver, failed: log.failed },
  });
  await Promise.all(publishing);
  log.worked(order.collections.length);
}
