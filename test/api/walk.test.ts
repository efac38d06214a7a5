import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { scopeOfFirstPart } from "../../functions/model/collection.ts";
import { BEGINNING } from "../../functions/model/instant.ts";
import { sagemakerAssociations } from "../../functions/sources/sagemaker/associations.ts";
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
 * Walks over many pages, while syncs complete, are held, fail, die, and are found dead and undone between them.
 */

/** A scope that is synced, and what it should be found to hold. */
interface Tended {
  readonly name: string;
  readonly listing: Omit<Listing, "documents">;
  readonly make: (n: number, value: number) => Document;
  /** The document as it is stored. */
  readonly stored: (document: Document) => Document;
  readonly keyOf: (stored: Document) => string;
  /** Every listing that became true, with the instant since when. */
  readonly snapshots: { readonly at: string; readonly documents: readonly Document[] }[];
  live: Stopped | undefined;
  dead: boolean;
}

const asListed = (document: Document) => document;

const image = (id: string): Tended => ({
  name: id,
  listing: { source: IMAGE_ASSOCIATIONS, scope: scopeOfFirstPart(id) },
  make: (n, value) => imageAssociation(id, `app-${n}`, { value }),
  stored: asListed,
  keyOf: (document) => `${document.ImageId}#${document.AssociatedResourceId}`,
  snapshots: [],
  live: undefined,
  dead: false,
});

function newTended(): Tended[] {
  return [
    {
      name: "memberships",
      listing: { source: MEMBERSHIPS },
      make: (n, value) => membership(n, { value }),
      stored: asListed,
      keyOf: (document) => String(document.arn),
      snapshots: [],
      live: undefined,
      dead: false,
    },
    {
      name: "associations",
      listing: { source: ASSOCIATIONS, region: "us-east-1" },
      make: (n, value) => association(`arn:a:${n}`, `arn:b:${n}`, { SourceName: `${value}` }),
      stored: (document) => sagemakerAssociations.read(document) as Document,
      keyOf: (document) => `${document.CreationTime}#${document.SourceArn}#${document.DestinationArn}`,
      snapshots: [],
      live: undefined,
      dead: false,
    },
    image("wsi-1"),
    image("wsi-2"),
  ];
}

const event = fc.record({
  scope: fc.nat(3),
  what: fc.constantFrom("complete", "complete", "complete", "held", "fail", "stop", "stop", "resume", "die"),
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
  const documents = drawn.map(({ n, value }) => one.make(n, value));
  const listing = { ...one.listing, documents, acceptRemovals: true };
  const became = (at: string | undefined, what: readonly Document[] = documents) => {
    if (at !== undefined) one.snapshots.push({ at, documents: what.map(one.stored) });
  };
  if (one.live) {
    if (what === "die") {
      // Its lease lapses; it stays dirty until the next sync of its scope.
      one.live = undefined;
      one.dead = true;
      world.advance(LEASE_MS + 1);
      for (const other of tended) {
        // Leases are not renewed in virtual time, so whoever else was stopped has died too.
        if (other.live) Object.assign(other, { live: undefined, dead: true });
      }
    } else if (what === "resume") {
      const { live } = one;
      one.live = undefined;
      await live.resume();
    }
    return;
  }
  one.dead = false;
  if (what === "fail") {
    await world.sync({ ...listing, fails: new Error("the service hung up") });
  } else if (what === "stop") {
    const stopped = await world.stopAfter(writes, listing);
    if (stopped.ended) became(stopped.ended.at);
    else {
      one.live = {
        async resume() {
          const record = await stopped.resume();
          became(record?.at);
          return record;
        },
      };
    }
  } else if (what === "held") {
    // Of a scope with more than ten items nearly all gone, nothing is removed.
    const before = one.snapshots.at(-1)?.documents ?? [];
    const record = await world.sync({ ...listing, documents: [], acceptRemovals: false });
    became(record.at, record.outcome === "held" ? before : []);
  } else {
    became((await world.sync(listing)).at);
  }
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

/** Whatever was stopped by an event is recorded as complete only when it ends, with the instant that it then has. */
async function settled(tended: readonly Tended[]): Promise<void> {
  for (const one of tended) {
    await one.live?.resume();
    one.live = undefined;
  }
}

describe("a walk", () => {
  test("shows one instant's listing exactly, whatever syncs do between its pages", async () => {
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
          await settled(tended);
          expect(found(tended, walk.entries)).toEqual(heldAt(tended, walk.asOf));
          expect(new Set(walk.entries.map(({ id }) => id)).size).toBe(walk.entries.length);

          // The same instant, asked for by name when everything has happened.
          if (walk.asOf !== BEGINNING) {
            const again = await walkList<ItemBody>(world, `/v1/items?at=${walk.asOf}`);
            if (again.asOf === walk.asOf) expect(again.entries).toEqual(walk.entries);
          }
          expect(world.errors).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  test("of the log, followed by polling, tells every change once and in order, and replays to every listing", async () => {
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
          await settled(tended);
          const asOf = await poll();
          const standing = [...replay.values()].filter(({ kind }) => kind !== "removed");
          expect(found(tended, standing)).toEqual(heldAt(tended, asOf));
          expect(world.errors).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  test("at the instant of every sync shows that sync's listing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), async (events) => {
        const world = newWorld();
        const tended = newTended();
        for (const each of events) await play(world, tended, each);
        await settled(tended);
        world.advance(LEASE_MS + 1);
        for (const { at } of tended.flatMap(({ snapshots }) => snapshots)) {
          const { entries, asOf } = await walkList<ItemBody>(world, `/v1/items?at=${at}&limit=1000`);
          expect(asOf).toBe(at);
          expect(found(tended, entries)).toEqual(heldAt(tended, at));
        }
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
