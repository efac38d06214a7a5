import { inRange, isRangeOfCreation, type KeyRange } from "../model/collection.ts";
import { SyncError, serviceError, toSingleLine } from "../model/errors.ts";
import { type Page, ParentNotFoundError } from "../model/source.ts";
import type { SyncJob } from "./job.ts";
import { isRejected, type ListedItem, parseItem, type RejectedItem } from "./parse-item.ts";
import { prefetch } from "./prefetch.ts";

/** What is listed, each document parsed. */
export interface ParsedDocuments {
  readonly items: readonly ListedItem[];
  readonly rejected: readonly RejectedItem[];
  /** The accounts that the items' own ARNs name. */
  readonly accounts: ReadonlySet<string>;
}

/** Documents parsed at a time. V8 treats objects that live as long as a large page as long-lived, and collects them late. */
const PARSED_AT_ONCE = 50;

/**
 * Lists a range of the job's scope, page by page, the next one requested ahead. Throws ParentNotFoundError when the scope's parent is gone
 * and SyncError for every other failure: what returns normally is the whole range.
 */
export async function* listRange(job: SyncJob, range: KeyRange, signal: AbortSignal): AsyncGenerator<Page> {
  try {
    yield* prefetch((ended) => job.connection.list({ id: job.scope.id, range }, ended), signal);
  } catch (error) {
    if (error instanceof ParentNotFoundError || error instanceof SyncError) throw error;
    throw serviceError(job.source.operation, signal.aborted ? signal.reason : error);
  }
}

/** Parses a page of a range of the job's scope, part by part; nothing of an empty one. */
export function* parseDocuments(
  job: SyncJob,
  range: KeyRange,
  documents: readonly unknown[],
): Generator<ParsedDocuments, void> {
  for (let from = 0; from < documents.length; from += PARSED_AT_ONCE) {
    yield parsePart(job, range, documents.slice(from, from + PARSED_AT_ONCE));
  }
}

function parsePart(job: SyncJob, range: KeyRange, documents: readonly unknown[]): ParsedDocuments {
  const items: ListedItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const document of documents) {
    const parsed = parseItem(job.source, document);
    if (isRejected(parsed)) rejected.push(parsed);
    else if (inRange(range, parsed.key)) items.push(parsed);
    // A listing may reach beyond a range of creation. That is passed over.
    else if (!isRangeOfCreation(job.scope)) rejected.push(outsideScope(job.scope.id, parsed.key));
  }
  return { items, rejected, accounts: new Set(documents.flatMap((document) => job.source.accountOf(document) ?? [])) };
}

function outsideScope(scope: string, key: string): RejectedItem {
  return { reason: `an item outside scope ${scope} was listed: ${toSingleLine(key)}` };
}
