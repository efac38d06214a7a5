import { createHash } from "node:crypto";
import type { Scope, Target } from "./collection.ts";
import { ACCOUNT, ENTIRE_COLLECTION, keyOf } from "./collection.ts";
import { formatError, isInvalidCredentials, SyncError } from "./errors.ts";
import { type Edge, isStorableNode } from "./item.ts";
import { type EndPaths, type NodePaths, nodeOf, sameEnds } from "./node.ts";

/** A document in the form in which it is stored: as the SDK returns it, timestamps as ISO strings. */
export type Json<T> = T extends Date
  ? string
  : T extends readonly (infer U)[]
    ? Json<U>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T;

/** One answered request of a listing: its documents in the order listed, and how often the request was retried. */
export interface Page<Document = unknown> {
  readonly documents: readonly Document[];
  readonly retries: number;
  /** The answer had no list at all, as opposed to an empty one: it may not be the service's own, and shows no absence. */
  readonly listMissing?: true;
}

/** An IAM action that listing needs, and on what. */
export interface Grant {
  readonly action: string;
  /** The ARNs it is asked on; `*` when IAM knows no resource for the action. */
  readonly resources: (target: Target & { readonly partition: string }) => readonly string[];
}

/** The service that a source calls, by its IAM prefix: `iotmanagedintegrations`. CloudTrail's events name it as well. */
export function iamPrefixOf(source: Pick<Source, "grants">): string {
  return source.grants[0]?.action.split(":")[0] ?? "";
}

/** Settings for an SDK client, passed through unseen by the engine. */
export interface ConnectionSettings {
  readonly region: string;
  /** How far this machine's clock is ahead of the service's, by the last answer; not a setting of the client's. */
  readonly clockOffset?: () => number | undefined;
  /** The credentials are accepted in another region: where they are not known, the region is not enabled. Not a setting of the client's. */
  readonly acceptedElsewhere?: boolean;
  readonly [setting: string]: unknown;
}

/** Thrown by a listing when what it lists belongs to a parent that does not exist any more, as opposed to being empty. */
export class ParentNotFoundError extends Error {
  override readonly name = "ParentNotFoundError";
}

/** Of an operation that lists in ascending order of the first part of items' identities, the instant of their creation. */
export interface ListedByCreation {
  /** How often what is new is listed by itself, by an incremental sync. */
  readonly incrementalMinutes: number;
  /** How far an incremental sync reaches back before the newest stored item: what becomes visible later than that waits for a full sync. */
  readonly overlapMs: number;
}

/**
 * What a source is there for: `core`, the four operations that the inventory began with and what they need; `lineage`, what their edges
 * lead to; `all`, the rest. Each tier includes the ones before it.
 */
export const TIERS = ["core", "lineage", "all"] as const;
export type Tier = (typeof TIERS)[number];

/** Whose items a source's scopes belong to: each of them is one scope. */
export interface PlannedFrom {
  /** The id of the source that lists the parents. It has no plan itself. */
  readonly source: string;
  /** The scope of a parent's items; undefined of a parent whose items are not listed. Throws when the parent cannot be told. */
  readonly scopeOf: (document: unknown, target: Target) => Scope | undefined;
  /** Which parents' items are listed depends on more than which parents there are: a parent that is modified may change it. */
  readonly isSelective?: boolean;
}

/** What a source is, whatever it lists with. */
interface SourceMetadata {
  /** Unique, lower case, `service.things`. */
  readonly id: string;
  /** Service and operation as AWS writes them, for people: "SageMaker ListAssociations". */
  readonly operation: string;
  /** Everything that a sync of this source may do, and nothing else. */
  readonly grants: readonly Grant[];
  /** The regions in which the service is known to exist. */
  readonly regions: readonly string[];
  /** How often everything is listed, in minutes. */
  readonly intervalMinutes: number;
}

/** What has a default. */
interface SourceOptions {
  /**
   * Raise it whenever `identity`, `edges`, `node` or `ignoredPaths` change: the next sync compares what is stored item by item with what the new
   * declaration makes of it. 1 by default.
   */
  readonly version: number;
  /** The CloudTrail events, by name, after which another listing may find something else. */
  readonly events: readonly string[];
  /** Dotted paths of members that change without the resource changing; they do not count when documents are compared. */
  readonly ignoredPaths: readonly string[];
  /**
   * What edges lead to: `upstream`, what the item depends on, as a workspace on its bundle; or `downstream`, what depends on it, as a model
   * on its data. `downstream` by default.
   */
  readonly edgesLead: "upstream" | "downstream";
  /** `all` by default. */
  readonly tier: Tier;
}

/** What a source file declares. `Client` is its SDK client, `Document` what one listed item looks like in the SDK. */
export interface SourceDeclaration<Client, Document> extends SourceMetadata, Partial<SourceOptions> {
  /** Only of an operation that lists in ascending order of creation, when the first part of `identity` is the instant of creation. */
  readonly listedByCreation?: ListedByCreation;
  /** The parts of an item's identity in its collection, or undefined for a part that the document lacks. */
  readonly identity: (document: Json<Document>) => readonly (string | undefined)[];
  /** The item's own ARN, of a service whose items are always the caller's own: if all name another account, the credentials are that one's. */
  readonly ownArn?: (document: Json<Document>) => string | undefined;
  /** The relations that an item states; one that lacks an end is left out. */
  readonly edges?: (document: Json<Document>) => readonly { from?: string; to?: string; relation?: string }[];
  readonly connect: (settings: ConnectionSettings) => Client;
  readonly disconnect: (client: Client) => void;
  /**
   * Lists one scope, page by page; of a source listed by creation, what lies in `scope.range`, and at will a little more on either
   * side. Every page a listing has must be yielded, and any failure thrown: what returns normally is taken as complete. Throws
   * ParentNotFoundError when the scope's parent is gone.
   */
  readonly list: (client: Client, scope: Scope, signal: AbortSignal) => AsyncIterable<Page<Document>>;
  /** Names every scope there is, by listing; a source without a plan has one scope, everything. */
  readonly plan?: (client: Client, signal: AbortSignal, target: Target) => AsyncIterable<Scope>;
  /** Whose stored items name every scope there is. As long as they are not stored, `plan` does. */
  readonly plannedFrom?: PlannedFrom;
  /**
   * What an item is in a graph, and what it is called. Left out of what is a relation and nothing more. A change of what items are called
   * needs another SEARCH_INDEX_VERSION as well.
   */
  readonly node?: NodePaths;
  /** Of a relation, what its ends are called. */
  readonly ends?: EndPaths;
}

/** A source with its client type closed over. */
export interface Source extends SourceMetadata, SourceOptions {
  readonly listedByCreation: ListedByCreation | undefined;
  /** Whether its scopes are planned, so that one may be orphaned. */
  readonly planned: boolean;
  readonly plannedFrom: PlannedFrom | undefined;
  /** The item's key, or undefined when the document lacks a part of its identity. */
  readonly key: (document: unknown) => string | undefined;
  /** The account that the item's own ARN names; undefined where it has none, or may be another's. */
  readonly accountOf: (document: unknown) => string | undefined;
  /** The relations that the item states, of which both ends are there. */
  readonly edges: (document: unknown) => readonly Edge[];
  /** What the item can be found by in a graph: its names, its name for people, and the ends that it says are one. */
  readonly names: (document: unknown) => readonly string[];
  /** Where a document says what its item is in a graph; undefined of relations. */
  readonly nodePaths: NodePaths | undefined;
  /** Where a document says what its ends are called; undefined of things, and of relations that do not say. */
  readonly endPaths: EndPaths | undefined;
  readonly connect: (settings: ConnectionSettings) => Connection;
}

/** A source's open client in one target. */
export interface Connection {
  list(scope: Scope, signal: AbortSignal): AsyncIterable<Page>;
  plan(signal: AbortSignal, target: Target): AsyncIterable<Scope>;
  /** How far this machine's clock is ahead of the service's, ms, by the Date of its last answer; undefined before the first. */
  clockOffset(): number | undefined;
  close(): void;
}

/** Declares a source: one list operation, in one file. */
export function defineSource<Client, Document>(declaration: SourceDeclaration<Client, Document>): Source {
  const { id, operation, grants, regions, intervalMinutes, plan } = declaration;
  const { version = 1, events = [], ignoredPaths = [], edgesLead = "downstream", tier = "all" } = declaration;
  const edges = (document: unknown): Edge[] => {
    if (!declaration.edges || !isRecord(document)) return [];
    return declaration.edges(document as Json<Document>).flatMap(({ from, to, relation }) => {
      if (!isName(from) || !isName(to)) return [];
      return [isName(relation) ? { from, to, relation } : { from, to }];
    });
  };
  return {
    ...{ id, operation, grants, regions, intervalMinutes, version, events, ignoredPaths, edgesLead, tier },
    listedByCreation: declaration.listedByCreation,
    planned: plan !== undefined,
    plannedFrom: declaration.plannedFrom,
    key(document) {
      if (!isRecord(document)) return undefined;
      const parts = declaration.identity(document as Json<Document>);
      return parts.every(isName) ? keyOf(...parts) : undefined;
    },
    accountOf(document) {
      const arn = declaration.ownArn && isRecord(document) ? declaration.ownArn(document as Json<Document>) : undefined;
      const account = typeof arn === "string" ? arn.split(":")[4] : undefined;
      return account !== undefined && ACCOUNT.test(account) ? account : undefined;
    },
    edges,
    names(document) {
      const { names = [], name = "" } = (declaration.node && nodeOf(declaration.node, document)) ?? {};
      const all = [...names, name, ...edges(document).flatMap(sameEnds)];
      return [...new Set(all)].filter((each) => each !== "" && isStorableNode(each));
    },
    nodePaths: declaration.node,
    endPaths: declaration.ends,
    connect(settings) {
      const client = declaration.connect(settings);
      return {
        list: (scope, signal) => inEnabledRegion(operation, settings, declaration.list(client, scope, signal)),
        plan: (signal, target) =>
          inEnabledRegion(operation, settings, plan?.(client, signal, target) ?? entireCollection()),
        clockOffset: () => settings.clockOffset?.(),
        close: () => declaration.disconnect(client),
      };
    },
  };
}

/** What is listed; a region that does not know credentials which others accept is told as not enabled. */
async function* inEnabledRegion<T>(
  operation: string,
  { region, acceptedElsewhere }: ConnectionSettings,
  listed: AsyncIterable<T>,
): AsyncGenerator<T> {
  try {
    yield* listed;
  } catch (error) {
    if (!acceptedElsewhere || !isInvalidCredentials(error)) throw error;
    const remedy = `Enable it (aws account enable-region --region-name ${region}), or leave it out`;
    const said = formatError(error).replace(/\.$/, "");
    const message = `${operation} failed: ${said}, since the region ${region} is not enabled for this account. ${remedy}`;
    throw new SyncError("refused", message, { cause: error, hint: remedy });
  }
}

async function* entireCollection(): AsyncGenerator<Scope> {
  yield ENTIRE_COLLECTION;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** One answer of an SDK paginator. */
interface Answer {
  readonly $metadata: { readonly attempts?: number };
}

/** A service may give pages with nothing in them on the way to the next item, but hardly so many. */
const MAX_EMPTY_STREAK = 1_000;

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
  let emptyStreak = 0;
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
    emptyStreak = first !== undefined && isNew(surfaceOf(first), beginnings) ? 0 : emptyStreak + 1;
    if (emptyStreak > MAX_EMPTY_STREAK) {
      throw new SyncError(
        "malformed",
        `the service gave ${MAX_EMPTY_STREAK} pages in a row with nothing new, so the listing has no end: try again later`,
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
  if (documents === undefined || documents === null) return { documents: [], retries, listMissing: true };
  if (!Array.isArray(documents)) {
    throw new SyncError(
      "malformed",
      "the service answered with something else where its list of items belongs: check the endpoint, try again",
    );
  }
  return { documents, retries };
}
