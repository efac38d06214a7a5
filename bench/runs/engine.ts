import { hash } from "node:crypto";
import { systemClock } from "../../functions/model/clock.ts";
import { collectionOf, WHOLE } from "../../functions/model/collection.ts";
import type { Page } from "../../functions/model/source.ts";
import { sagemakerAssociations } from "../../functions/sources/sagemaker/associations.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import { DEFAULT_GUARD } from "../../functions/sync/guard.ts";
import type { SyncJob } from "../../functions/sync/job.ts";
import { DEFAULT_LEASE_MS } from "../../functions/sync/lease.ts";
import { syncScope } from "../../functions/sync/sync.ts";
import { seededRandom } from "../../simulator/random.ts";
import { seedLineage } from "../../simulator/seed/lineage.ts";
import { ACCOUNT, REGION } from "../processes/account.ts";
import { measured } from "./measured.ts";

const PAGE = 100;

/** CPU milliseconds of one turn: of parsing the pages' texts, and of the engine finding out that nothing has changed. */
export interface EngineTurn {
  readonly parsing: number;
  /** By the digest. */
  readonly byDigest: number;
  /** Item by item with the stored index, as beyond the look-ahead. */
  readonly byIndex: number;
  /** Of only writing the documents as JSON, as they are; and of only hashing these texts. */
  readonly writing: number;
  readonly hashing: number;
}

/**
 * The engine's work on listed pages, which it is given as documents in memory, on a store in memory, against JSON.parse of the
 * same pages. All of a sync is in it that is not listing.
 */
export async function compareEngineWithParsing(items: number, turns: number): Promise<EngineTurn[]> {
  const associations = seedLineage(
    seededRandom(items),
    { accountId: ACCOUNT, region: REGION },
    Date.UTC(2026, 0, 1),
    items,
  );
  const texts: string[] = [];
  for (let from = 0; from < items; from += PAGE) {
    const AssociationSummaries = associations
      .slice(from, from + PAGE)
      .map((item) => ({ ...item, CreationTime: item.CreationTime / 1000 }));
    texts.push(JSON.stringify({ AssociationSummaries }));
  }
  const pages = texts.map(pageOfText);
  const documents = pages.flatMap((page) => page.documents);
  const store = memoryStore();
  const job: SyncJob = {
    source: sagemakerAssociations,
    collection: collectionOf(sagemakerAssociations.id, { account: ACCOUNT, region: REGION }),
    scope: WHOLE,
    connection: {
      async *list() {
        yield* pages;
      },
    },
  };
  const sync = async (lookAhead?: number) => {
    const record = await syncScope(
      {
        store,
        clock: systemClock,
        holder: () => "bench",
        leaseMs: DEFAULT_LEASE_MS,
        guard: DEFAULT_GUARD,
        signal: new AbortController().signal,
        ...(lookAhead !== undefined && { lookAhead }),
      },
      job,
    );
    if (record?.outcome !== "complete") throw new Error(`the sync ended ${record?.outcome}`);
  };
  await sync();
  const results: EngineTurn[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const parsing = await measured(async () => {
      for (const text of texts) JSON.parse(text);
    });
    const byDigest = await measured(() => sync());
    const byIndex = await measured(() => sync(0));
    const writing = await measured(async () => documents.map((document) => JSON.stringify(document)));
    const hashing = await measured(async () => {
      for (const text of writing.result) hash("sha256", text, "buffer");
    });
    results.push({
      parsing: parsing.cpuMs,
      byDigest: byDigest.cpuMs,
      byIndex: byIndex.cpuMs,
      writing: writing.cpuMs,
      hashing: hashing.cpuMs,
    });
  }
  return results;
}

/** The page as the source's listing gives it: its documents as they were sent. */
function pageOfText(text: string): Page {
  const { AssociationSummaries } = JSON.parse(text) as { AssociationSummaries: object[] };
  return { documents: AssociationSummaries, retries: 0 };
}
