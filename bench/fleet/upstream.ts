import { type Collection, collectionOf, partsOf } from "../../functions/model/collection.ts";
import type { Source } from "../../functions/model/source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Random } from "../../test/sync/harness/random.ts";
import { START } from "../../test/sync/harness/simulation.ts";

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
  /** One association is deleted for so many that are added. */
  additionsARemoval: 50,
  /** Of every collection that is in use, beside those of lineage. */
  otherEveryMs: DAY_MS,
  /** Associations of a target in use: so many at least, and twice as many in half as many targets. */
  leastAssociations: 5,
  mostAssociations: 10_000,
} as const;

type Document = Readonly<Record<string, unknown>>;

interface Listed {
  readonly document: Document;
  /** When it was created, virtual time; and when it was removed. */
  readonly at: number;
  removedAt?: number;
}

/** Memberships, account associations and images of a target in use; each image has two applications. */
const OTHER_ITEMS = 3;

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
  /** Makes a change of an upstream happen, at this time. */
  change(upstream: Upstream, kind: "added" | "removed", at: number): void;
}

/** What the fleet has inventoried. */
export const FLEET_SOURCES = SOURCES.filter(({ tier }) => tier === "core");

/** Every second account sends its events. */
export function hasHints(account: string): boolean {
  return Number(account) % 2 === 1;
}

/** From a day before the beginning to the end, `until` on virtual time. */
export function createServices(random: Random, accounts: number, until: number): Services {
  const collections: { collection: Collection; source: Source }[] = [];
  const inUse = new Map<Collection, Upstream>();
  let made = 0;
  const change = ({ collection, items }: Upstream, kind: "added" | "removed", at: number) => {
    made += 1;
    if (kind === "added") items.push({ document: documentOf(collection, made, at), at });
    else {
      const present = items.find(({ removedAt }) => removedAt === undefined);
      if (present) present.removedAt = at;
    }
  };
  for (let n = 0; n < accounts; n += 1) {
    for (const region of REGIONS) {
      const target = { account: String(100_000_000_000 + n), region };
      const isUsed = random.chance(CHANGES.inUse);
      for (const source of FLEET_SOURCES) {
        if (!source.regions.includes(region)) continue;
        const collection = collectionOf(source.id, target);
        collections.push({ collection, source });
        if (!isUsed || source.planned) continue;
        const upstream = { collection, source, items: [], pending: [], changes: changesOf(random, source, until) };
        const size = sizeOf(random, source);
        for (let item = 0; item < size; item += 1) change(upstream, "added", -2 * DAY_MS - (size - item) * 60_000);
        inUse.set(collection, upstream);
      }
    }
  }
  return { collections, inUse, change };
}

function sizeOf(random: Random, { id }: Source): number {
  const { leastAssociations, mostAssociations } = CHANGES;
  if (id !== "sagemaker.associations") return OTHER_ITEMS;
  return Math.min(mostAssociations, Math.floor(leastAssociations / (1 - random.next())));
}

function changesOf(random: Random, { id }: Source, until: number): Upstream["changes"] {
  const draw = random.next();
  const [often, hourly, daily] = CHANGES.runsEvery;
  const isLineage = id === "sagemaker.associations";
  const lineageMs = draw < often.share ? often.ms : draw < often.share + hourly.share ? hourly.ms : daily.ms;
  const everyMs = isLineage ? lineageMs : CHANGES.otherEveryMs;
  const changes: Upstream["changes"] = [];
  const next = () => Math.ceil(-Math.log(1 - random.next()) * everyMs);
  let before = Number.NEGATIVE_INFINITY;
  for (let at = next() - DAY_MS; at < until; at += next()) {
    const inUse = isLineage && at - before < HOUR_MS;
    before = at;
    const added = isLineage ? CHANGES.associationsARun : 1;
    for (let n = 0; n < added; n += 1) changes.push({ at: at + n, kind: "added", inUse });
    if (isLineage && random.chance(added / CHANGES.additionsARemoval)) {
      changes.push({ at: at + added, kind: "removed", inUse });
    }
  }
  return changes;
}

function documentOf(collection: Collection, n: number, at: number): Document {
  const { source, account, region } = partsOf(collection);
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const id = n.toString(16).padStart(12, "0");
  switch (source) {
    case "sagemaker.associations":
      return {
        SourceArn: arn("sagemaker", `artifact/${id}`),
        DestinationArn: arn("sagemaker", `action/train-${Math.floor(n / 3)}`),
        AssociationType: "ContributedTo",
        SourceType: "DataSet",
        DestinationType: "Training",
        CreationTime: new Date(START + at),
      };
    case "cleanrooms.memberships":
      return {
        arn: arn("cleanrooms", `membership/${id}`),
        id,
        collaborationArn: arn("cleanrooms", `collaboration/${id}`),
        collaborationName: `collaboration ${id}`,
        status: "ACTIVE",
        createTime: new Date(START + at),
      };
    case "iot.account-associations":
      return {
        AccountAssociationId: id,
        Arn: arn("iotmanagedintegrations", `account-association/${id}`),
        AssociationState: "ASSOCIATION_SUCCEEDED",
        ConnectorDestinationId: `destination-${id}`,
        Name: `home ${id}`,
      };
    case "workspaces.images":
      return { ImageId: `wsi-${id}`, Name: `image ${id}`, State: "AVAILABLE" };
    default:
      throw new Error(`${source} is listed for each parent`);
  }
}
