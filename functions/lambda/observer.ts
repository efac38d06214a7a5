import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Tracer } from "@aws-lambda-powertools/tracer";
import type { Context } from "aws-lambda";
import { type Collection, partsOf } from "../model/collection.ts";
import { formatError, SyncError } from "../model/errors.ts";
import type { SyncRecord } from "../model/sync-record.ts";
import type { VerifyReport } from "../sync/verify-scope.ts";
import { METRICS, METRICS_NAMESPACE, SOURCE_DIMENSION } from "./metrics.ts";

/**
 * Reports what a sync function does: in structured logs, without documents and credentials; in metrics, by source; and in traces, one
 * subsegment for each plan and sync.
 */
export interface Observer {
  /** From now on log lines carry the invocation's request id. */
  onInvoke(context: Context): void;
  onDispatched(targets: number): void;
  /** What dead writers left behind could not be settled; the invocation goes on. */
  onSettleFailed(error: unknown): void;
  onPlanned(collection: Collection, scopes: number): void;
  onPlanFailed(collection: Collection, error: unknown): void;
  /** `isFresh`: all of the scope was listed. */
  onSynced(record: SyncRecord, isFresh: boolean): void;
  onSkipped(collection: Collection, scope: string, reason: string): void;
  onVerified(report: VerifyReport): void;
  /** `isWhole`: there was time for everything that was due. */
  onVerifyEnded(scopes: number, isWhole: boolean): void;
  /** A message returns to the queue. */
  onRetry(messageId: string, error: unknown): void;
  /** Runs a function as a subsegment of the invocation's trace. */
  trace<T>(name: string, collection: Collection, run: () => Promise<T>): Promise<T>;
  /** Publishes the metrics counted so far. */
  publish(): void;
}

/** Creates the observer of a source's function, on Powertools. */
export function createObserver(source: string): Observer {
  const logger = new Logger({ persistentKeys: { source } });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE });
  // Powertools would add the service's name as a dimension of its own.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [SOURCE_DIMENSION]: source });
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);

  return {
    onInvoke: (context) => logger.addContext(context),
    onDispatched: (targets) => logger.info("dispatched", { targets }),
    onSettleFailed: (error) => logger.error("settling failed", { error: toLogFields(error) }),
    onPlanned(collection, scopes) {
      logger.info("planned", { ...targetOf(collection), scopes });
      if (scopes === 0) count(METRICS.completeSync, 1);
    },
    onPlanFailed(collection, error) {
      // What is unavailable is said, and nothing is waited for: an alarm would stay up until the account changes.
      if (error instanceof SyncError && error.code === "refused") {
        logger.warn("unavailable", { ...targetOf(collection), error: toLogFields(error) });
        return count(METRICS.completeSync, 1);
      }
      logger.error("plan failed", { ...targetOf(collection), error: toLogFields(error) });
      count(METRICS.plansFailed, 1);
    },
    onSynced(record, isFresh) {
      const { collection, outcome, ...rest } = record;
      const fields = { ...targetOf(collection), outcome, ...rest };
      if (outcome === "complete") logger.info("sync complete", fields);
      else if (outcome === "held") logger.warn("sync left removals pending", fields);
      else if (outcome === "unavailable") logger.warn("unavailable", fields);
      else logger.error("sync failed", fields);
      countSync(metrics, record);
      if (isFresh) count(METRICS.completeSync, 1);
    },
    onSkipped: (collection, scope, reason) => logger.info("sync skipped", { ...targetOf(collection), scope, reason }),
    onVerified({ collection, ...report }) {
      const fields = { ...targetOf(collection), ...report };
      if (report.outcome === "repaired") logger.warn("damage repaired", fields);
      if (report.outcome !== "damaged") return;
      logger.error("damage found", fields);
      count(METRICS.damageFound, 1);
    },
    onVerifyEnded: (scopes, isWhole) => logger.info("verified", { scopes, isWhole }),
    onRetry: (messageId, error) =>
      logger.warn("message returned to the queue", { messageId, error: toLogFields(error) }),
    async trace(name, collection, run) {
      const tracer = await loadTracer();
      if (!tracer.isTracingEnabled()) return run();
      return tracer.provider.captureAsyncFunc(name, async (subsegment) => {
        for (const [key, value] of Object.entries(partsOf(collection))) subsegment?.addAnnotation(key, value);
        try {
          return await run();
        } catch (error) {
          subsegment?.addError(formatError(error));
          throw error;
        } finally {
          subsegment?.close();
        }
      }) as ReturnType<typeof run>;
    },
    publish() {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}

let tracer: Tracer | undefined;

/** Loads the tracer when it is first needed: it is a fifth of the bundle, and not every invocation plans or syncs. */
async function loadTracer(): Promise<Tracer> {
  const loaded = await import("@aws-lambda-powertools/tracer");
  tracer ??= new loaded.Tracer({ captureHTTPsRequests: false });
  return tracer;
}

function countSync(metrics: Metrics, record: SyncRecord): void {
  const metric = { complete: METRICS.syncsComplete, held: METRICS.syncsHeld, failed: METRICS.syncsFailed };
  const counts = {
    // What is unavailable has been logged. An alarm would stay up until the account changes, and hide what else fails.
    ...(record.outcome !== "unavailable" && { [metric[record.outcome]]: 1 }),
    [METRICS.itemsAdded]: record.added,
    [METRICS.itemsModified]: record.modified,
    [METRICS.itemsRemoved]: record.removed,
    [METRICS.removalsPending]: record.pending,
    [METRICS.retries]: record.retries,
  };
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.addMetric(METRICS.syncDuration, MetricUnit.Milliseconds, record.durationMs);
}

function targetOf(collection: Collection) {
  const { account, region } = partsOf(collection);
  return { account, region };
}

/** An error for the log, with its stack only when it is not one of the known kinds. */
function toLogFields(error: unknown) {
  if (error instanceof SyncError) return { code: error.code, message: formatError(error) };
  const stack = error instanceof Error ? error.stack : undefined;
  return { message: formatError(error), ...(stack !== undefined && { stack }) };
}
