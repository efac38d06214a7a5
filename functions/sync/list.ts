import { inRange, isRangeOfCreation, type KeyRange } from "../model/collection.ts";
import { SyncError, serviceError, toSingleLine } from "../model/errors.ts";
import { type Page, ParentNotFoundError } from "../model/source.ts";
import type { SyncJob } from "./job.ts";
import { isRejected, type ListedItem, parseItem, type RejectedItem } from "./parse-item.ts";
import { prefetch } from "./prefetch.ts";

/** One page of a listing, each of its documents parsed. */
export interface ListedPage {
  readonly items: readonly ListedItem[];
  readonly rejected: readonly RejectedItem[];
  /** The accounts that the items' own ARNs name. */
  readonly accounts: ReadonlySet<string>;
  readonly retries: number;
  /** The answer had no list at all, so that nothing can be concluded from what it lacks. */
  readonly listMissing: boolean;
}

/**
 * Lists a range of the job's scope, page by page, the next one requested ahead. Throws ParentNotFoundError when the scope's parent is gone
 * and SyncError for every other failure: what returns normally is the whole range.
 */
export async function* listRange(job: SyncJob, range: KeyRange, signal: AbortSignal): AsyncGenerator<ListedPage> {
  try {
    for await (const page of prefetch(job.connection.list({ id: job.scope.id, range }, signal))) {
      yield parsePage(job, range, page);
    }
  } catch (error) {
    if (error instanceof ParentNotFoundError || error instanceof SyncError) throw error;
    throw serviceError(job.source.operation, signal.aborted ? signal.reason : error);
  }
}

function parsePage(job: SyncJob, range: KeyRange, { documents, retries, listMissing }: Page): ListedPage {
  const items: ListedItem[] = [];
  const rejected: RejectedItem[] = [];
  for (const document of documents) {
    const parsed = parseItem(job.source, document);
    if (isRejected(parsed)) rejected.push(parsed);
    else if (inRange(range, parsed.key)) items.push(parsed);
    // A listing may reach beyond a range of creation. That is passed over.
    else if (!isRangeOfCreation(job.scope)) rejected.push(outsideScope(job.scope.id, parsed.key));
  }
  const accounts = new Set(documents.flatMap((document) => job.source.accountOf(document) ?? []));
  return { items, rejected, accounts, retries, listMissing: listMissing ?? false };
}

function outsideScope(scope: string, key: string): RejectedItem {
  return { reason: `an item outside scope ${scope} was listed: ${toSingleLine(key)}` };
}
