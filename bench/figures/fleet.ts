import { rateOfWorker, SERVICES } from "../../functions/sources/services.ts";
import { count, type Figure, NO_AIM } from "../figure.ts";
import { monthlyBill, sum } from "../fleet/bill.ts";
import { type FleetUse, runFleet, type Seen } from "../fleet/run.ts";
import type { World } from "../world.ts";

const MAX_DOLLARS = 600;
const IN_USE_MS = 10 * 60_000;
const HINTED_MS = 2 * 60_000;
/** A sync that is due begins at the next dispatch, or the one after it. */
const LATE_MS = 2 * 60_000;

/** A fleet of accounts in virtual time, with the sources that the inventory began with and with all: what a month costs, and how soon what changes is seen. The second answer is both bills, as a table. */
export async function fleet({ sizes, say }: World): Promise<{ figures: Figure[]; table: string }> {
  const core = await runFleet({ ...sizes.fleets.core, tier: "core" }, say);
  const all = await runFleet({ ...sizes.fleets.all, tier: "all" }, say);
  const times = sizes.fleets.core.accounts / sizes.fleets.all.accounts;
  return {
    figures: [...figuresOf(core, { times: 1, maxDollars: MAX_DOLLARS }), ...figuresOf(all, { times })],
    table: tableOf([
      { use: core, times: 1 },
      { use: all, times },
    ]),
  };
}

/** `times` as many accounts as were run are priced. */
function figuresOf(use: FleetUse, { times, maxDollars }: { times: number; maxDollars?: number }): Figure[] {
  const { seen, unseen, waits, calls, syncs, invocations, minutes } = use;
  const dollars = sum(monthlyBill(use, times).map((line) => line.dollars));
  const unhinted = (change: Seen) => !change.hasHint;
  const inUse = share(seen, unseen, (change) => unhinted(change) && change.inUse && change.kind === "added", IN_USE_MS);
  const hinted = share(seen, unseen, (change) => change.hasHint, HINTED_MS);
  const longest = waits.at(-1) ?? 0;
  const named = (name: string) => ({ name: `${use.sources} sources: ${name}`, baseline: "–" });
  return [
    {
      ...named("a month"),
      ...{ aim: maxDollars === undefined ? NO_AIM : `≤ $${maxDollars}`, value: `$${dollars.toFixed(0)}` },
      met: maxDollars === undefined || dollars <= maxDollars,
      detail: `${times > 1 ? `${times} times what was run of it: ` : ""}${count(use.targets)} targets, ${count(use.collections)} collections, ${count(use.items)} items; in ${minutes} minutes ${count(syncs.full)} full and ${count(syncs.incremental)} incremental syncs in ${count(invocations.sync?.count ?? 0)} invocations`,
      limit: "see the table",
    },
    {
      ...{ ...named("additions to lineage in use, without events: seen within ten minutes"), aim: "≥ 99 %" },
      ...{ value: percent(inUse.share), met: inUse.share >= 0.99, detail: inUse.detail },
      limit:
        "incremental syncs wait longer where nothing was new for a week, up to six hours: what is first added there is seen late",
    },
    {
      ...{ ...named("whatever an event tells of: seen within two minutes of it"), aim: "all" },
      ...{ value: percent(hinted.share), met: hinted.share === 1, detail: hinted.detail },
      limit: "the event's way, the next dispatch, and a listing that is whole after a deletion",
    },
    {
      ...named("everything else within its interval: the longest a sync that was due waited"),
      ...{ aim: `≤ ${LATE_MS / 1_000} s`, value: `${(longest / 1_000).toFixed(0)} s`, met: longest <= LATE_MS },
      detail: `${count(waits.length)} syncs; half of them waited ${(quantile(waits, 0.5) / 1_000).toFixed(0)} s, 99 % at most ${(quantile(waits, 0.99) / 1_000).toFixed(0)} s`,
      limit: "the number of workers",
    },
    ...[...calls.most].map(([service, most]): Figure => {
      const { name = service, callsPerSecond = 0 } = SERVICES[service] ?? {};
      return {
        ...named(`calls of all workers to ${name} in one account and region: the most in a second`),
        ...{ aim: `≤ ${callsPerSecond}`, value: count(most), met: most <= callsPerSecond },
        detail: `${count(calls.counts.get(service) ?? 0)} calls in ${minutes} minutes; a worker makes ${rate(service, false)} a second at most, and one beside it ${rate(service, true)}`,
        limit: "a worker that begins in a target within a second of the end of another's work there",
      };
    }),
  ];
}

function rate(service: string, beside: boolean): number {
  return rateOfWorker(service, { workers: 2, beside });
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

function tableOf(fleets: readonly { readonly use: FleetUse; readonly times: number }[]): string {
  const bills = fleets.map(({ use, times }) => monthlyBill(use, times));
  const rows = (bills[0] ?? []).map(({ what, computed }, line) => [
    ...[what, computed ? "computed" : "counted"],
    ...bills.map((bill) => money(bill[line]?.dollars ?? 0)),
  ]);
  const totals = bills.map((bill) => `**${money(sum(bill.map(({ dollars }) => dollars)))}**`);
  const head = ["what", "how", ...fleets.map(({ use }) => `a month, ${use.sources} sources`)];
  return [head, head.map(() => "---"), ...rows, ["**together**", "", ...totals]]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function money(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}
