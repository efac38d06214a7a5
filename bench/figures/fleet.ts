import { count, type Figure } from "../figure.ts";
import { monthlyBill, sum } from "../fleet/bill.ts";
import { CALLS_PER_SECOND } from "../fleet/connect.ts";
import { type FleetUse, runFleet, type Seen } from "../fleet/run.ts";
import type { World } from "../world.ts";

const MAX_DOLLARS = 600;
const IN_USE_MS = 10 * 60_000;
const HINTED_MS = 2 * 60_000;
/** A sync that is due begins at the next dispatch, or the one after it. */
const LATE_MS = 2 * 60_000;

/** A fleet of accounts in virtual time: what a month costs, and how soon what changes is seen. The second answer is the bill, as a table. */
export async function fleet({ sizes, say }: World): Promise<{ figures: Figure[]; table: string }> {
  const use = await runFleet(sizes.fleet, say);
  return { figures: figuresOf(use), table: tableOf(use) };
}

function figuresOf(use: FleetUse): Figure[] {
  const { seen, unseen, waits, calls, syncs, invocations, minutes } = use;
  const dollars = sum(monthlyBill(use).map((line) => line.dollars));
  const unhinted = (change: Seen) => !change.hasHint;
  const inUse = share(seen, unseen, (change) => unhinted(change) && change.inUse && change.kind === "added", IN_USE_MS);
  const hinted = share(seen, unseen, (change) => change.hasHint, HINTED_MS);
  const longest = waits.at(-1) ?? 0;
  return [
    {
      ...{ name: "a month, five sources", baseline: "–", aim: `≤ $${MAX_DOLLARS}`, value: `$${dollars.toFixed(0)}` },
      met: dollars <= MAX_DOLLARS,
      detail: `${count(use.targets)} targets, ${count(use.collections)} collections, ${count(use.items)} items; in ${minutes} minutes ${count(syncs.full)} full and ${count(syncs.incremental)} incremental syncs in ${count(invocations.sync?.count ?? 0)} invocations`,
      limit: "see the table",
    },
    {
      ...{ name: "additions to lineage in use, without events: seen within ten minutes", baseline: "–", aim: "≥ 99 %" },
      ...{ value: percent(inUse.share), met: inUse.share >= 0.99, detail: inUse.detail },
      limit:
        "incremental syncs wait longer where nothing was new for a week, up to six hours: what is first added there is seen late",
    },
    {
      ...{ name: "whatever an event tells of: seen within two minutes of it", baseline: "–", aim: "all" },
      ...{ value: percent(hinted.share), met: hinted.share === 1, detail: hinted.detail },
      limit: "the event's way, the next dispatch, and a listing that is whole after a deletion",
    },
    {
      ...{ name: "everything else within its interval: the longest a sync that was due waited", baseline: "–" },
      ...{ aim: `≤ ${LATE_MS / 1_000} s`, value: `${(longest / 1_000).toFixed(0)} s`, met: longest <= LATE_MS },
      detail: `${count(waits.length)} syncs; half of them waited ${(quantile(waits, 0.5) / 1_000).toFixed(0)} s, 99 % at most ${(quantile(waits, 0.99) / 1_000).toFixed(0)} s`,
      limit: "the number of workers",
    },
    {
      ...{ name: "calls in one second to one service in one account and region: the most", baseline: "–" },
      ...{ aim: `≤ ${CALLS_PER_SECOND}`, value: count(calls.most), met: calls.most <= CALLS_PER_SECOND },
      detail: `${count(calls.count)} calls in ${minutes} minutes; each process keeps to ${CALLS_PER_SECOND} a second`,
      limit: "two processes that sync two sources of one service in one target",
    },
  ];
}

/** The share that was seen in time; what was not seen yet counts once its time is over. */
function share(seen: readonly Seen[], unseen: readonly Seen[], isOne: (change: Seen) => boolean, withinMs: number) {
  const over = unseen.filter((change) => isOne(change) && change.afterMs > withinMs);
  const ended = [...seen.filter(isOne), ...over];
  const inTime = ended.filter(({ afterMs }) => afterMs <= withinMs).length;
  const times = seen
    .filter(isOne)
    .map(({ afterMs }) => afterMs)
    .sort((a, b) => a - b);
  const seconds = (q: number) => `${count(Math.round(quantile(times, q) / 1_000))} s`;
  return {
    share: ended.length === 0 ? 0 : inTime / ended.length,
    detail: `${count(ended.length)} changes, ${count(over.length)} of them not seen when the run ended; of those seen half within ${seconds(0.5)}, 90 % within ${seconds(0.9)}, 99 % within ${seconds(0.99)}, all within ${seconds(1)}`,
  };
}

function quantile(ascending: readonly number[], q: number): number {
  return ascending[Math.floor((ascending.length - 1) * q)] ?? 0;
}

function percent(share: number): string {
  return `${(Math.floor(share * 1_000) / 10).toFixed(1)} %`;
}

function tableOf(use: FleetUse): string {
  const lines = monthlyBill(use);
  const rows = lines.map(({ what, dollars, computed }) => [what, computed ? "computed" : "counted", money(dollars)]);
  const total = ["**together**", "", `**${money(sum(lines.map(({ dollars }) => dollars)))}**`];
  const head = ["what", "how", "a month"];
  return [head, head.map(() => "---"), ...rows, total].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function money(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}
