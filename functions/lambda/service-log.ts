import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { type Collection, partsOf } from "../model/collection.ts";
import type { Hint } from "../model/collection-record.ts";
import { formatError, SyncError } from "../model/errors.ts";
import type { Dispatched } from "../sync/dispatch.ts";
import type { ScopeResult } from "../sync/job.ts";
import type { CollectionResult } from "../sync/sync-collection.ts";
import type { TargetsReport } from "../sync/targets.ts";
import type { VerifyReport } from "../sync/verify-scope.ts";

/**
 * What a service's function writes to its log, without documents and credentials. Every line that is about a collection names source, account
 * and region. Syncs that found nothing new are counted, and not named.
 */
export interface ServiceLog {
  /** From now on log lines carry the invocation's request id. */
  invoked(context: Context): void;
  dispatched(dispatched: Dispatched): void;
  targetsReconciled(report: TargetsReport): void;
  hinted(collection: Collection, hint: Hint, isNew: boolean): void;
  synced(result: CollectionResult): void;
  passedOver(collection: Collection, reason: string): void;
  /** The collection's record could not be read or written. */
  failed(collection: Collection, error: unknown): void;
  /** All collections of an invocation are done. */
  worked(collections: number): void;
  /** So many events of a collection are on the event bus. */
  published(collection: Collection, events: number): void;
  /** What is not published is tried again every minute. */
  notPublished(collection: Collection, error: unknown): void;
  verified(report: VerifyReport): void;
  /** `isWhole`: there was time for everything that was due. */
  verifyEnded(scopes: number, isWhole: boolean): void;
  /** Part of an invocation failed, and the rest of it goes on. */
  partFailed(part: string, error: unknown): void;
}

export function createServiceLog(service: string): ServiceLog {
  const logger = new Logger({ persistentKeys: { pipeline: service } });
  return {
    invoked: (context) => logger.addContext(context),
    dispatched({ due, claimed, started, failures }) {
      if (due > 0) logger.info("dispatched", { due, claimed, started });
      for (const error of failures) logger.error("not dispatched", { error: toLogFields(error) });
    },
    targetsReconciled(report) {
      if (Object.values(report).some((count) => count > 0)) logger.info("targets reconciled", { ...report });
    },
    hinted(collection, { event, principal }, isNew) {
      if (isNew) logger.info("due after an event", { ...partsOf(collection), event, principal });
    },
    synced(result) {
      const { collection, kind, failure, scopes } = result;
      const fields = { ...partsOf(collection), kind };
      if (failure?.code === "refused") logger.warn("unavailable", { ...fields, error: failure });
      else if (failure) logger.error("plan failed", { ...fields, error: failure });
      for (const scope of scopes) logScope(logger, fields, scope);
    },
    passedOver: (collection, reason) => logger.info("passed over", { ...partsOf(collection), reason }),
    failed: (collection, error) => logger.error("sync failed", { ...partsOf(collection), error: toLogFields(error) }),
    published(collection, events) {
      if (events > 0) logger.info("published", { ...partsOf(collection), events });
    },
    notPublished: (collection, error) =>
      logger.error("not published", { ...partsOf(collection), error: toLogFields(error) }),
    worked: (collections) => logger.info("synced", { collections }),
    verified({ collection, ...report }) {
      const fields = { ...partsOf(collection), ...report };
      if (report.outcome === "repaired") logger.warn("damage repaired", fields);
      if (report.outcome === "damaged") logger.error("damage found", fields);
    },
    verifyEnded: (scopes, isWhole) => logger.info("verified", { scopes, isWhole }),
    partFailed: (part, error) => logger.error(`${part} failed`, { error: toLogFields(error) }),
  };
}

function logScope(logger: Logger, fields: object, { scope, result }: ScopeResult): void {
  if (result.status === "skipped") {
    logger.info("sync skipped", { ...fields, scope, reason: result.reason });
    return;
  }
  const { collection: _collection, ...record } = result.record;
  const { outcome, at } = record;
  if (outcome === "complete" && at === undefined) return;
  if (outcome === "complete") logger.info("sync complete", { ...fields, ...record });
  else if (outcome === "held") logger.warn("sync left removals pending", { ...fields, ...record });
  else if (outcome === "unavailable") logger.warn("unavailable", { ...fields, ...record });
  else logger.error("sync failed", { ...fields, ...record });
}

/** An error for the log, with its stack only when it is not one of the known kinds. */
function toLogFields(error: unknown) {
  if (error instanceof SyncError) return { code: error.code, message: formatError(error) };
  const stack = error instanceof Error ? error.stack : undefined;
  return { message: formatError(error), ...(stack !== undefined && { stack }) };
}
