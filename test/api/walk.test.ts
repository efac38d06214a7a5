import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import type { SyncRecord } from "../../functions/model/sync-record.ts";
import {
  ASSOCIATIONS,
  association,
  IMAGE_ASSOCIATIONS,
  imageAssociation,
  MEMBERSHIPS,
  membership,
} from "./harness/documents.ts";
import { type ChangeBody, type ItemBody, walkList } from "./harness/walk.ts";
import { type Document, LEASE_MS, type Listing, newWorld, type Stopped, type World } from "./harness/world.ts";

/*
 * Walks over many pages, while between them syncs complete, are held, fail, die, are taken over, and go on after they were taken for dead.
 */

/** A scope that is synced, and what it should be found to hold. */
interface Tended {
  readonly name: string;
  readonly listing: Omit<Listing, "documents">;
  readonly make: (n: number, value: number) => Document;
  readonly keyOf: (document: Document) => string;
  /** Every listing that was committed, with its instant. */
  readonly snapshots: { readonly at: string; readonly documents: readonly Document[] }[];
  /** A sync that has stopped, and holds the scope. */
  live: StoppedSync | undefined;
  /** Syncs that were taken for dead. Each may yet go on. */
  readonly late: StoppedSync[];
}

interface StoppedSync {
  readonly stopped: Stopped;
  readonly documents: readonly Document[];
}

const tend = (name: string, parts: Pick<Tended, "listing" | "make" | "keyOf">): Tended => ({
  ...{ name, ...parts, snapshots: [], live: undefined, late: [] },
});

const image = (id: string): Tended =>
  tend(id, {
    listing: { source: IMAGE_ASSOCIATIONS, scope: scopeOfFirstPart(id) },
    make: (n, value) => imageAssociation(id, `app-${n}`, { value }),
    keyOf: (document) => `${document.ImageId}#${document.AssociatedResourceId}`,
  });

function newTended(): Tended[] {
  return [
    tend("memberships", {
      listing: { source: MEMBERSHIPS },
      make: (n, value) => membership(n, { value }),
      keyOf: (document) => String(document.arn),
    }),
    tend("associations", {
      listing: { source: ASSOCIATIONS, region: "us-east-1" },
      make: (n, value) => association(`arn:a:${n}`, `arn:b:${n}`, { SourceName: `${value}` }),
      keyOf: (document) => `${document.CreationTime}#${document.SourceArn}#${document.DestinationArn}`,
    }),
    image("wsi-1"),
    image("wsi-2"),
  ];
}

const event = fc.record({
  scope: fc.nat(3),
  what: fc.constantFrom("complete", "complete", "complete", "held", "fail", "stop", "stop", "resume", "die", "settle"),
  writes: fc.nat(12),
  documents: fc.uniqueArray(fc.record({ n: fc.nat(24), value: fc.nat(2) }), { selector: ({ n }) => n, maxLength: 25 }),
});
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

async function play(
  world: World,
  tended: readonly Tended[],
  { scope, what, writes, documents: drawn }: Event,
): Promise<void> {
  const one = tended[scope];
  if (!one) return;
  world.advance(1_000);
  if (what === "settle") return world.settle();
  if (what === "resume") return resume(one, one.live ?? one.late.pop());
  if (one.live) {
    if (what !== "die") return;
    // Nobody renews leases in virtual time, so every sync that has stopped is now taken for dead.
    world.advance(LEASE_MS + 1);
    for (const each of tended) {
      if (each.live) each.late.push(each.live);
      each.live = undefined;
    }
    return;
  }
  const documents = drawn.map(({ n, value }) => one.make(n, value));
  const listing = { ...one.listing, documents, approveRemovals: true };
  const last = one.snapshots.at(-1)?.documents ?? [];
  if (what === "fail") {
    await world.sync({ ...listing, fails: new Error("the service hung up") });
  } else if (what === "stop") {
    const stopped = await world.stopAfter(writes, listing);
    if (stopped.ended) committed(one, stopped.ended, documents);
    else one.live = { stopped, documents };
  } else if (what === "held") {
    // More than ten items, nearly all gone: none is removed.
    const record = await world.sync({ ...listing, documents: [], approveRemovals: false });
    committed(one, record, record.outcome === "held" ? last : []);
  } else {
    committed(one, await world.sync(listing), documents);
  }
}

/** Lets a stopped sync go on. If its scope was taken over meanwhile, it ends without having changed anything. */
async function resume(one: Tended, sync: StoppedSync | undefined): Promise<void> {
  if (!sync) return;
  if (one.live === sync) one.live = undefined;
  committed(one, await sync.stopped.resume(), sync.documents);
}

function committed(one: Tended, record: SyncRecord | undefined, documents: readonly Document[]): void {
  if (record?.at === undefined || record.outcome === "failed") return;
  one.snapshots.push({ at: record.at, documents });
}

function heldAt(tended: readonly Tended[], at: string): string[] {
  return tended
    .flatMap(({ name, keyOf, snapshots }) => {
      const last = snapshots.filter((snapshot) => snapshot.at <= at).at(-1);
      return (last?.documents ?? []).map((document) => `${name} ${keyOf(document)} ${JSON.stringify(document)}`);
    })
    .sort();
}

function found(tended: readonly Tended[], entries: readonly Pick<ItemBody, "source" | "key" | "document">[]): string[] {
  return entries
    .map(({ source, key, document }) => {
      const one = tended.find(({ listing, keyOf }) => listing.source === source && keyOf(document) === key);
      const name =
        tended.find((each) => each.listing.source === source && each.name === document.ImageId)?.name ?? one?.name;
      return `${name} ${key} ${JSON.stringify(document)}`;
    })
    .sort();
}

/** Lets all stopped syncs go on to their ends, and settles what the dead among them left. */
async function settled(world: World, tended: readonly Tended[]): Promise<void> {
  for (const one of tended) {
    await resume(one, one.live);
    while (one.late.length > 0) await resume(one, one.late.shift());
  }
  await world.settle();
}

describe("a walk", () => {
  test("shows the listing of one instant exactly, while syncs run between its pages", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 12 }),
        fc.array(event, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (before, during, limit) => {
          const world = newWorld();
          const tended = newTended();
          for (const each of before) await play(world, tended, each);
          const queue = [...during];
          const between = async () => {
            const next = queue.shift();
            if (next) await play(world, tended, next);
          };
          const walk = await walkList<ItemBody>(world, `/v1/items?limit=${limit}`, between);
          await settled(world, tended);
          expect(found(tended, walk.entries)).toEqual(heldAt(tended, walk.asOf));
          expect(new Set(walk.entries.map(({ id }) => id)).size).toBe(walk.entries.length);

          // The same instant, asked for by name when everything has happened.
          const again = await walkList<ItemBody>(world, `/v1/items?at=${walk.asOf}`);
          expect(again.asOf).toBe(walk.asOf);
          expect(again.entries).toEqual(walk.entries);
          expect(world.errors).toEqual([]);
          await world.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("of the log returns every change once and in order, and replays to every listing", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 5, maxLength: 60 }),
        fc.integer({ min: 1, max: 9 }),
        async (events, limit) => {
          const world = newWorld();
          const tended = newTended();
          const replay = new Map<string, ChangeBody>();
          const queue = [...events];
          let since = "";
          const poll = async (between?: () => Promise<void>) => {
            const path = `/v1/changes?limit=${limit}${since && `&since=${since}`}`;
            const { entries, asOf } = await walkList<ChangeBody>(world, path, between);
            expect(asOf >= since).toBe(true);
            for (const change of entries) {
              const last = replay.get(change.id);
              const present = last !== undefined && last.kind !== "removed";
              expect(change.at > since && change.at <= asOf).toBe(true);
              expect(change.kind === "added").toBe(!present);
              expect(change.version).toBe((last?.version ?? 0) + 1);
              expect(change.previousAt).toBe(last?.at);
              replay.set(change.id, change);
            }
            since = asOf;
            return asOf;
          };
          while (queue.length > 0) {
            for (let n = 0; n < 3; n += 1) {
              const next = queue.shift();
              if (next) await play(world, tended, next);
            }
            await poll(async () => {
              const next = queue.shift();
              if (next) await play(world, tended, next);
            });
          }
          await settled(world, tended);
          const asOf = await poll();
          const present = [...replay.values()].filter(({ kind }) => kind !== "removed");
          expect(found(tended, present)).toEqual(heldAt(tended, asOf));
          expect(world.errors).toEqual([]);
          await world.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  test("at the instant of a sync shows that sync's listing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
        const world = newWorld();
        const tended = newTended();
        for (const each of events) await play(world, tended, each);
        await settled(world, tended);
        for (const { at } of tended.flatMap(({ snapshots }) => snapshots)) {
          const { entries, asOf } = await walkList<ItemBody>(world, `/v1/items?at=${at}&limit=1000`);
          expect(asOf).toBe(at);
          expect(found(tended, entries)).toEqual(heldAt(tended, at));
        }
        await world.close();
      }),
      { numRuns: 60 },
    );
  });
});
