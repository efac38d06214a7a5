import { allUnits, type Counted, pricedUnits, writeRequests } from "../counting/tally.ts";
import { count, type Figure, fraction, megabytes, time } from "../figure.ts";
import { inTurns, median } from "../statistics.ts";
import type { Runner, Stored, World } from "../world.ts";
import type { SlowService } from "./slow-service.ts";

/** A sync that finds nothing new: its time, and what it asks of the database. */
export async function noChange(
  world: World,
  runner: Runner,
  stored: Stored,
  naive: Counted,
  slow: SlowService,
  turns: number,
): Promise<Figure[]> {
  const { source, service, account, items } = stored;
  const database = await world.database();
  const task = { source, service, account };
  const runs = await inTurns(
    turns,
    () => runner.call("drain", source, service),
    () => runner.call("sync", { ...task, database }),
  );
  const drained = median(runs.baseline.map(({ ms }) => ms));
  const synced = median(runs.subject.map(({ ms }) => ms));
  const cpu = median(runs.subject.map(({ cpuMs }) => cpuMs)) - median(runs.baseline.map(({ cpuMs }) => cpuMs));
  const fastest = Math.min(...runs.subject.map(({ ms }) => ms)) / Math.min(...runs.baseline.map(({ ms }) => ms));

  const { counted, result } = await world.counting((database) =>
    world.withRunner(async (fresh) => {
      const { result } = await fresh.call("sync", { ...task, database });
      return { result, peakMemory: await fresh.call("peakMemory") };
    }),
  );
  if (result.result.unchanged !== items) throw new Error("the sync found changes");
  const units = allUnits(counted) / allUnits(naive);
  const writes = writeRequests(counted);
  const renewals = Math.max(0, (counted.requests.UpdateItem ?? 0) - 3);
  const pages = Math.ceil(items / 100);
  return [
    {
      name: `no-change sync, ${count(items)} associations: wall time`,
      baseline: "draining the official paginator, storing nothing",
      aim: "≤ 1.15",
      value: (synced / drained).toFixed(2),
      met: synced / drained <= 1.15,
      detail: `${time(synced)} against ${time(drained)}, medians of ${turns} turns (fastest against fastest ${fastest.toFixed(2)}); ${slow.setting} ${slow.noChange.toFixed(2)}; peak memory ${megabytes(result.peakMemory)}`,
      limit:
        `the engine's CPU, ${((cpu / items) * 1000).toFixed(1)} µs an item beside what listing it takes, of which only what is done ` +
        `while an answer is awaited costs no time; this service answers a page in ${time(drained / pages)}`,
    },
    {
      name: "the same: DynamoDB request units",
      baseline: "paginator + BatchWrite upsert of everything",
      aim: "≤ 1/30",
      value: fraction(units),
      met: units <= 1 / 30,
      detail: `${count(counted.readUnits)} read and ${count(counted.writeUnits)} write units against ${count(naive.writeUnits)} write units; by price ${fraction(pricedUnits(counted) / pricedUnits(naive))}`,
      limit: "the index is read to find that nothing changed",
    },
    {
      name: "the same: requests to DynamoDB that write",
      baseline: "–",
      aim: "≤ 4 plus lease renewals",
      value: renewals > 0 ? `${writes - renewals} + ${renewals} renewals` : String(writes),
      met: writes - renewals <= 4,
      detail: requestsOf(counted),
      limit: "see the requests",
    },
  ];
}

export function requestsOf({ requests }: Counted): string {
  return Object.entries(requests)
    .map(([operation, times]) => `${count(times)} ${operation}`)
    .join(", ");
}
