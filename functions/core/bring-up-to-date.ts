import type { Application } from "./apply.ts";
import { inRange, type KeyRange } from "./collection.ts";
import type { Draft } from "./compare.ts";
import { type Cutter, startCutter } from "./cut.ts";
import { EMPTY_DIGEST } from "./digest.ts";
import { oneLine, serviceError } from "./errors.ts";
import { guardRemovals, heldAfter } from "./guard.ts";
import { instantOf } from "./instant.ts";
import { type Intake, startIntake } from "./intake.ts";
import { examine, isRefusal, type ListedItem, type Refusal, type RemovalCause } from "./item.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import type { Lease } from "./lease.ts";
import { readAhead } from "./read-ahead.ts";
import { type Page, ParentRemoved } from "./source.ts";
import type { Standing, SyncEnd } from "./store.ts";
import type { Tally } from "./tally.ts";
import { isWhole, sweepStep } from "./window.ts";

const FLUSH_ITEMS = 5_000;
const LOOK_AHEAD = 64_000_000;
const PAGES_AHEAD = 32;
const REFUSALS_KEPT = 5;
const NO_LIST = "an answer without a list came, so the listing is not known to be whole";

/** How a sync ends that did not fail. */
export type WholeEnd = Extract<SyncEnd, { outcome: "complete" | "held" }>;

/** Lists, compares, guards and applies; what it answers remains to be written for readers to see any of it. */
export async function bringUpToDate(
  host: SyncHost,
  job: SyncJob,
  lease: Lease,
  application: Application,
  tally: Tally,
): Promise<WholeEnd> {
  const { store, clock } = host;
  const stop = new AbortController();
  const signal = AbortSignal.any([host.signal, lease.signal, stop.signal]);
  const window = job.window ?? job.scope.range;
  try {
    const pages = readAhead(listWindow(job, window, signal), PAGES_AHEAD);
    const { standing } = lease;
    const cutter = job.source.ascending ? startCutter() : undefined;
    const intake = startIntake({
      index: () => store.index(job.collection, window),
      ascending: () => cutter?.ascending ?? false,
      apply: application.apply,
      onFound: (kind, count) => {
        tally[kind] += count;
      },
      snapshot: isWhole(window, job.scope) ? snapshotOf(standing) : undefined,
      flushItems: host.flushItems ?? FLUSH_ITEMS,
      lookAhead: host.lookAhead ?? LOOK_AHEAD,
    });
    let parentRemoved = job.vanished ?? false;
    let cut: string | undefined;
    let listless = false;

    for await (const page of pages) {
      signal.throwIfAborted();
      if (page === "parent removed") {
        parentRemoved = true;
        continue;
      }
      await takePage(job, window, page, intake, cutter, tally);
      listless ||= page.listless ?? false;
      tally.listed = intake.listed;
      job.onProgress?.({ step: "listing", pages: tally.pages, listed: tally.listed });
      if (host.cutAt !== undefined && clock.monotonic() >= host.cutAt) cut = cutter?.position;
      if (cut !== undefined) break;
    }
    signal.throwIfAborted();

    if (cut === undefined && cutter) await intake.take(cutter.rest());
    const covered = cut === undefined ? window : { ...window, until: cut };
    const { drafts, comparison } = await intake.end(cut);
    tally.listed = intake.listed;
    const missing = comparison?.missing((key) => cut === undefined || inRange(covered, key)) ?? [];
    const triedAt = instantOf(clock.now());
    const hold = guardRemovals(
      {
        keys: missing,
        range: covered,
        present: comparison ? comparison.seenPresent + missing.length : standing.items,
        listed: comparison?.seen ?? [],
        blemish: tally.refusals[0] ?? (listless && missing.length > 0 && !job.acceptRemovals ? NO_LIST : undefined),
        held: standing.held ?? [],
        accepted: job.acceptRemovals ?? false,
      },
      host.guard,
      triedAt,
    );
    const cause: RemovalCause = parentRemoved ? "parent removed" : "not listed";
    const removed = hold && hold.count > 0 ? [] : missing;
    tally.held = hold?.count ?? 0;
    tally.removed = removed.length;

    const removals = removed.map((key): Draft => ({ kind: "removed", key, known: true, cause }));
    const changes = [...drafts, ...removals];
    if (changes.length > 0) job.onProgress?.({ step: "applying", changes: changes.length });
    await application.apply(changes);
    const held = heldAfter(standing.held ?? [], covered, hold);
    const ended = {
      triedAt,
      snapshotAt: await application.instant(),
      items: standing.items + tally.added - tally.removed,
      digest: comparison ? comparison.digestAfter(standing.digest, removed) : (standing.digest ?? EMPTY_DIGEST),
      ...(held.length > 0 && { held }),
      ...(!isWhole(covered, job.scope) && { window: covered }),
    };
    if (hold) return { ...ended, outcome: "held" };
    const step = sweepStep(standing, job.scope, covered, triedAt);
    return { ...ended, ...step, outcome: "complete", ...(parentRemoved && { vanished: true }) };
  } catch (error) {
    throw host.signal.aborted || lease.signal.aborted ? (lease.signal.reason ?? host.signal.reason) : error;
  } finally {
    stop.abort();
  }
}

function snapshotOf({ items, digest }: Standing): { items: number; digest: string } | undefined {
  return digest === undefined ? undefined : { items, digest };
}

/** The listing's pages; a parent that is gone is told as such, all other failures as SyncErrors. */
async function* listWindow(
  job: SyncJob,
  window: KeyRange,
  signal: AbortSignal,
): AsyncGenerator<Page | "parent removed"> {
  if (job.vanished) return;
  try {
    yield* job.connection.list({ id: job.scope.id, range: window }, signal);
  } catch (error) {
    if (error instanceof ParentRemoved) yield "parent removed";
    else throw serviceError(job.source.operation, error);
  }
}

async function takePage(
  job: SyncJob,
  window: KeyRange,
  page: Page,
  intake: Intake,
  cutter: Cutter | undefined,
  tally: Tally,
): Promise<void> {
  tally.pages += 1;
  tally.retries += page.retries;
  const items: ListedItem[] = [];
  for (const document of page.documents) {
    const seen = placed(job, window, examine(job.source, document));
    if (seen === undefined) continue;
    if (isRefusal(seen)) {
      tally.refused += 1;
      if (tally.refusals.length < REFUSALS_KEPT) tally.refusals.push(seen.reason);
      if (seen.key !== undefined) await intake.keep(seen.key);
    } else items.push(seen);
  }
  await intake.take(cutter ? cutter.pass(items) : items);
}

/** Refuses an item that is not of the scope. An ascending listing may reach a little beyond its window; that is passed over. */
function placed(job: SyncJob, window: KeyRange, seen: ListedItem | Refusal): ListedItem | Refusal | undefined {
  if (isRefusal(seen) || inRange(window, seen.key)) return seen;
  if (job.source.ascending) return undefined;
  return { reason: `an item outside scope ${job.scope.id} was listed: ${oneLine(seen.key)}` };
}
