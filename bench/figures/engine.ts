import type { Figure } from "../figure.ts";
import { median } from "../statistics.ts";
import type { Runner } from "../world.ts";

const ITEMS = 20_000;
const TURNS = 9;

/** What the engine itself does with an item that has not changed. */
export async function engineCpu(runner: Runner): Promise<Figure> {
  const turns = await runner.call("compareEngineWithParsing", ITEMS, TURNS);
  const perItem = (of: (turn: (typeof turns)[number]) => number) => (median(turns.map(of)) / ITEMS) * 1000;
  const parsing = perItem(({ parsing }) => parsing);
  const byDigest = perItem(({ byDigest }) => byDigest);
  const byIndex = perItem(({ byIndex }) => byIndex);
  return {
    name: "engine CPU per unchanged item (diff only)",
    baseline: "JSON.parse of the same page",
    aim: "≤ 2",
    value: (byDigest / parsing).toFixed(1),
    met: byDigest / parsing <= 2,
    detail: `${byDigest.toFixed(2)} µs against ${parsing.toFixed(2)} µs, medians of ${TURNS} turns; compared with the stored index item by item ${byIndex.toFixed(2)} µs`,
    limit:
      `what tells whether a document has changed: only writing it as JSON takes ${perItem(({ writing }) => writing).toFixed(2)} µs and only ` +
      `hashing that text ${perItem(({ hashing }) => hashing).toFixed(2)} µs, together more than twice what V8 takes to parse it; beside that its ` +
      "members are sorted, its key and edge made, and it is kept until the listing ends, which is the garbage collector's work",
  };
}
