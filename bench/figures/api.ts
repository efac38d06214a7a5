import { availableParallelism } from "node:os";
import type { ApiCalls } from "../api.process.ts";
import { type Figure, time } from "../figure.ts";
import { start } from "../processes/start.ts";
import { inTurns, median, percentile } from "../statistics.ts";
import type { Runner, Stored, World } from "../world.ts";

const ROUNDS = 5;

/** Reading over HTTP, against reading the same records with DynamoDB's client. */
export async function readingOverHttp(
  world: World,
  runner: Runner,
  stored: Stored,
  sizes: { readonly gets: number; readonly walks: number },
): Promise<Figure[]> {
  const { collection, account, source, items } = stored;
  const database = await world.database();
  const served = start<ApiCalls>("api");
  try {
    const { api, least } = await served.call("open", database);
    const keys = await runner.call("keysOf", database, collection, sizes.gets);
    const gets = await inTurns(
      ROUNDS,
      () => runner.call("bareGets", database, collection, keys),
      async () => ({
        api: await runner.call("itemsOverHttp", api, collection, keys),
        least: await runner.call("itemsOverHttp", least, collection, keys),
      }),
    );
    const walks = await inTurns(
      sizes.walks,
      () => runner.call("bareWalk", database, collection),
      async () => {
        const before = { api: await served.call("cpuMs"), database: await world.databaseCpuMs() };
        const walk = await runner.call(
          "walkOverHttp",
          `${api}/v1/items?source=${source}&account=${account}&limit=1000`,
        );
        const after = { api: await served.call("cpuMs"), database: await world.databaseCpuMs() };
        return {
          api: { ...walk, apiCpuMs: after.api - before.api, databaseCpuMs: after.database - before.database },
          least: await runner.call("walkOverHttp", `${least}/?collection=${encodeURIComponent(collection)}`),
        };
      },
      false,
    );
    const overHttp = walks.subject.flatMap(({ api, least }) => [api, least]);
    for (const { result } of [...walks.baseline, ...overHttp]) {
      if (result !== items) throw new Error(`a walk gave ${result} of ${items} items`);
    }
    return [
      itemFigure(
        gets.baseline.flat(),
        gets.subject.flatMap(({ api }) => api),
        gets.subject.flatMap(({ least }) => least),
      ),
      walkFigure(
        items,
        walks.baseline.map(({ ms }) => ms),
        walks.subject.map(({ api }) => api),
        walks.subject.map(({ least }) => least.ms),
      ),
    ];
  } finally {
    await served.stop();
  }
}

function itemFigure(bare: readonly number[], api: readonly number[], least: readonly number[]): Figure {
  const at = (times: readonly number[]) => ({ p50: percentile(times, 0.5), p99: percentile(times, 0.99) });
  const [b, a, l] = [at(bare), at(api), at(least)];
  const p50 = a.p50 / b.p50;
  const p99 = a.p99 / b.p99;
  return {
    name: "one item by id over HTTP, p50 and p99",
    baseline: "bare GetItem through the same client",
    aim: "≤ 1.5",
    value: `${p50.toFixed(2)} and ${p99.toFixed(2)}`,
    met: p50 <= 1.5 && p99 <= 1.5,
    detail: `${time(a.p50)} and ${time(a.p99)} against ${time(b.p50)} and ${time(b.p99)}, ${bare.length} requests each, one at a time, in ${ROUNDS} turns`,
    limit:
      "a second HTTP request; the scope's standing, which says what the answer is as of, is read in the item's own. " +
      `A server that answers with the same GetItem and nothing else takes ${time(l.p50)} and ${time(l.p99)} ` +
      `(${(l.p50 / b.p50).toFixed(2)} and ${(l.p99 / b.p99).toFixed(2)}); against that the API is ${(a.p50 / l.p50).toFixed(2)} and ${(a.p99 / l.p99).toFixed(2)}`,
  };
}

interface Walked {
  readonly ms: number;
  /** Of the client, the API and the database. */
  readonly cpuMs: number;
  readonly apiCpuMs: number;
  readonly databaseCpuMs: number;
}

function walkFigure(items: number, bare: readonly number[], api: readonly Walked[], least: readonly number[]): Figure {
  const walked = median(api.map(({ ms }) => ms));
  const ratio = walked / median(bare);
  const [own, database, client] = [
    median(api.map(({ apiCpuMs }) => apiCpuMs)),
    median(api.map(({ databaseCpuMs }) => databaseCpuMs)),
    median(api.map(({ cpuMs }) => cpuMs)),
  ];
  return {
    name: `walking ${items.toLocaleString("en-GB")} items over HTTP, 1000 a page`,
    baseline: "bare paginated Query",
    aim: "≤ 1.5",
    value: ratio.toFixed(2),
    met: ratio <= 1.5,
    detail: `${time(walked)} against ${time(median(bare))}, medians of ${bare.length} turns`,
    limit:
      "what a page is beside its query: its text and ETag are made, it is packed, sent, unpacked and read. Two pages are read ahead, so it is processor " +
      `time that counts: the database's ${time(database)}, the API's ${time(own)} and the client's ${time(client)}, on ${availableParallelism()} ` +
      "processors together. A server that answers with the same Query and nothing else, neither packed nor " +
      `filled up beyond the Query's megabyte, takes ${time(median(least))} (${(median(least) / median(bare)).toFixed(2)}); against that the API is ` +
      `${(walked / median(least)).toFixed(2)}`,
  };
}
