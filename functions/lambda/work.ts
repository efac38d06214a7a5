import { randomUUID } from "node:crypto";
import type { Clock } from "../model/clock.ts";
import { type Collection, collectionOf, PLAN } from "../model/collection.ts";
import { type ErrorCode, SyncError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import type { Connection, Source } from "../model/source.ts";
import type { Store } from "../store/port.ts";
import type { GuardThresholds } from "../sync/guard.ts";
import type { SyncHost, SyncJob } from "../sync/job.ts";
import { DEFAULT_LEASE_MS } from "../sync/lease.ts";
import { type PlannedScope, planCollection } from "../sync/plan.ts";
import { syncScope } from "../sync/sync.ts";
import { tailWindow } from "../sync/window.ts";
import type { Deadline } from "./deadline.ts";
import type { Message, PlanMessage, PlanRequest, RemoteTarget, SyncMessage } from "./messages.ts";
import type { Observer } from "./observer.ts";
import type { Queue } from "./queue.ts";

/** What the function of one source works with. */
export interface Worker {
  readonly source: Source;
  readonly store: Store;
  readonly clock: Clock;
  readonly guard: GuardThresholds;
  readonly queue: Queue;
  readonly connect: (target: RemoteTarget) => Connection;
  readonly observer: Observer;
}

/** What trying again may mend. The rest waits for a person, and for the schedule. */
const PASSING: readonly ErrorCode[] = ["throttled", "unavailable", "superseded", "interrupted"];

/** Asks for a plan of each target, by one message each. */
export async function askForPlans(worker: Worker, request: PlanRequest, signal: AbortSignal): Promise<void> {
  const { targets, tail } = request;
  const messages = targets.map(
    (target): PlanMessage => ({ kind: "plan", source: worker.source.id, target, ...(tail && { tail }) }),
  );
  await worker.queue.send(messages, signal);
  worker.observer.asked(targets.length);
}

/**
 * Does what a message asks for. Resolves when the message is done with, which it also is when it failed for a reason that
 * trying again would not mend; rejects when the queue should have it tried again.
 */
export async function carryOut(worker: Worker, message: Message, deadline: Deadline): Promise<void> {
  const collection = collectionOf(worker.source.id, message.target);
  if (message.kind === "plan") {
    await plan(worker, collection, message, deadline);
  } else if (await isOutdated(worker.store, collection, message)) {
    worker.observer.skipped(collection, message.scope.id, "a newer plan has been made, whose own messages decide");
  } else {
    await sync(worker, collection, message, deadline);
  }
}

/** Plans a target's collection, and sends a message for each scope. The one scope of a source without a plan is synced at once. */
async function plan(worker: Worker, collection: Collection, message: PlanMessage, deadline: Deadline): Promise<void> {
  const { source, store, clock, queue, observer } = worker;
  const { target, tail } = message;
  const { signal } = deadline;
  let scopes: readonly PlannedScope[];
  try {
    scopes = await observer.traced("plan", collection, () =>
      planCollection({ store, clock, signal }, source, collection, worker.connect(target)),
    );
  } catch (error) {
    observer.planFailed(collection, error);
    return again(error);
  }
  const plannedAt = instantOf(clock.now());
  const messages: SyncMessage[] = [];
  for (const planned of scopes) {
    const window = tail ? await tailWindow(store, source, collection, planned.scope) : undefined;
    messages.push({
      ...{ kind: "sync", source: source.id, target, ...planned, plannedAt },
      ...(window && { window, tail: true }),
    });
  }
  if (source.planned) {
    await queue.send(messages, signal);
    observer.planned(collection, scopes.length);
  } else {
    for (const each of messages) await sync(worker, collection, each, deadline);
  }
}

/** Syncs a scope, or a window of it, and sends a message for what a cut listing has left. */
async function sync(worker: Worker, collection: Collection, message: SyncMessage, deadline: Deadline): Promise<void> {
  const { source, store, clock, guard, queue, observer } = worker;
  const { target, scope, window, vanished, tail = false } = message;
  const { signal, cutAt } = deadline;
  const host: SyncHost = { store, clock, guard, holder: () => randomUUID(), leaseMs: DEFAULT_LEASE_MS, cutAt, signal };
  const job: SyncJob = {
    ...{ source, collection, scope, vanished, connection: worker.connect(target) },
    ...(window && { window }),
  };
  let record: Awaited<ReturnType<typeof syncScope>>;
  try {
    record = await observer.traced("sync", collection, () => syncScope(host, job));
  } catch (error) {
    observer.syncFailed(collection, scope.id, error);
    return again(error);
  }
  if (!record) {
    observer.skipped(collection, scope.id, "a live sync holds it");
    return;
  }
  const { outcome, remainder, error } = record;
  observer.synced(record, outcome === "complete" && !remainder && !tail);
  if (remainder) await queue.send([{ ...message, window: remainder }], signal);
  if (error) again(new SyncError(error.code, error.message));
}

/** A newer plan than the one that missed the scope may have named it again: only the newest may say that it vanished. */
async function isOutdated(store: Store, collection: Collection, message: SyncMessage): Promise<boolean> {
  if (!message.vanished) return false;
  const newest = await store.standing(collection, PLAN);
  return newest?.completeAt !== undefined && newest.completeAt > message.plannedAt;
}

/** Throws the error on if trying again may mend it, or if nobody knows what it is. */
function again(error: unknown): void {
  if (!(error instanceof SyncError) || PASSING.includes(error.code)) throw error;
}
