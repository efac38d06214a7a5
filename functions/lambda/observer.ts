import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Tracer } from "@aws-lambda-powertools/tracer";
import type { Context } from "aws-lambda";
import { type Collection, partsOf } from "../model/collection.ts";
import { explain, SyncError } from "../model/errors.ts";
import type { SyncRecord } from "../store/port.ts";
import { METRICS, METRICS_NAMESPACE, SOURCE_DIMENSION } from "./metrics.ts";

/**
 * Tells of what a sync function does: in structured logs, which hold no documents and no credentials; in metrics, by
 * source; and in traces, a subsegment for each plan and sync.
 */
export interface Observer {
  /** An invocation begins: what is told from now on bears its request id. */
  begun(context: Context): void;
  asked(targets: number): void;
  planned(collection: Collection, scopes: number): void;
  planFailed(collection: Collection, error: unknown): void;
  /** `fresh`: with this sync, all of the scope has been listed. */
  synced(record: SyncRecord, fresh: boolean): void;
  /** A sync that has no record: not even the store could be reached. */
  syncFailed(collection: Collection, scope: string, error: unknown): void;
  skipped(collection: Collection, scope: string, why: string): void;
  /** A message goes back to the queue. */
  returned(messageId: string, error: unknown): void;
  /** Runs something as a subsegment of the invocation's trace. */
  traced<T>(name: string, collection: Collection, run: () => Promise<T>): Promise<T>;
  /** Publishes the metrics told so far. */
  publish(): void;
}

/** The observer of a source's function, on Powertools. */
export function observerOf(source: string): Observer {
  const logger = new Logger({ persistentKeys: { source } });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE });
  // Powertools would add the service's name as a dimension of its own.
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [SOURCE_DIMENSION]: source });
  const count = (name: string, value: number) => metrics.addMetric(name, MetricUnit.Count, value);

  return {
    begun: (context) => logger.addContext(context),
    asked: (targets) => logger.info("plans asked for", { targets }),
    planned(collection, scopes) {
      logger.info("planned", { ...placeOf(collection), scopes });
      if (scopes === 0) count(METRICS.completeSync, 1);
    },
    planFailed(collection, error) {
      logger.error("plan failed", { ...placeOf(collection), error: told(error) });
      count(METRICS.plansFailed, 1);
    },
    synced(record, fresh) {
      const { collection, outcome, ...rest } = record;
      const line = { ...placeOf(collection), outcome, ...rest };
      if (outcome === "complete") logger.info("sync complete", line);
      else if (outcome === "held") logger.warn("sync held removals back", line);
      else logger.error("sync failed", line);
      countSync(metrics, record);
      if (fresh) count(METRICS.completeSync, 1);
    },
    syncFailed(collection, scope, error) {
      logger.error("sync failed", { ...placeOf(collection), scope, outcome: "failed", error: told(error) });
      count(METRICS.syncsFailed, 1);
    },
    skipped: (collection, scope, why) => logger.info("sync skipped", { ...placeOf(collection), scope, why }),
    returned: (messageId, error) => logger.warn("message goes back to the queue", { messageId, error: told(error) }),
    async traced(name, collection, run) {
      const tracer = await ownTracer();
      if (!tracer.isTracingEnabled()) return run();
      return tracer.provider.captureAsyncFunc(name, async (subsegment) => {
        for (const [key, value] of Object.entries(partsOf(collection))) subsegment?.addAnnotation(key, value);
        try {
          return await run();
        } catch (error) {
          subsegment?.addError(explain(error));
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

/** Loaded when there is something to trace: it is a fifth of the bundle, and not every invocation plans or syncs. */
async function ownTracer(): Promise<Tracer> {
  const loaded = await import("@aws-lambda-powertools/tracer");
  tracer ??= new loaded.Tracer({ captureHTTPsRequests: false });
  return tracer;
}

function countSync(metrics: Metrics, record: SyncRecord): void {
  const outcome = { complete: METRICS.syncsComplete, held: METRICS.syncsHeld, failed: METRICS.syncsFailed };
  const counts = {
    [outcome[record.outcome]]: 1,
    [METRICS.itemsAdded]: record.added,
    [METRICS.itemsModified]: record.modified,
    [METRICS.itemsRemoved]: record.removed,
    [METRICS.removalsHeld]: record.held,
    [METRICS.retries]: record.retries,
  };
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, MetricUnit.Count, value);
  metrics.addMetric(METRICS.syncDuration, MetricUnit.Milliseconds, record.durationMs);
}

function placeOf(collection: Collection) {
  const { account, region } = partsOf(collection);
  return { account, region };
}

/** An error as the log has it; the stack only of what nobody foresaw. */
function told(error: unknown) {
  if (error instanceof SyncError) return { code: error.code, message: explain(error) };
  const stack = error instanceof Error ? error.stack : undefined;
  return { message: explain(error), ...(stack !== undefined && { stack }) };
}
