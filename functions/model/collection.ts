/** An account and region that is inventoried. */
export interface Target {
  readonly account: string;
  readonly region: string;
}

/** An AWS account's id: twelve digits. */
export const ACCOUNT = /^\d{12}$/;
/** A region's name in any partition, such as `eu-west-1`, `us-gov-west-1` or `eusc-de-east-1`. */
export const REGION = /^[a-z]{2,10}(?:-[a-z]{1,20}){1,4}-\d{1,3}$/;
/** A source's id, such as `sagemaker.associations`. */
export const SOURCE_ID = /^(?=.{1,100}$)[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*$/;

/** One source in one target, and the partition key of every table: `sagemaker.associations/123456789012/eu-west-1`. */
export type Collection = string;

export interface CollectionParts extends Target {
  readonly source: string;
}

export function collectionOf(source: string, target: Target): Collection {
  return `${source}/${target.account}/${target.region}`;
}

export function partsOf(collection: Collection): CollectionParts {
  const [source, account, region, ...rest] = collection.split("/");
  if (!source || !account || !region || rest.length > 0) throw new Error(`"${collection}" is not a collection`);
  return { source, account, region };
}

/**
 * The service of a source, or of a collection: what its id begins with, as `sagemaker` of `sagemaker.associations`. Sources of one service
 * share its rate limits, a function, and a partition of collection records.
 */
export function serviceOf(id: string): string {
  return /^[^./]*/.exec(id)?.[0] ?? "";
}

/**
 * A contiguous range of a collection's sort keys, ordered by their UTF-8 bytes as DynamoDB orders them: from `from`
 * (inclusive) until `until` (exclusive). An absent bound is open.
 */
export interface KeyRange {
  readonly from?: string;
  readonly until?: string;
}

/** The part of a collection that one sync lists whole. */
export interface Scope {
  /** Unique in the collection and stable from plan to plan. */
  readonly id: string;
  readonly range: KeyRange;
}

/** The scope of a collection that is always listed whole, and the first of one that is listed by creation. */
export const ENTIRE_COLLECTION: Scope = { id: "all", range: {} };

/** The scope in whose name a plan that failed is recorded; no source may use it for a scope. */
export const PLAN = "plan";

/** The scope of what was created from an instant on, where the last closed scope ends: open, until it is closed itself. */
export function scopeFrom(instant: string): Scope {
  return { id: `from:${instant}`, range: { from: instant } };
}

/** Where a scope of what was created from an instant on begins, by its id; undefined of any other scope. */
export function creationStart(id: string): string | undefined {
  return id.startsWith("from:") ? id.slice("from:".length) : undefined;
}

/** Whether a scope is a range of creation time, or of what was ever divided into such ranges. */
export function isRangeOfCreation({ id }: Scope): boolean {
  return id === ENTIRE_COLLECTION.id || id.startsWith("from:");
}

/** The part of a key that a listing by creation is ordered by: the instant of creation. */
export function creationOf(key: string): string {
  const end = key.indexOf("#");
  return end === -1 ? key : key.slice(0, end);
}

/** Joins the parts of an item's identity into its sort key: `#` between them, `#` and `%` inside them escaped. */
export function keyOf(...parts: string[]): string {
  return parts.map((part) => part.replaceAll("%", "%25").replaceAll("#", "%23")).join("#");
}

/** The scope of all items whose key begins with the given part: one image and its associations, say. */
export function scopeOfFirstPart(part: string): Scope {
  const first = keyOf(part);
  return { id: part, range: { from: `${first}#`, until: `${first}$` } };
}

/** Orders keys as DynamoDB does, by their UTF-8 bytes (JavaScript's own order differs beyond the Basic Plane). */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The key that follows directly on another. */
export function successor(key: string): string {
  return `${key}\u0000`;
}

export function inRange(range: KeyRange, key: string): boolean {
  if (range.from !== undefined && compareKeys(key, range.from) < 0) return false;
  return range.until === undefined || compareKeys(key, range.until) < 0;
}
