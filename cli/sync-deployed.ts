import { partsOf, serviceOf } from "../functions/model/collection.ts";
import { requestSync } from "../functions/sync/claim.ts";
import { openDeployment } from "./deployment.ts";
import { UsageError } from "./usage.ts";

/** Which collections of a deployed stack are to be synced now. */
export interface DeployedSyncOptions {
  readonly stack: string;
  readonly stackRegion?: string;
  readonly profile?: string;
  /** Of each, none means all. */
  readonly source: readonly string[];
  readonly region: readonly string[];
  readonly account?: string;
  /** Sources whose pending removals are applied. */
  readonly approveRemovals: readonly string[];
}

/** Makes collections of a deployed stack due at once, with the word of a person about their removals. Answers the exit code. */
export async function syncDeployed(options: DeployedSyncOptions): Promise<number> {
  const { stack, stackRegion, profile, region, account, approveRemovals } = options;
  const deployment = await openDeployment({
    ...{ stack, ...(stackRegion !== undefined && { region: stackRegion }) },
    ...(profile !== undefined && { profile }),
  });
  try {
    const { environment, inventory } = deployment;
    const enabled = Object.keys(environment.sources);
    const named = [...options.source, ...approveRemovals];
    const unknown = named.find((id) => !enabled.includes(id));
    if (unknown !== undefined) {
      throw new UsageError(`${unknown} is not inventoried by stack ${stack}: choose from ${enabled.join(", ")}`);
    }
    const sources = named.length > 0 ? named : enabled;
    const records = await inventory.store.collectionRecords([...new Set(sources.map(serviceOf))]);
    const chosen = records.filter(({ collection, status }) => {
      const parts = partsOf(collection);
      const isOfTarget = account === undefined || parts.account === account;
      const isOfRegion = region.length === 0 || region.includes(parts.region);
      return status === "active" && sources.includes(parts.source) && isOfTarget && isOfRegion;
    });
    if (chosen.length === 0)
      throw new UsageError(`stack ${stack} inventories nothing like that: \`targets list\` shows what`);
    for (const { collection } of chosen) {
      const isApproved = approveRemovals.includes(partsOf(collection).source);
      await requestSync(inventory.store, collection, { approveRemovals: isApproved });
    }
    const count = chosen.length === 1 ? "1 collection is" : `${chosen.length} collections are`;
    process.stdout.write(`${count} due now; the functions sync them from the next minute on\n`);
    return 0;
  } finally {
    await deployment.close();
  }
}
