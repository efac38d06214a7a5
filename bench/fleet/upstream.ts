import { type Collection, collectionOf, partsOf } from "../../functions/model/collection.ts";
import type { Source } from "../../functions/model/source.ts";
import type { Random } from "../../test/sync/harness/random.ts";
import { START } from "../../test/sync/harness/simulation.ts";
import { type Document, sampleDocuments } from "./documents.ts";

/** The services of a fleet of accounts: what they list, and what changes in it. */

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** 17 that every account has, and 3 that are enabled. */
export const REGIONS = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "af-south-1", "il-central-1"],
  ...["eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "eu-south-1"],
  ...["ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
];

/** How what is in use changes. docs/scale.md says it in words. */
export const CHANGES = {
  /** Of targets. */
  inUse: 0.1,
  /** Time between two runs of pipelines in a target that is in use, and the share of those targets. */
  runsEvery: [
    { ms: HOUR_MS / 6, share: 0.1 },
    { ms: HOUR_MS, share: 0.3 },
    { ms: DAY_MS, share: 0.6 },
  ],
  associationsARun: 3,
  /** Of every other source that is listed in order of creation. */
  othersARun: 1,
  /** One association is deleted for so many that are added. */
  additionsARemoval: 50,
  /** Of every collection that is in use, beside those of lineage. */
  otherEveryMs: DAY_MS,
  /** Associations of a target in use: so many at least, and twice as many in half as many targets. */
  leastAssociations: 5,
  mostAssociations: 10_000,
} as const;

const ASSOCIATIONS = "sagemaker.associations";

interface Listed {
  readonly document: Document;
  /** When it was created, virtual time; and when it was removed. */
  readonly at: number;
  removedAt?: number;
}

/** Of each source of a target in use that is not listed in order of creation; and of each parent, where a source is listed for each. */
const OTHER_ITEMS = 3;
const ITEMS_A_PARENT = 2;

/** Something that a service has and the inventory has not. */
export interface PendingChange {
  readonly kind: "added" | "removed";
  readonly at: number;
  readonly hasHint: boolean;
  /** Another addition was less than an hour before: lineage that is in use. */
  readonly inUse: boolean;
}

/** One collection as it is at the service. Only what is in use has anything. */
export interface Upstream {
  readonly collection: Collection;
  readonly source: Source;
  readonly items: Listed[];
  readonly pending: PendingChange[];
  /** The changes that are to come or have been, in order of time. */
  readonly changes: Pick<PendingChange, "at" | "kind" | "inUse">[];
}

/** All collections, and which of them are in use. */
export interface Services {
  readonly collections: readonly { readonly collection: Collection; readonly source: Source }[];
  readonly inUse: ReadonlyMap<Collection, Upstream>;
  /** What is listed of a parent. */
  children(source: Source, collection: Collection, parent: string): readonly Document[];
  /** Makes a change of an upstream happen, at this time. */
  change(upstream: Upstream, kind: "added" | "removed", at: number): void;
}

/** Every second account sends its events. */
export function hasHints(account: string): boolean {
  return Number(account) % 2 === 1;
}

export interface ServicesOptions {
  readonly random: Random;
  readonly accounts: number;
  readonly sources: readonly Source[];
  /** The end, virtual time. */
  readonly until: number;
}

/** From a day before the beginning to the end. */
export async function createServices({ random, accounts, sources, until }: ServicesOptions): Promise<Services> {
  const documentOf = await sampleDocuments(sources);
  const collections: { collection: Collection; source: Source }[] = [];
  const inUse = new Map<Collection, Upstream>();
  let made = 0;
  const change: Services["change"] = ({ collection, source, items }, kind, at) => {
    made += 1;
    if (kind === "added") {
      const id = made.toString(16).padStart(12, "0");
      items.push({ document: documentOf({ source, target: partsOf(collection), id, createdAt: START + at }), at });
    } else {
      const present = items.find(({ removedAt }) => removedAt === undefined);
      if (present) present.removedAt = at;
    }
  };
  const children: Services["children"] = (source, collection, parent) =>
    Array.from({ length: ITEMS_A_PARENT }, (_, n) =>
      documentOf({ source, target: partsOf(collection), id: `${n}`, createdAt: START, parent }),
    );
  for (let n = 0; n < accounts; n += 1) {
    for (const region of REGIONS) {
      const target = { account: String(100_000_000_000 + n), region };
      const runs = random.chance(CHANGES.inUse) ? runsOf(random, until) : undefined;
      const associations = sizeOf(random);
      for (const source of sources) {
        if (!source.regions.includes(region)) continue;
        const collection = collectionOf(source.id, target);
        collections.push({ collection, source });
        if (!runs || source.planned) continue;
        const changes = source.listedByCreation ? changesOfRuns(random, source, runs) : otherChanges(random, until);
        const upstream = { collection, source, items: [], pending: [], changes };
        const size = source.listedByCreation ? Math.ceil(associations / perAssociation(source)) : OTHER_ITEMS;
        for (let item = 0; item < size; item += 1) change(upstream, "added", -2 * DAY_MS - (size - item) * 60_000);
        inUse.set(collection, upstream);
      }
    }
  }
  return { collections, inUse, children, change };
}

/** How many associations there are of a target in use. */
function sizeOf(random: Random): number {
  const { leastAssociations, mostAssociations } = CHANGES;
  return Math.min(mostAssociations, Math.floor(leastAssociations / (1 - random.next())));
}

function perAssociation({ id }: Source): number {
  return id === ASSOCIATIONS ? 1 : CHANGES.associationsARun / CHANGES.othersARun;
}

/** Times from a day before the beginning on, so far apart on average. */
function timesOf(random: Random, everyMs: number, until: number): number[] {
  const times: number[] = [];
  const next = () => Math.ceil(-Math.log(1 - random.next()) * everyMs);
  for (let at = next() - DAY_MS; at < until; at += next()) times.push(at);
  return times;
}

/** When pipelines run in a target. */
function runsOf(random: Random, until: number): number[] {
  const draw = random.next();
  const [often, hourly, daily] = CHANGES.runsEvery;
  const every = draw < often.share ? often : draw < often.share + hourly.share ? hourly : daily;
  return timesOf(random, every.ms, until);
}

function changesOfRuns(random: Random, { id }: Source, runs: readonly number[]): Upstream["changes"] {
  const changes: Upstream["changes"] = [];
  const added = id === ASSOCIATIONS ? CHANGES.associationsARun : CHANGES.othersARun;
  let before = Number.NEGATIVE_INFINITY;
  for (const at of runs) {
    const inUse = at - before < HOUR_MS;
    before = at;
    for (let n = 0; n < added; n += 1) changes.push({ at: at + n, kind: "added", inUse });
    if (id === ASSOCIATIONS && random.chance(added / CHANGES.additionsARemoval)) {
      changes.push({ at: at + added, kind: "removed", inUse });
    }
  }
  return changes;
}

function otherChanges(random: Random, until: number): Upstream["changes"] {
  return timesOf(random, CHANGES.otherEveryMs, until).map((at) => ({ at, kind: "added", inUse: false }));
}
