import { existsSync } from "node:fs";
import { count, type Figure, time } from "../figure.ts";
import { start } from "../processes/start.ts";
import type { ServerCalls } from "../server.process.ts";
import { inTurns, median, percentile } from "../statistics.ts";
import { type World, withRunner, withSimulator } from "../world.ts";

const SOURCE = "sagemaker.associations";
const GET_TURNS = 8;

/** Reading over HTTP from SQLite, against a bare SELECT behind a bare HTTP server that sends the same bytes. */
export async function reading({ sizes, lineageFile, say }: World): Promise<Figure[]> {
  const { items, gets, turns } = sizes;
  return withRunner(async (runner) => {
    if (!existsSync(lineageFile)) {
      await withSimulator("associations", items, (_simulator, service) =>
        runner.call("syncToSqlite", { source: SOURCE, service }, lineageFile),
      );
    }
    const served = start<ServerCalls>("server");
    try {
      const { api, bare, ids } = await served.call("open", lineageFile);
      const step = Math.max(1, Math.floor(ids.length / gets));
      const paths = Array.from({ length: gets }, (_, n) => `/v1/items/${ids[(n * step) % ids.length]}`);
      say(`${count(gets)} items by id, ${GET_TURNS} turns`);
      // Short turns, or a machine that is faster for a few seconds would decide.
      const ones = await inTurns(
        GET_TURNS,
        () => runner.call("getEach", bare, paths),
        () => runner.call("getEach", api, paths),
      );
      say(`walking ${count(items)} items, ${turns} turns`);
      const walks = await inTurns(
        turns,
        () => runner.call("walk", `${bare}/v1/items?limit=1000`),
        () => runner.call("walk", `${api}/v1/items?limit=1000`),
        false,
      );
      for (const { result } of [...walks.baseline, ...walks.subject]) {
        if (result.items !== items) throw new Error(`a walk gave ${result.items} of ${items} items`);
      }
      const [bareOne, apiOne] = [percentile(ones.baseline.flat(), 0.5), percentile(ones.subject.flat(), 0.5)];
      const [bareWalk, apiWalk] = [
        median(walks.baseline.map(({ ms }) => ms)),
        median(walks.subject.map(({ ms }) => ms)),
      ];
      return [
        {
          name: "one item by id over HTTP, SQLite: p50",
          baseline: "bare SELECT behind a bare HTTP server",
          aim: "≤ 1.5",
          value: (apiOne / bareOne).toFixed(2),
          met: apiOne / bareOne <= 1.5,
          detail: `${time(apiOne)} against ${time(bareOne)}, ${count(gets * GET_TURNS)} requests each, one at a time; p99 ${time(percentile(ones.subject.flat(), 0.99))} against ${time(percentile(ones.baseline.flat(), 0.99))}`,
          limit: "routing, reading timestamp, discards, freshness and item, making the item's text, ETag and headers",
        },
        {
          name: `walking ${count(items)} items over HTTP, SQLite`,
          baseline: "bare SELECT behind a bare HTTP server, same bytes",
          aim: "≤ 1.3",
          value: (apiWalk / bareWalk).toFixed(2),
          met: apiWalk / bareWalk <= 1.3,
          detail: `${time(apiWalk)} against ${time(bareWalk)}, 1,000 a page, medians of ${turns} turns`,
          limit: "each item's text is made of its columns, and each page gets an ETag",
        },
      ];
    } finally {
      await served.stop();
    }
  });
}
