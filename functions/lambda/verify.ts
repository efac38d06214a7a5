import { SyncError } from "../model/errors.ts";
import { verifyDue } from "../sync/verify-due.ts";
import { publishGauges } from "./metrics.ts";
import type { VerifyRequest } from "./requests.ts";
import { hostOf, type Service } from "./service.ts";

/**
 * Verifies what is stored of the service's sources and was not verified for a week; everything when it is to repair. What does not fit into
 * the invocation is left to the next. What is damaged is noted in the collections' records, from which the dispatcher publishes it.
 */
export async function verify(service: Service, { repair = false }: VerifyRequest, signal: AbortSignal): Promise<void> {
  const { environment, sources, log } = service;
  const { retentionDays, metricsNamespace } = environment;
  let scopes = 0;
  let damagedScopes = 0;
  let isWhole = true;
  try {
    for await (const reports of verifyDue(hostOf(service, signal), { sources, retentionDays, repair })) {
      scopes += reports.length;
      damagedScopes += reports.filter(({ outcome }) => outcome === "damaged").length;
      for (const report of reports) log.verified(report);
    }
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== "interrupted") throw error;
    isWhole = false;
  } finally {
    log.verifyEnded(scopes, isWhole);
    publishGauges(metricsNamespace, { damagedScopes });
  }
}
