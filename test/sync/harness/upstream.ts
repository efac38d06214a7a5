import {
  type Collection,
  collectionOf,
  creationOf,
  ENTIRE_COLLECTION,
  type Scope,
  scopeOfFirstPart,
} from "../../../functions/model/collection.ts";
import { instantOf } from "../../../functions/model/instant.ts";
import type { Edge } from "../../../functions/model/item.ts";
import { defineSource, type Source } from "../../../functions/model/source.ts";
import type { Random } from "./random.ts";
import { START } from "./simulation.ts";

/** What an item holds that counts; everything else about it is the same or ignored. */
export type Value = number;

/** How a collection is listed: as one scope; in scopes that a plan names; or in order of creation. */
export type CollectionKind = "whole" | "planned" | "created";

/** A document of the service. */
export interface Thing {
  readonly Scope?: string;
  readonly Id?: string;
  readonly Value?: Value;
  readonly Noise?: number;
  readonly Deep?: unknown;
}

/** A collection as it is at the service. */
export interface Upstream {
  readonly collection: Collection;
  readonly kind: CollectionKind;
  /** The scopes that the service ever had; of what is listed by creation there are others. */
  readonly scopes: readonly Scope[];
  /** Sort key to value. */
  readonly items: Map<string, Value>;
  /** When each item becomes visible, epoch ms; at once unless it is here. */
  readonly visibleFrom: Map<string, number>;
  /** Ids of the scopes whose parent is gone. */
  readonly gone: Set<string>;
}

const KEYS = 6;
/** How late an item may become visible after its creation. */
export const OVERLAP_MS = 4_000;

export function createUpstream(n: number, kind: CollectionKind, scopes: number): Upstream {
  const collection = collectionOf(`${kind}.things${n}`, { account: `${123456789012 + n}`, region: "eu-west-1" });
  const planned = Array.from({ length: scopes }, (_, s) => scopeOfFirstPart(`s${s}`));
  return {
    ...{ collection, kind, scopes: kind === "planned" ? planned : [ENTIRE_COLLECTION] },
    ...{ items: new Map(), visibleFrom: new Map(), gone: new Set() },
  };
}

/** Something changes at the service; `now` is its time, epoch ms. */
export function drift(random: Random, upstream: Upstream, now: number): void {
  if (upstream.kind === "created") driftCreated(random, upstream, now);
  else driftKeyed(random, upstream);
}

function driftKeyed(random: Random, { scopes, items, gone, kind }: Upstream): void {
  const scope = random.pick(scopes)?.id ?? "";
  const keys = Array.from({ length: KEYS }, (_, k) => `${scope}#${k}`);
  const key = random.pick(keys) ?? "";
  const draw = random.next();
  if (draw < 0.35) items.delete(key);
  else if (draw < 0.9) items.set(key, random.integer(0, 2));
  else if (draw < 0.94) for (const each of keys) items.delete(each);
  else if (draw < 0.97 && kind === "planned") {
    if (!gone.delete(scope)) gone.add(scope);
  } else for (const each of keys) items.set(each, random.integer(0, 2));
}

function driftCreated(random: Random, { items, visibleFrom }: Upstream, now: number): void {
  const known = random.pick([...items.keys()]);
  const draw = random.next();
  if (known !== undefined && draw < 0.2) items.delete(known);
  else if (known !== undefined && draw < 0.35) items.set(known, random.integer(0, 2));
  else if (draw < 0.38) items.clear();
  else {
    const created = instantOf(Math.floor(now / 500) * 500);
    const key = `${created}#${random.integer(0, 2)}`;
    items.set(key, random.integer(0, 2));
    visibleFrom.set(key, now + random.pick([0, 0, 0, 1, OVERLAP_MS - 600]));
  }
}

/** The first items of a collection, older than everything that happens. */
export function populate(random: Random, upstream: Upstream): void {
  const { kind, scopes, items } = upstream;
  if (kind === "created") {
    const count = random.integer(0, 10);
    for (let n = 0; n < count; n += 1) {
      const created = instantOf(START - 60_000 + 5_000 * random.integer(0, 10));
      items.set(`${created}#${random.integer(0, 1)}`, random.integer(0, 2));
    }
    return;
  }
  for (let n = 0; n < 6 * scopes.length; n += 1) driftKeyed(random, upstream);
}

/** Keys that are listed in a range at this time, in order. */
export function visibleKeys({ items, visibleFrom, gone, kind }: Upstream, now: number): string[] {
  return [...items.keys()]
    .filter((key) => (visibleFrom.get(key) ?? 0) <= now && !(kind === "planned" && gone.has(creationOf(key))))
    .sort();
}

/** The relations that an item of this value has, by the rules of this version of the source. */
export function edgesOfThing(key: string, value: Value, version: number): Edge[] {
  const relation = `Has${version}`;
  return [0, 1].slice(0, value).map((n) => ({ from: key, to: `node ${n}`, relation }));
}

/** A declaration of the collection's source; from version to version its items' relations have other names. */
export function sourceOf({ kind, collection }: Upstream, version: number): Source {
  const source = defineSource<object, Thing>({
    id: collection.split("/")[0] ?? "",
    version,
    operation: "Test ListThings",
    grants: [{ action: "test:ListThings", resources: () => ["*"] }],
    regions: ["eu-west-1"],
    intervalMinutes: 60,
    ...(kind === "created" && { listedByCreation: { incrementalMinutes: 5, overlapMs: OVERLAP_MS } }),
    ignoredPaths: ["Noise"],
    identity: ({ Scope, Id }) => [Scope, Id],
    edges: ({ Scope, Id, Value = 0 }) => edgesOfThing(`${Scope}#${Id}`, Value, version),
    connect: () => ({}),
    disconnect: () => undefined,
    list: () => {
      throw new Error("the harness lists");
    },
    ...(kind === "planned" && {
      plan: () => {
        throw new Error("the harness plans");
      },
    }),
  });
  return source;
}

/** What counts of a stored document. */
export function valueIn(document: string): Value {
  return (JSON.parse(document) as Thing).Value ?? 0;
}
