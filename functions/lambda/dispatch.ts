import { serviceOf } from "../model/collection.ts";
import type { CollectionRecord } from "../model/collection-record.ts";
import type { Consistency } from "../store/port.ts";
import { dispatch } from "../sync/dispatch.ts";
import { countGauges, type Gauges } from "../sync/due.ts";
import { settleAbandoned } from "../sync/settle.ts";
import { reconcileTargets } from "../sync/targets.ts";
import { publishGauges } from "./metrics.ts";
import { publishLeft } from "./publishing.ts";
import { hostOf, type Service } from "./service.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
/** How old the count of another service's collections may get: its own dispatcher counts every minute. */
const OTHERS_EVERY_MS = 5 * MINUTE_MS;

/** What a process remembers from one dispatch to the next. */
export interface DispatcherMemory {
  reconciledAt?: number;
  othersAt?: number;
  others?: Gauges;
}

/**
 * Once a minute: ends what dead writers left, gives what is due to workers, publishes what they could not, and counts what a person should look at, over all services, so that
 * a dispatcher that is dead is noticed by the others. Once an hour makes the collections agree with the targets, and once a day verifies.
 */
export async function dispatchMinute(service: Service, memory: DispatcherMemory, signal: AbortSignal): Promise<void> {
  const { environment, store, invoke, log } = service;
  const now = store.now();
  await unlessFailing(service, "settling", () => settleAbandoned({ store }));
  if (now - (memory.reconciledAt ?? 0) >= HOUR_MS) {
    await unlessFailing(service, "reconciling targets", async () => {
      log.targetsReconciled(await reconcileTargets(hostOf(service, signal), service.sources));
      memory.reconciledAt = now;
    });
  }
  const records = await recordsOf(service, [environment.service], "strong");
  const { workers } = environment;
  log.dispatched(await dispatch(store, records, { workers, invoke: (order) => invoke({ kind: "sync", ...order }) }));
  if (isMinuteToVerify(environment.service, now)) {
    await unlessFailing(service, "starting to verify", () => invoke({ kind: "verify" }));
  }
  if (now - (memory.othersAt ?? 0) >= OTHERS_EVERY_MS) {
    memory.others = countGauges(await recordsOf(service, otherServices(service), "eventual"), now);
    memory.othersAt = now;
  }
  publishGauges(environment.metricsNamespace, sum(countGauges(records, now), memory.others));
  await publishLeft(service, records, signal);
}

async function unlessFailing({ log }: Service, part: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.partFailed(part, error);
  }
}

/** The records of the enabled sources of these services. */
async function recordsOf(
  { environment, store }: Service,
  services: readonly string[],
  consistency: Consistency,
): Promise<CollectionRecord[]> {
  const records = await store.collectionRecords(services, { consistency });
  return records.filter(({ collection }) => environment.sources[collection.split("/")[0] ?? ""] !== undefined);
}

function otherServices({ environment }: Service): string[] {
  const services = new Set(Object.keys(environment.sources).map(serviceOf));
  services.delete(environment.service);
  return [...services];
}

/** One minute a day, each service's another one. When its dispatch is lost, the next day's will do: each scope is verified once a week. */
function isMinuteToVerify(service: string, now: number): boolean {
  const minutes = DAY_MS / MINUTE_MS;
  const own = [...service].reduce((sum, character) => (31 * sum + character.charCodeAt(0)) % minutes, 0);
  return Math.floor(now / MINUTE_MS) % minutes === own;
}

function sum(own: Gauges, others: Gauges | undefined): Gauges {
  return {
    overdue: own.overdue + (others?.overdue ?? 0),
    failing: own.failing + (others?.failing ?? 0),
    pendingRemovals: own.pendingRemovals + (others?.pendingRemovals ?? 0),
  };
}
