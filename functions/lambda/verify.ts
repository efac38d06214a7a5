import { randomUUID } from "node:crypto";
import { SyncError } from "../model/errors.ts";
import { DEFAULT_LEASE_MS, DEFAULT_LIMITS } from "../sync/job.ts";
import { verifyDue } from "../sync/verify-due.ts";
import type { VerifyRequest } from "./messages.ts";
import type { Worker } from "./worker.ts";

/**
 * Verifies what is stored of the source and was not verified for a week; everything when it is to repair. What does not fit into the
 * invocation is left to the next.
 */
export async function verify(worker: Worker, { repair = false }: VerifyRequest, signal: AbortSignal): Promise<void> {
  const { source, store, clock, guard, retentionDays, observer } = worker;
  const host = { store, clock, guard, holder: randomUUID, leaseMs: DEFAULT_LEASE_MS, limits: DEFAULT_LIMITS, signal };
  let scopes = 0;
  let isWhole = true;
  try {
    for await (const reports of verifyDue(host, { sources: [source], retentionDays, repair, all: repair })) {
      scopes += reports.length;
      for (const report of reports) observer.onVerified(report);
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "interrupted") throw error;
    isWhole = false;
  } finally {
    observer.onVerifyEnded(scopes, isWhole);
    observer.publish();
  }
}
