import { existsSync } from "node:fs";
import { count, type Figure, time } from "../figure.ts";
import { start } from "../processes/start.ts";
import { openBrowser } from "../runs/browser.ts";
import type { ServerCalls } from "../server.process.ts";
import { median, percentile } from "../statistics.ts";
import { type Runner, type World, withRunner, withSimulator } from "../world.ts";

const SOURCE = "sagemaker.associations";
/** So many characters of a name are searched for. */
const PART = 12;
const NEWEST = "/v1/changes?order=desc&initial=false&names=true&limit=100";
const MAX_SEARCH_MS = 20;
const MAX_CHANGES_MS = 30;
const MAX_PAINT_MS = 200;
const MAX_GRAPH_MS = 2_000;
const MIN_FRAMES = 30;

/** What people wait for when they ask: a search, the newest changes, and the explorer in a browser. */
export async function asking(world: World): Promise<Figure[]> {
  const { items, changes } = world.sizes;
  return withRunner(async (runner) => {
    if (!existsSync(world.lineageFile)) {
      await withSimulator("associations", items, (_simulator, service) =>
        runner.call("syncToSqlite", { source: SOURCE, service }, world.lineageFile),
      );
    }
    const served = start<ServerCalls>("server");
    try {
      const api = await served.call("openApi", world.lineageFile);
      return [...(await overHttp(world, runner, { api, served, changes })), ...(await inBrowser(world, api))];
    } finally {
      await served.stop();
    }
  });
}

interface Served {
  readonly api: string;
  readonly served: ReturnType<typeof start<ServerCalls>>;
  readonly changes: number;
}

async function overHttp(
  { sizes: { gets, items }, say }: World,
  runner: Runner,
  { api, served, changes }: Served,
): Promise<Figure[]> {
  const names = await served.call("names", gets);
  const one = (await fetch(`${api}/v1/items?limit=1`).then((answer) => answer.json())) as { items: [{ id: string }] };
  const p50 = async (paths: readonly string[]) => percentile(await runner.call("getEach", api, [...paths]), 0.5);
  say(`searching ${count(items)} items`);
  await served.call("index");
  const baseline = await p50(names.map(() => `/v1/items/${one.items[0].id}`));
  const searched = await p50(names.map((name) => `/v1/search?q=${encodeURIComponent(name.slice(-PART))}`));
  say(`the newest of ${count(changes)} changes`);
  const long = await served.call("openLongLog", changes);
  const newest = percentile(
    await runner.call(
      "getEach",
      long.api,
      Array.from({ length: gets / 4 }, () => NEWEST),
    ),
    0.5,
  );
  const against = `one item by id takes ${time(baseline)}`;
  return [
    {
      name: `searching ${count(items)} items for a part of a name over HTTP, SQLite: p50`,
      baseline: "one item by id over HTTP",
      aim: `≤ ${MAX_SEARCH_MS} ms`,
      value: time(searched),
      met: searched <= MAX_SEARCH_MS,
      detail: `${count(names.length)} requests, one at a time, for the last ${PART} characters of a name; ${against}`,
      limit: "each candidate of the index is read as of the instant, and looked at",
    },
    {
      name: `newest 100 of ${count(long.changes)} changes with names over HTTP, SQLite: p50`,
      baseline: "one item by id over HTTP",
      aim: `≤ ${MAX_CHANGES_MS} ms`,
      value: time(newest),
      met: newest <= MAX_CHANGES_MS,
      detail: `${count(gets / 4)} requests, one at a time, without first listings; ${against}`,
      limit: "what the ends of 100 relations are called is looked up, and two documents of each change are compared",
    },
  ];
}

async function inBrowser({ sizes: { turns, nodes }, say }: World, api: string): Promise<Figure[]> {
  const browser = await openBrowser(api);
  try {
    say("the explorer's first paint");
    const paints = await each(4 * turns + 1, () => browser.paint());
    const [painted, empty] = [median(paints.map(({ explorer }) => explorer)), median(paints.map((each) => each.empty))];
    say(`a graph of ${count(nodes)} nodes`);
    const drawn = median(await each(turns + 1, () => browser.graph(nodes)));
    const panned = await each(turns + 1, () => browser.panning(nodes));
    const [frames, most] = [median(panned.map(({ graph }) => graph)), median(panned.map((each) => each.empty))];
    return [
      {
        name: "the explorer's first paint, nothing cached",
        baseline: "an empty page in the same browser",
        aim: `≤ ${MAX_PAINT_MS} ms`,
        value: time(painted),
        met: painted <= MAX_PAINT_MS,
        detail: `${time(painted)} against ${time(empty)}, medians of ${paints.length} turns`,
        limit: "the document with its style is read, and its texts are set, before it",
      },
      {
        name: `a graph of ${count(nodes)} nodes in the explorer: first readable frame`,
        baseline: "an empty page in the same browser",
        aim: `≤ ${MAX_GRAPH_MS / 1000} s`,
        value: time(drawn),
        met: drawn <= MAX_GRAPH_MS,
        detail: `from the page's start, its files included; like nodes are drawn as one; the empty page paints after ${time(empty)}`,
        limit: "the answer is parsed, named, grouped and laid out",
      },
      {
        name: `frames a second while a graph of ${count(nodes)} nodes is dragged`,
        baseline: "an empty page in the same browser",
        aim: `≥ ${MIN_FRAMES}`,
        value: frames.toFixed(0),
        met: frames >= MIN_FRAMES,
        detail: `${frames.toFixed(0)} against ${most.toFixed(0)}, no nodes grouped, without a graphics card; medians of ${panned.length} turns`,
        limit: "the browser draws without a graphics card",
      },
    ];
  } finally {
    await browser.close();
  }
}

async function each<T>(times: number, take: () => Promise<T>): Promise<T[]> {
  const taken: T[] = [];
  for (let turn = 0; turn < times; turn += 1) taken.push(await take());
  // The first warms up.
  return taken.slice(1);
}
