import type { Clock } from "../../functions/model/clock.ts";
import { collectionOf, type Scope, serviceOf, type Target } from "../../functions/model/collection.ts";
import type { Connection, Page, Source } from "../../functions/model/source.ts";
import { rateOfWorker, SERVICES } from "../../functions/sources/services.ts";
import { START } from "../../test/sync/harness/simulation.ts";
import type { Services, Upstream } from "./upstream.ts";

/** How long a page takes, ms; and before the first of a client the role and the connection. */
export const PAGE_MS = 50;
export const CONNECT_MS = 150;
const SECOND_MS = 1_000;

const ASKED_TWICE: ReadonlySet<string> = new Set(["workspaces.images", "sagemaker.model-package-groups"]);

/** All calls to services, of every process. */
export interface CallCounter {
  /** By service. */
  readonly counts: Map<string, number>;
  /** By service: the most in any second in one account and region. */
  readonly most: Map<string, number>;
  note(target: Target, service: string, at: number): void;
}

export function countCalls(): CallCounter {
  const recent = new Map<string, number[]>();
  const counter: CallCounter = {
    counts: new Map(),
    most: new Map(),
    note({ account, region }, service, at) {
      const key = `${account}/${region}/${service}`;
      const times = (recent.get(key) ?? []).filter((each) => each > at - SECOND_MS);
      times.push(at);
      recent.set(key, times);
      counter.counts.set(service, (counter.counts.get(service) ?? 0) + 1);
      counter.most.set(service, Math.max(counter.most.get(service) ?? 0, times.length));
    },
  };
  return counter;
}

export interface ConnectOptions {
  readonly source: Source;
  readonly target: Target;
  readonly services: Pick<Services, "inUse" | "children">;
  /** Of the process; without it, nothing takes time or is counted. */
  readonly pace?: Pace;
  /** Whether another worker is in the target. */
  readonly beside?: boolean;
  /** Virtual time. */
  readonly time: () => number;
}

/** What one process's calls go by. */
export interface Pace {
  readonly clock: Clock;
  readonly calls: CallCounter;
  /** The times of the last calls, by service, account and region. */
  readonly turns: Map<string, number[]>;
  /** How many workers there are. */
  readonly workers: number;
}

/** A client in virtual time, which lists what an upstream has at that moment in pages of the service's size. */
export function connect({ source, target, services, pace, beside = false, time }: ConnectOptions): Connection {
  const service = serviceOf(source.id);
  const collection = collectionOf(source.id, target);
  const upstream = services.inUse.get(collection);
  const key = `${target.account}/${target.region}/${service}${beside ? " beside another" : ""}`;
  const { maxPageSize: pageSize = 100 } = SERVICES[service] ?? {};
  const callsPerSecond = rateOfWorker(service, { workers: pace?.workers ?? 1, beside });
  let isConnected = false;

  const turn = async (signal: AbortSignal) => {
    if (!pace) return;
    if (!isConnected) await pace.clock.sleep(CONNECT_MS, signal);
    isConnected = true;
    const turns = pace.turns.get(key) ?? [];
    pace.turns.set(key, turns);
    const earliest = (turns.at(-callsPerSecond) ?? -SECOND_MS) + SECOND_MS;
    const at = Math.max(time(), earliest);
    turns.push(at);
    if (turns.length > callsPerSecond) turns.shift();
    if (at > time()) await pace.clock.sleep(at - time(), signal);
    pace.calls.note(target, service, time());
    await pace.clock.sleep(PAGE_MS, signal);
  };

  return {
    async *list(scope, signal) {
      await turn(signal);
      const documents = source.planned
        ? services.children(source, collection, scope.id)
        : listed(upstream, scope, time());
      for (let from = 0; from === 0 || from < documents.length; from += pageSize) {
        if (from > 0) await turn(signal);
        yield { documents: documents.slice(from, from + pageSize), retries: 0 } satisfies Page;
      }
      // What other accounts share is asked for separately.
      if (ASKED_TWICE.has(source.id)) {
        await turn(signal);
        yield { documents: [], retries: 0 };
      }
    },
    // biome-ignore lint/correctness/useYield: whatever is listed for each parent has its parents stored, or none
    async *plan(signal) {
      await turn(signal);
    },
    clockOffset: () => undefined,
    close: () => undefined,
  };
}

/** What is there now, from the scope's beginning on where the source lists by creation. */
function listed(upstream: Upstream | undefined, { range }: Scope, now: number): object[] {
  const { items = [], source } = upstream ?? {};
  const from = source?.listedByCreation && range.from !== undefined ? Date.parse(range.from) - START : -Infinity;
  return items
    .filter(({ at, removedAt = Infinity }) => at >= from && at <= now && removedAt > now)
    .map(({ document }) => document);
}
