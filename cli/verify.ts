import { partsOf, serviceOf } from "../functions/model/collection.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { verifyCollection } from "../functions/sync/verify.ts";
import type { VerifyReport } from "../functions/sync/verify-scope.ts";
import { assertMachineClock } from "./clock.ts";
import type { LocalStore } from "./local-store.ts";
import { note, print } from "./output.ts";
import { verifiedLines } from "./report.ts";
import { hostOf } from "./run.ts";
import type { Settings } from "./settings.ts";
import { stopSignal } from "./stop.ts";
import { inventoryToRead, nothingStored, openStore } from "./store.ts";
import { chosenSources } from "./targets.ts";
import { LocalError } from "./usage.ts";

export interface VerifyOptions {
  readonly source: readonly string[];
  readonly repair?: boolean;
  readonly json?: boolean;
  readonly demo?: boolean;
  /** A deployed stack, instead of this machine. */
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Opens what is verified, and says for how long its history is kept. */
async function openVerified(
  options: VerifyOptions,
  settings: Settings,
): Promise<{ readonly local: LocalStore; readonly retentionDays: number }> {
  const { stack, demo = false } = options;
  if (stack === undefined) {
    const inventory = inventoryToRead(settings, demo);
    if (!inventory) throw new LocalError(nothingStored(settings, demo));
    return { local: await openStore(settings, { inventory }), retentionDays: settings.retentionDays };
  }
  const { openDeployment } = await import("./deployment.ts");
  const { inventory, environment, close } = await openDeployment({ ...options, stack });
  return { local: { ...inventory, close }, retentionDays: environment.retentionDays };
}

/** Verifies what is stored of the chosen sources. Answers the exit code: 0 all whole, 1 something is not. */
export async function verify(options: VerifyOptions, settings: Settings): Promise<number> {
  const { source: ids, repair = false, json = false } = options;
  const sources = chosenSources(SOURCES, ids);
  const signal = stopSignal();
  const { local, retentionDays } = await openVerified(options, settings);
  const host = hostOf(local, signal);
  let isWhole = true;
  let isDamaged = false;
  try {
    if (repair && options.demo !== true) await assertMachineClock(local.store);
    const services = new Set(sources.map(({ id }) => serviceOf(id)));
    for (const { collection } of await local.store.collectionRecords([...services])) {
      const source = sources.find(({ id }) => id === partsOf(collection).source);
      // Everything that is stored is verified, also of a source that is not known any more.
      if (!source && ids.length > 0) continue;
      const request = { collection, retentionDays, repair, ...(source && { source }) };
      for await (const reports of verifyCollection(host, request)) {
        for (const report of reports) {
          const lines = json ? [JSON.stringify(bodyOf(report))] : verifiedLines(report);
          await print(`${lines.join("\n")}\n`);
          isWhole &&= isClean(report);
          isDamaged ||= report.outcome === "damaged";
        }
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return 1;
  } finally {
    await local.close();
  }
  const stack = options.stack === undefined ? "" : ` --stack ${options.stack}`;
  if (isDamaged && !repair) note(`to repair what is damaged: npx stocktake verify --repair${stack}`);
  return isWhole ? 0 : 1;
}

function isClean({ outcome, problems }: VerifyReport): boolean {
  return outcome === "ok" || (outcome === "repaired" && problems.every(({ lasting }) => !lasting));
}

/** A report as a program reads it. */
function bodyOf({ collection, ...report }: VerifyReport): object {
  return { ...partsOf(collection), ...report };
}
