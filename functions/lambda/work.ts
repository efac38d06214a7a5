import { randomUUID } from "node:crypto";
import { collectionOf } from "../model/collection.ts";
import { type ErrorCode, SyncError } from "../model/errors.ts";
import { DEFAULT_LEASE_MS, DEFAULT_LIMITS, type SyncHost, type SyncKind, type SyncResult } from "../sync/job.ts";
import { type Plan, type PlannedScope, planScopes } from "../sync/plan.ts";
import { reconcileScope } from "../sync/reconcile.ts";
import { settleAbandoned } from "../sync/settle.ts";
import { isWaiting, judgeDenied } from "../sync/unavailable.ts";
import { noteFailedPlan, notePlan, noteSync } from "./collection-notes.ts";
import type { Deadline } from "./deadline.ts";
import type { Message, PlanMessage, Request, SyncMessage } from "./messages.ts";
import { verify } from "./verify.ts";
import type { Worker } from "./worker.ts";

/** Errors that another attempt may not meet. The others wait for a person, and for the next schedule. */
const RETRYABLE: readonly ErrorCode[] = ["throttled", "unavailable", "superseded", "interrupted"];

/** Does what a schedule asks for: sends a plan message for each target, or settles what dead writers left behind, or verifies. */
export async function dispatch(worker: Worker, request: Request, signal: AbortSignal): Promise<void> {
  if (request.kind === "settle") return settleAbandoned(worker);
  if (request.kind === "verify") return verify(worker, request, signal);
  await trySettling(worker);
  const { targets, incremental } = request;
  const messages = targets.map(
    (target): PlanMessage => ({ kind: "plan", source: worker.source.id, target, ...(incremental && { incremental }) }),
  );
  await worker.queue.send(messages, signal);
  worker.observer.onDispatched(targets.length);
}

/**
 * Does what a message asks for. Resolves when the message is done, also when it failed for a reason that another attempt would meet
 * again; rejects when the queue should deliver it again.
 */
export async function processMessage(worker: Worker, message: Message, deadline: Deadline): Promise<void> {
  if (message.kind === "plan") await planAndSync(worker, message, deadline);
  else await sync(worker, message, deadline);
}

/** Plans a target's collection, and sends a message for each scope. An only scope is synced at once. */
async function planAndSync(worker: Worker, message: PlanMessage, deadline: Deadline): Promise<void> {
  const { source, queue, observer } = worker;
  const { target, incremental } = message;
  await trySettling(worker);
  const collection = collectionOf(source.id, target);
  let planned: Plan;
  try {
    planned = await observer.trace("plan", collection, () => plan(worker, message, deadline.signal));
  } catch (error) {
    observer.onPlanFailed(collection, error);
    return rethrowIfRetryable(error);
  }
  observer.onPlanned(collection, planned.scopes.length);
  const messages = planned.scopes.map(
    ({ scope, orphaned }, index): SyncMessage => ({
      ...{ kind: "sync", source: source.id, target, scope },
      ...(incremental && { incremental }),
      ...(orphaned && { orphaned }),
      ...(index === planned.scopes.length - 1 && { last: true }),
    }),
  );
  const [only, ...others] = messages;
  if (only && others.length + planned.waiting === 0) await sync(worker, only, deadline, planned.scopes[0]);
  else await queue.send(messages, deadline.signal);
}

async function plan(worker: Worker, message: PlanMessage, signal: AbortSignal): Promise<Plan> {
  const { source, store, intervals } = worker;
  const collection = collectionOf(source.id, message.target);
  const known = source.planned ? (await store.collectionRecord(collection))?.plan : undefined;
  if (known && isWaiting(known, intervals.fullMs, store.now())) return { scopes: [], waiting: 1 };
  const connection = worker.connect(message.target);
  const kind = kindOf(message);
  let planned: Plan;
  try {
    planned = await planScopes({ ...worker, signal }, { source: worker.source, collection, connection, kind });
  } catch (error) {
    if (error instanceof SyncError) await noteFailedPlan(worker, { collection, kind, error });
    throw error;
  }
  await notePlan(worker, { collection, kind, planned });
  return planned;
}

/**
 * Syncs a scope. When that closed an open scope, sends a message for the next open one, which begins there. `only`: the scope as it was
 * just planned, when its collection has no other.
 */
async function sync(worker: Worker, message: SyncMessage, deadline: Deadline, only?: PlannedScope): Promise<void> {
  const { observer, queue } = worker;
  const { scope, last } = message;
  const collection = collectionOf(worker.source.id, message.target);
  const kind = kindOf(message);
  const synced = await observer.trace("sync", collection, () => reconcile(worker, message, deadline, only));
  const result = await judgeDenied(worker, worker.source, synced, () => worker.store.scopeStates(collection));
  if (result.status === "skipped") observer.onSkipped(collection, scope.id, result.reason);
  else {
    const { outcome } = result.record;
    // Nothing is waited for of what is unavailable.
    const isSettled = outcome === "complete" || outcome === "unavailable";
    observer.onSynced(result.record, isSettled && kind === "full" && !result.next);
  }
  if (result.status === "ended" && result.next) {
    await queue.send([{ ...message, scope: result.next }], deadline.signal);
  } else if (last) {
    await noteSync(worker, { collection, kind, result, isOnly: only !== undefined });
  }
  const { error } = result.status === "ended" ? result.record : {};
  if (error) rethrowIfRetryable(new SyncError(error.code, error.message));
}

function reconcile(
  worker: Worker,
  message: SyncMessage,
  deadline: Deadline,
  only: PlannedScope | undefined,
): Promise<SyncResult> {
  const { source, store, clock, guard, connect } = worker;
  const { target, scope, orphaned = false } = message;
  const host: SyncHost = {
    ...{ store, clock, guard, holder: randomUUID, leaseMs: DEFAULT_LEASE_MS, limits: DEFAULT_LIMITS },
    signal: deadline.signal,
  };
  const collection = collectionOf(source.id, target);
  const job = { source, collection, scope, connection: connect(target), kind: kindOf(message), orphaned };
  return reconcileScope(host, { ...job, deadline: deadline.closeAt, ...(only?.state && { state: only.state }) });
}

/** The mark of a dead writer holds readers back, but is no reason not to sync. */
async function trySettling(worker: Worker): Promise<void> {
  try {
    await settleAbandoned(worker);
  } catch (error) {
    worker.observer.onSettleFailed(error);
  }
}

function kindOf({ incremental }: Message): SyncKind {
  return incremental ? "incremental" : "full";
}

/** Throws the error if another attempt may not meet it, or if it is not known at all. */
function rethrowIfRetryable(error: unknown): void {
  if (!(error instanceof SyncError) || RETRYABLE.includes(error.code)) throw error;
}
