import { inRange, type KeyRange } from "../model/collection.ts";
import { EMPTY_DIGEST } from "../model/digest.ts";
import { oneLine, serviceError } from "../model/errors.ts";
import { instantOf } from "../model/instant.ts";
import { examine, isRefusal, type ListedItem, type Refusal, type RemovalCause } from "../model/item.ts";
import { type Page, ParentRemoved } from "../model/source.ts";
import type { Standing, Store, SyncEnd } from "../store/port.ts";
import type { Application } from "./apply.ts";
import type { Draft } from "./compare.ts";
import { startCutter } from "./cut.ts";
import { guardRemovals, heldAfter, NO_LIST } from "./guard.ts";
import { type Intaken, type Snapshot, startIntake } from "./intake.ts";
import type { SyncHost, SyncJob } from "./job.ts";
import type { Lease } from "./lease.ts";
import { readAhead } from "./read-ahead.ts";
import type { Tally } from "./tally.ts";
import { isWhole, sweepStep } from "./window.ts";

const FLUSH_ITEMS = 2_000;
const LOOK_AHEAD = 96_000_000;
const PLAIN = 64_000_000;
/** An outline is two bytes for each, and DynamoDB stores 400 KB. */
const MOST_OUTLINED = 180_000;
const PAGES_AHEAD = 32;
const OUTLINE_FROM = 500;
const REFUSALS_KEPT = 5;

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
    const intake = startIntake({
      rules: job.source.rules,
      examine: (document) => placed(job, window, examine(job.source, document)),
      onRefused: (refusal) => {
        tally.refused += 1;
        if (tally.refusals.length < REFUSALS_KEPT) tally.refusals.push(refusal.reason);
      },
      cutter: job.source.ascending ? startCutter() : undefined,
      range: window,
      index: (range, consistency) => store.index(job.collection, range, consistency),
      outline: () => store.outline(job.collection, job.scope.id),
      apply: application.apply,
      onFound: (kind, count) => {
        tally[kind] += count;
      },
      snapshot: isWhole(window, job.scope) ? snapshotOf(standing) : undefined,
      flushItems: host.flushItems ?? FLUSH_ITEMS,
      lookAhead: host.lookAhead ?? LOOK_AHEAD,
      plain: host.plain ?? PLAIN,
      mostOutlined: host.mostOutlined ?? MOST_OUTLINED,
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
      tally.pages += 1;
      tally.retries += page.retries;
      await intake.take(page.documents);
      listless ||= page.listless ?? false;
      tally.listed = intake.listed;
      job.onProgress?.({ step: "listing", pages: tally.pages, listed: tally.listed });
      if (host.cutAt !== undefined && clock.monotonic() >= host.cutAt) cut = await intake.cut();
      if (cut !== undefined) break;
    }
    signal.throwIfAborted();

    const intaken = await intake.end(cut);
    tally.listed = intake.listed;
    const covered = cut === undefined ? window : { ...window, until: cut };
    return await bringStoreUpToDate(host, job, lease, application, tally, {
      ...intaken,
      covered,
      parentRemoved,
      listless,
    });
  } catch (error) {
    throw host.signal.aborted || lease.signal.aborted ? (lease.signal.reason ?? host.signal.reason) : error;
  } finally {
    stop.abort();
  }
}

/** What a listing gave that has ended. */
interface Listed extends Intaken {
  readonly covered: KeyRange;
  readonly parentRemoved: boolean;
  /** Some answer had no list. */
  readonly listless: boolean;
}

/** Guards and applies what a listing has found, and answers how the sync ends. */
async function bringStoreUpToDate(
  host: SyncHost,
  job: SyncJob,
  { standing }: Lease,
  application: Application,
  tally: Tally,
  { covered, parentRemoved, listless, drafts, comparison, listing, outline }: Listed,
): Promise<WholeEnd> {
  const missing = comparison?.missing((key) => inRange(covered, key)) ?? [];
  const triedAt = instantOf(host.clock.now());
  const hold = guardRemovals(
    {
      keys: missing,
      range: covered,
      present: comparison ? comparison.seenPresent + missing.length : standing.items,
      listed: () => comparison?.seen() ?? [],
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
  if (hold) tally.heldReason = hold.reason;
  tally.removed = removed.length;

  const removals = removed.map((key): Draft => ({ kind: "removed", key, known: true, cause }));
  const changes = [...drafts, ...removals];
  if (changes.length > 0) job.onProgress?.({ step: "applying", changes: changes.length });
  await application.apply(changes);
  const held = heldAfter(standing.held ?? [], covered, hold);
  const whole = isWhole(covered, job.scope);
  const items = standing.items + tally.added - tally.removed;
  const digest = comparison ? comparison.digestAfter(standing.digest, removed) : (standing.digest ?? EMPTY_DIGEST);
  // Of a listing that lacked some item of the snapshot the digest is not the snapshot's.
  const its = whole && !listless && tally.listed === items ? listing : undefined;
  if (its !== undefined && digest !== standing.digest && items >= (host.outlineFrom ?? OUTLINE_FROM)) {
    await putOutline(host.store, job, outline?.());
  }
  const kept = its ?? (digest === standing.digest ? standing.listing : undefined);
  const ended = {
    triedAt,
    snapshotAt: await application.instant(),
    items,
    digest,
    ...(kept !== undefined && { listing: kept }),
    ...(held.length > 0 && { held }),
    ...(!whole && { window: covered }),
  };
  if (hold) return { ...ended, outcome: "held" };
  const step = sweepStep(standing, job.scope, covered, triedAt);
  return { ...ended, ...step, outcome: "complete", ...(parentRemoved && { vanished: true }) };
}

async function putOutline(store: Store, job: SyncJob, outline: Uint8Array | undefined): Promise<void> {
  try {
    if (outline) await store.putOutline(job.collection, job.scope.id, outline);
  } catch {
    // It is a hint, and whatever an older one tells is checked: at worst the next sync reads the whole index.
  }
}

function snapshotOf({ items, digest, listing }: Standing): Snapshot | undefined {
  return digest === undefined ? undefined : { items, digest, listing };
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

/** Refuses an item that is not of the scope. An ascending listing may reach a little beyond its window; that is passed over. */
function placed(job: SyncJob, window: KeyRange, seen: ListedItem | Refusal): ListedItem | Refusal | undefined {
  if (isRefusal(seen) || inRange(window, seen.key)) return seen;
  if (job.source.ascending) return undefined;
  return { reason: `an item outside scope ${job.scope.id} was listed: ${oneLine(seen.key)}` };
}
