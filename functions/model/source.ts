import { createHash } from "node:crypto";
import { askAhead } from "../sync/read-ahead.ts";
import type { Scope, Target } from "./collection.ts";
import { keyOf, WHOLE } from "./collection.ts";
import { SyncError } from "./errors.ts";

/** A document in the form in which it is stored: as the SDK returns it, timestamps as ISO strings. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Json<U>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

/** One answered request of a listing: its documents as the source lists them, in their order, and how often it was retried. */
export interface Page<Document = unknown> {
  readonly documents: readonly Document[];
  readonly retries: number;
  /** The answer had no list at all, as opposed to an empty one: it may not be the service's own, and shows no absence. */
  readonly listless?: true;
}

/** A directed relation that an item states. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation?: string;
}

/** An IAM action that listing needs, and on what. */
export interface Grant {
  readonly action: string;
  /** The ARNs it is asked on; `*` when IAM knows no resource for the action. */
  readonly resources: (target: Target & { readonly partition: string }) => readonly string[];
}

/** The service that a source calls, by its IAM prefix: sources of one service share its rate limits. */
export function serviceOf(source: Pick<Source, "grants">): string {
  return source.grants[0]?.action.split(":")[0] ?? "";
}

/** How documents are read that a source lists as its service sent them. */
export interface AsSent<Document> {
  /** What the SDK makes of such a document; throws when it is not of its shape. */
  readonly read: (sent: unknown) => Document;
  /** Tells one version of the shape from another. */
  readonly shape: string;
}

/** Where the caller's settings for an SDK client pass through, unseen by the engine. */
export interface ConnectionSettings {
  readonly region: string;
  readonly [setting: string]: unknown;
}

/** A listing that found out that what it lists has itself been removed, as opposed to being empty. */
export class ParentRemoved extends Error {
  override readonly name = "ParentRemoved";
}

/** How often the newest part of an ascending listing is listed, and how far back it reaches behind the newest known item. */
export interface Ascending {
  readonly tailEveryMinutes: number;
  readonly overlapMs: number;
}

/** What a source file declares. `Client` is its SDK client, `Document` what one listed item looks like in the SDK. */
export interface SourceDeclaration<Client, Document> {
  /** Unique, lower case, `service.things`. */
  readonly id: string;
  /** Service and operation as AWS writes them, for people: "SageMaker ListAssociations". */
  readonly operation: string;
  /** Everything that a sync of this source may do, and nothing else. */
  readonly grants: readonly Grant[];
  /** The regions in which the service is known to exist. */
  readonly regions: readonly string[];
  /** How often the whole is listed, in minutes. */
  readonly everyMinutes: number;
  /**
   * Of an operation that lists in ascending order of the first part of items' identities, which is the instant of their
   * creation: such a listing can be cut into windows, and its newest part listed by itself.
   */
  readonly ascending?: Ascending;
  /** Dotted paths of members that change without the resource changing; they do not count when content is compared. */
  readonly volatile?: readonly string[];
  /** The parts of an item's identity in its collection, or undefined when the document lacks one of them. */
  readonly identity: (document: Json<Document>) => readonly (string | undefined)[];
  readonly edge?: (document: Json<Document>) => { from?: string; to?: string; relation?: string };
  /** Of a source whose pages hold documents as they were sent, because making the SDK's objects of all of a long listing takes its time. */
  readonly asSent?: AsSent<Document>;
  readonly connect: (settings: ConnectionSettings) => Client;
  readonly disconnect: (client: Client) => void;
  /**
   * Lists one scope whole, page by page; of an ascending source, what lies in `scope.range`, which may be a window of the
   * scope, and at will a little more on either side. Every page a listing has must be yielded, and any failure thrown: what
   * returns normally is taken as complete. Throws ParentRemoved when the scope itself is gone.
   */
  readonly list: (client: Client, scope: Scope, signal: AbortSignal) => AsyncIterable<Page<unknown>>;
  /** Names every scope there is; a source without a plan has one scope, everything. */
  readonly plan?: (client: Client, signal: AbortSignal) => AsyncIterable<Scope>;
}

/** A source with its client type closed over. */
export interface Source {
  readonly id: string;
  readonly operation: string;
  readonly grants: readonly Grant[];
  readonly regions: readonly string[];
  readonly everyMinutes: number;
  readonly ascending: Ascending | undefined;
  /** Whether its scopes are planned, so that one may vanish. */
  readonly planned: boolean;
  readonly volatile: readonly string[];
  /** Tells one version of what makes items of documents from another: their shape, their identity and what does not count in them. */
  readonly rules: string;
  /** A listed document in the form in which it is stored; throws when it was listed as sent and is not of its shape. */
  readonly read: (listed: unknown) => unknown;
  /** The item's key, or undefined when the document lacks a part of its identity. */
  readonly key: (document: unknown) => string | undefined;
  /** The relation that the item states, when both ends are there. */
  readonly edge: (document: unknown) => Edge | undefined;
  readonly connect: (settings: ConnectionSettings) => Connection;
}

/** A source's open client in one target. */
export interface Connection {
  list(scope: Scope, signal: AbortSignal): AsyncIterable<Page>;
  plan(signal: AbortSignal): AsyncIterable<Scope>;
  close(): void;
}

/** Declares a source: one list operation, in one file. */
export function defineSource<Client, Document>(declaration: SourceDeclaration<Client, Document>): Source {
  const { id, operation, grants, regions, everyMinutes, plan, asSent } = declaration;
  return {
    id,
    operation,
    grants,
    regions,
    everyMinutes,
    ascending: declaration.ascending,
    planned: plan !== undefined,
    volatile: declaration.volatile ?? [],
    rules: JSON.stringify([id, declaration.volatile ?? [], String(declaration.identity), asSent?.shape]),
    read: (listed) => (asSent ? withTimesWritten(asSent.read(listed)) : listed),
    key(document) {
      if (!isRecord(document)) return undefined;
      const parts = declaration.identity(document as Json<Document>);
      return parts.every((part): part is string => typeof part === "string" && part !== "")
        ? keyOf(...parts)
        : undefined;
    },
    edge(document) {
      if (!declaration.edge || !isRecord(document)) return undefined;
      const { from, to, relation } = declaration.edge(document as Json<Document>);
      if (!isName(from) || !isName(to)) return undefined;
      return isName(relation) ? { from, to, relation } : { from, to };
    },
    connect(settings) {
      const client = declaration.connect(settings);
      return {
        list: (scope, signal) => askAhead(declaration.list(client, scope, signal)),
        plan: (signal) => plan?.(client, signal) ?? wholeCollection(),
        close: () => declaration.disconnect(client),
      };
    },
  };
}

async function* wholeCollection(): AsyncGenerator<Scope> {
  yield WHOLE;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value with its timestamps written as JSON writes them. */
function withTimesWritten(value: unknown): unknown {
  if (value instanceof Date) return value.toJSON();
  if (Array.isArray(value)) return value.map(withTimesWritten);
  if (!isRecord(value)) return value;
  const members = value as Record<string, unknown>;
  for (const name in members) if (typeof members[name] === "object") members[name] = withTimesWritten(members[name]);
  return members;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** One answer of an SDK paginator. */
interface Answer {
  readonly $metadata: { readonly attempts?: number };
}

/** A service may give pages with nothing in them on the way to the next item, but hardly so many. */
const BARREN_PAGES = 1_000;

/**
 * The pages of an SDK paginator as the engine takes them. Fails when a token comes again: the paginators' own reaction
 * is to go round for ever, or with `stopOnSameToken` to end as if the listing were complete. Fails as well when page
 * after page brings nothing new, each with another token: such a listing has no end.
 */
export async function* pagesOf<Output extends Answer, Document>(
  paginator: AsyncIterable<Output>,
  documentsOf: (answer: Output) => readonly Document[] | undefined,
  tokenOf: (answer: Output) => string | undefined,
): AsyncGenerator<Page<Document>> {
  const tokens = new Set<string>();
  const beginnings = new Set<string>();
  let barren = 0;
  for await (const answer of paginator) {
    const token: unknown = tokenOf(answer) ?? "";
    if (typeof token !== "string") {
      throw new SyncError("malformed", "the service gave a page token that is not text: check the endpoint, try again");
    }
    if (token !== "" && !isNew(token, tokens)) {
      throw new SyncError(
        "malformed",
        "the service repeated a page token, so the listing cannot be complete: try again later",
      );
    }
    const page = pageOf<Document>(answer, documentsOf(answer));
    const [first] = page.documents;
    barren = first !== undefined && isNew(surfaceOf(first), beginnings) ? 0 : barren + 1;
    if (barren > BARREN_PAGES) {
      throw new SyncError(
        "malformed",
        `the service gave ${BARREN_PAGES} pages in a row with nothing new, so the listing has no end: try again later`,
      );
    }
    yield page;
  }
}

/** Whether a text is not in the set of digests yet; it is from then on. */
function isNew(text: string, digests: Set<string>): boolean {
  const digest = createHash("sha256").update(text).digest("base64url");
  const known = digests.has(digest);
  digests.add(digest);
  return !known;
}

/** What tells documents apart, at their surface: they may nest deeper than a whole comparison could go. */
function surfaceOf(document: unknown): string {
  if (!isRecord(document)) return typeof document === "object" ? "" : String(document);
  return JSON.stringify(Object.entries(document).filter(([, member]) => typeof member !== "object"));
}

/** The page of an operation's single answer. */
export function pageOf<Document>(answer: Answer, documents: readonly Document[] | undefined): Page<Document> {
  const retries = Math.max(0, (answer.$metadata.attempts ?? 1) - 1);
  if (documents === undefined || documents === null) return { documents: [], retries, listless: true };
  if (!Array.isArray(documents)) {
    throw new SyncError(
      "malformed",
      "the service answered with something else where its list of items belongs: check the endpoint, try again",
    );
  }
  return { documents, retries };
}

/** Deeper documents would exhaust the stack of those who read them; AWS documents nest less than ten deep. */
export const MAX_DEPTH = 200;
