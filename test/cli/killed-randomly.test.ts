import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Database, type Death, type Kind, openLane } from "./killed-lane.ts";
import { type ListedInRuns, partOf } from "./listed-in-runs.ts";
import { essenceOf } from "./listings.ts";
import { type ApiChange, type ApiItem, replayed, walk } from "./serving.ts";

/*
 * `stocktake sync` as a process, killed with SIGKILL at a random one of its requests or a moment later, or beside another process that is killed
 * while it has the same inventory open; then a sync that is let be. Meanwhile the account drifts, between syncs and between the pages of
 * one. All that the API ever answers must be what was listed.
 *
 *   KILLS_SEED    what chance is drawn from; printed with the result
 *   KILLS_ROUNDS  how many rounds in each lane, by default 3
 */

const SEED = process.env.KILLS_SEED || String(Math.floor(Math.random() * 1e9));
const ROUNDS = Number(process.env.KILLS_ROUNDS || 3);
/** As many at once, since most of the time is spent waiting for the leases of the dead. */
const LANES: readonly Database[] = ["sqlite", "dynamodb"];

type Lane = Awaited<ReturnType<typeof openLane>>;

interface KillCounts {
  rounds: number;
  syncsKilled: number;
  whileWriting: number;
  serversKilled: number;
  outlived: number;
}

interface Round {
  readonly victim: "sync" | "serve";
  readonly kind: Kind;
  /** Death comes up to so long after the request, when the sync may be in the midst of its writes. */
  readonly laterMs?: number;
}

/** How the rounds of a lane go: who is killed, at what kind of request of the sync. On SQLite its writes are no requests. */
const ROUNDS_OF: Readonly<Record<Database, readonly Round[]>> = {
  sqlite: [
    { victim: "sync", kind: "page", laterMs: 300 },
    { victim: "serve", kind: "page" },
    { victim: "sync", kind: "page" },
  ],
  dynamodb: [
    { victim: "sync", kind: "write" },
    { victim: "sync", kind: "request" },
    { victim: "serve", kind: "write" },
  ],
};

/** A sync makes at least so many requests of a kind, after a drift: at one of these death comes. */
const MAX_AT = { page: 20, request: 40, write: 4 };

interface Read {
  readonly asOf: string;
  readonly items: readonly ApiItem[];
  readonly changes: readonly ApiChange[];
}

async function readAll({ origin }: Lane): Promise<Read> {
  const { asOf, items } = await walk<ApiItem>(origin, "/v1/items", { limit: 1000 });
  const { items: changes } = await walk<ApiChange>(origin, "/v1/changes", { limit: 1000 });
  return { asOf, items, changes };
}

const itemsAt = async ({ origin }: Lane, at: string) =>
  (await walk<ApiItem>(origin, "/v1/items", { limit: 1000, at })).items;

function documentsByPart(entries: readonly { readonly source: string; readonly document: unknown }[]) {
  const parts = new Map<string, unknown[]>();
  for (const { source, document } of entries) {
    const part = partOf(source, document);
    parts.set(part, [...(parts.get(part) ?? []), document]);
  }
  return parts;
}

/** The log, folded, is the state; and every part of it was at every instant of the log one whole listing of it. */
function expectLogOfListings({ items, changes }: Read, listed: ListedInRuns): void {
  expect(essenceOf(replayed(changes).values())).toBe(essenceOf(items.map(({ document }) => document)));
  const parts = new Map<string, ApiChange[]>();
  for (const change of changes) {
    const part = partOf(change.source, change.document);
    parts.set(part, [...(parts.get(part) ?? []), change]);
  }
  for (const [part, ofPart] of parts) {
    const listings = listed.listings(part);
    let run = 0;
    for (const at of new Set(ofPart.map((change) => change.at))) {
      const essence = essenceOf(replayed(ofPart.filter((change) => change.at <= at)).values());
      const listing = listings.find((other) => other.run >= run && other.essence === essence);
      if (!listing) throw new Error(`${part} as of ${at} is no listing of it since run ${run}`);
      run = listing.run;
    }
  }
}

/** The state is what the last run listed, part by part, nothing more and nothing less. */
function expectStateAsListed({ items }: Read, listed: ListedInRuns): void {
  const documents = documentsByPart(items);
  for (const part of new Set([...documents.keys(), ...listed.parts()])) {
    expect(listed.lastOf(part), `${part} after run ${listed.run}`).toContain(essenceOf(documents.get(part) ?? []));
  }
}

const MAX_SYNCS = 8;

/**
 * Syncs until everything is complete, which takes one sync, unless the machine is so busy that requests time out or the lease of a sync that
 * still runs expires.
 */
async function syncWhole(lane: Lane): Promise<void> {
  const said: string[] = [];
  while (said.length < MAX_SYNCS) {
    const { code, stderr } = await lane.sync();
    if (code === 0 && !/skipped/.test(stderr)) return;
    said.push(`${code}: ${stderr}`);
    const failures = stderr.split("\n").filter((line) => /: failed /.test(line));
    if (!failures.every((line) => /timeout|timed out|lease/i.test(line))) break;
  }
  throw new Error(`a sync that was not killed ended with ${said.join("; then with ")}`);
}

async function runLane(number: number, kept: Database, counts: KillCounts): Promise<void> {
  const lane = await openLane(`${SEED}/${number}`, kept);
  let doing = "the first sync";
  try {
    await syncWhole(lane);
    const past: Read[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await readAll(lane);
      past.push(before);
      const rounds = ROUNDS_OF[kept];
      const { victim, kind, laterMs = 0 } = rounds[(number + round) % rounds.length] as Round;
      const death: Death = {
        kind,
        at: lane.random.integer(1, MAX_AT[kind]),
        when: lane.random.pick(["before", "after"]),
        laterMs: laterMs > 0 ? lane.random.integer(1, laterMs) : 0,
      };
      doing = `round ${round}: the ${victim} killed ${death.laterMs} ms after ${death.when} ${kind} ${death.at}`;
      lane.drift();
      const { struck, ended } = await (victim === "sync" ? lane.killSync(death) : lane.killServe(death));
      expect(struck, `somebody was to be killed; the sync said ${ended.stderr}`).toBe(true);
      // A sync that is killed a moment later may have ended by then.
      const endedItself = ended.code !== null;
      if (victim === "serve" || laterMs === 0) expect(endedItself, ended.stderr).toBe(victim === "serve");
      const outlived = ended.code === 0 && !/skipped/.test(ended.stderr);

      for (const { asOf, items } of past) expect(await itemsAt(lane, asOf)).toEqual(items);
      const wounded = await readAll(lane);
      expectLogOfListings(wounded, lane.listed);
      const { leased, writing } = await lane.wounds();
      counts.rounds += 1;
      if (victim === "serve") counts.serversKilled += 1;
      if (outlived) {
        counts.outlived += 1;
        expect(leased).toBe(0);
        expectStateAsListed(wounded, lane.listed);
      } else {
        counts.syncsKilled += 1;
        // By now `serve` may have settled what the dead sync left.
        if (victim === "sync" && (kind === "write" || writing > 0)) counts.whileWriting += 1;
      }

      doing += ", and the sync after it";
      lane.drift();
      await syncWhole(lane);
      const after = await readAll(lane);
      expectLogOfListings(after, lane.listed);
      expectStateAsListed(after, lane.listed);
      for (const { asOf, items } of past) expect(await itemsAt(lane, asOf)).toEqual(items);
      expect(after.changes.filter(({ at }) => at <= before.asOf)).toEqual(before.changes);
    }
  } catch (error) {
    await sleep(500);
    const serve = `serve is ${lane.serveState()}`;
    const message = `KILLS_SEED=${SEED}, lane ${number} (${kept}), ${doing}: ${(error as Error).message}; ${serve}`;
    throw new Error(message, { cause: error });
  } finally {
    await lane.close();
  }
}

test("whichever process is killed, and when, the inventory is what was listed", {
  timeout: 300_000 + ROUNDS * 200_000,
}, async () => {
  const counts: KillCounts = { rounds: 0, syncsKilled: 0, whileWriting: 0, serversKilled: 0, outlived: 0 };
  const lanes = await Promise.allSettled(LANES.map((kept, number) => runLane(number, kept, counts)));
  console.log(
    `KILLS_SEED=${SEED}: ${counts.rounds} rounds; ${counts.syncsKilled} syncs killed, ${counts.whileWriting} of them while writing; ` +
      `${counts.serversKilled} servers killed; ${counts.outlived} syncs outlived it`,
  );
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
  expect(counts.rounds).toBe(LANES.length * ROUNDS);
  expect(counts.syncsKilled).toBeGreaterThan(LANES.length);
  expect(counts.whileWriting).toBeGreaterThan(0);
  expect(counts.serversKilled).toBeGreaterThan(0);
});
