import autocannon from "autocannon";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type RunTarget, runSyncs } from "../../cli/run.ts";
import { settingsFrom } from "../../cli/settings.ts";
import { openStore } from "../../cli/store.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { FIVE_SOURCES, TARGET } from "./cli.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { type ApiChange, type ApiItem, replayed, type Serving, startServing, walk } from "./serving.ts";
import { useWorld } from "./world.ts";

/*
 * The API under load while syncs run without a pause: nothing fails, and every walk sees exactly what the syncs that were complete at its
 * instant listed.
 */

const REQUESTS = 800;
const CONNECTIONS = 6;
const UNWATCHED = {
  started: () => undefined,
  planned: () => undefined,
  progress: () => undefined,
  scopeDone: () => undefined,
  done: () => undefined,
};

const world = useWorld({ associations: 600 });
let serving: Serving;
beforeEach(async () => {
  serving = await startServing(world().env);
});
afterEach(() => serving.stop());

/** What was listed of a scope by the syncs that completed, each at its instant. */
type Listings = Map<string, { readonly at: string; readonly documents: readonly unknown[] }[]>;

/** Syncs the five sources once and notes what was listed. */
async function syncOnce(store: Awaited<ReturnType<typeof openStore>>, listings: Listings): Promise<void> {
  const client = {
    region: TARGET.region,
    endpoint: world().simulator.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  const sources = SOURCES.filter(({ id }) => FIVE_SOURCES.includes(id));
  const targets: RunTarget[] = sources.map((source) => ({ source, account: TARGET.account, client }));
  const listed = listedBy(world().account);
  const results = await runSyncs(store, targets, { signal: new AbortController().signal, observer: UNWATCHED });
  for (const { collection, scopes, failure } of results) {
    expect(failure).toBeUndefined();
    const source = collection.split("/")[0] ?? "";
    for (const { scope, result } of scopes) {
      if (result.status === "skipped") throw new Error(`${collection} was skipped: ${result.reason}`);
      expect(result.record.outcome).toBe("complete");
      const { at } = result.record;
      // It found what is stored.
      if (at === undefined) continue;
      const documents = (listed[source] ?? []).filter((document) => inScope(source, scope, document));
      const key = `${source} ${scope}`;
      listings.set(key, [...(listings.get(key) ?? []), { at, documents }]);
    }
  }
}

function inScope(source: string, scope: string, document: unknown): boolean {
  return source !== "workspaces.image-associations" || (document as { ImageId: string }).ImageId === scope;
}

/** What all sources must be read as at an instant. */
function listedAt(listings: Listings, instant: string): unknown[] {
  return [...listings.values()].flatMap((ofScope) => ofScope.findLast(({ at }) => at <= instant)?.documents ?? []);
}

test("under load, while syncs run, no request fails and every walk shows the listing of one instant", async () => {
  const { origin } = serving;
  const listings: Listings = new Map();
  const store = await openStore(settingsFrom(world().env), { inventory: "real" });
  await syncOnce(store, listings);
  const first = await walk<ApiItem>(origin, "/v1/items", { limit: 1000 });
  const [item] = first.items;
  const { from } = (item as ApiItem & { edge: { from: string } }).edge;

  let loading = true;
  const whileLoading = async (work: () => Promise<void>) => {
    while (loading) await work();
  };
  const walks: { readonly asOf: string; readonly essence: string; readonly pages: number }[] = [];
  const keepWalk = ({ asOf, items, pages }: Awaited<ReturnType<typeof walk<ApiItem>>>) =>
    walks.push({ asOf, essence: essenceOf(items.map(({ document }) => document)), pages });
  const changes: ApiChange[] = [];
  let since: string | undefined;
  const follow = async () => {
    const news = await walk<ApiChange>(origin, "/v1/changes", { limit: 100, ...(since && { since }) });
    changes.push(...news.items);
    since = news.asOf;
  };

  const underLoad = async () => {
    try {
      return await autocannon({
        url: origin,
        connections: CONNECTIONS,
        amount: REQUESTS,
        timeout: 120,
        requests: [
          "/v1/items?limit=100",
          "/v1/items?source=sagemaker.associations&limit=50&filter[AssociationType]=Produced",
          `/v1/items?source=cleanrooms.memberships&at=${first.asOf}`,
          `/v1/items/${item?.id}?at=${first.asOf}`,
          `/v1/items/${item?.id}/history`,
          "/v1/changes?limit=100",
          `/v1/diff?source=sagemaker.associations&from=${first.asOf}`,
          `/v1/graph?depth=3&node=${encodeURIComponent(from)}`,
          "/v1/sources",
          "/v1/syncs?limit=20",
          "/v1/health",
        ].map((path) => ({ path })),
      });
    } finally {
      loading = false;
    }
  };

  let syncs = 1;
  const [load] = await Promise.all([
    underLoad(),
    whileLoading(async () => {
      for (let step = 0; step < 5; step += 1) world().simulator.drift();
      await syncOnce(store, listings);
      syncs += 1;
    }),
    whileLoading(async () => {
      keepWalk(await walk<ApiItem>(origin, "/v1/items", { limit: 150 }));
    }),
    whileLoading(async () => {
      const at = walks.at(-1)?.asOf ?? first.asOf;
      keepWalk(await walk<ApiItem>(origin, "/v1/items", { limit: 170, at }));
    }),
    whileLoading(follow),
  ]);
  await follow();
  const last = await walk<ApiItem>(origin, "/v1/items", { limit: 1000 });
  await store.close();

  console.log(
    `${load["2xx"]} requests answered, ${syncs} syncs of all five sources, ${walks.length} walks, ${changes.length} changes`,
  );
  const { non2xx, errors, timeouts } = load;
  expect({ non2xx, errors, timeouts }, JSON.stringify(load.statusCodeStats)).toEqual({
    non2xx: 0,
    errors: 0,
    timeouts: 0,
  });
  for (const { asOf, essence, pages } of walks) {
    expect(pages).toBeGreaterThan(3);
    expect(essence, `the walk as of ${asOf}`).toBe(essenceOf(listedAt(listings, asOf)));
  }
  expect(essenceOf(last.items.map(({ document }) => document))).toBe(
    essenceOf(FIVE_SOURCES.flatMap((source) => listedBy(world().account)[source] ?? [])),
  );
  expect(essenceOf(replayed(changes).values())).toBe(essenceOf(last.items.map(({ document }) => document)));
});
