import { partsOf, serviceOf } from "../functions/model/collection.ts";
import type { Source } from "../functions/model/source.ts";
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

/** What is verified, and for how long its history is kept. */
interface Verified {
  readonly local: LocalStore;
  readonly retentionDays: number;
}

async function openVerified(options: VerifyOptions, settings: Settings): Promise<Verified> {
  const { stack, demo = false, region, profile } = options;
  if (stack === undefined) {
    const inventory = inventoryToRead(settings, demo);
    if (!inventory) throw new LocalError(nothingStored(settings, demo));
    return { local: await openStore(settings, { inventory }), retentionDays: settings.retentionDays };
  }
  const { openDeployment } = await import("./deployment.ts");
  const deployment = await openDeployment({
    stack,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  });
  const { inventory, environment, close } = deployment;
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
    for (const { collection } of await local.store.collectionRecords(servicesOf(sources))) {
      const source = sources.find(({ id }) => id === partsOf(collection).source);
      // Everything that is stored is verified, also of a source that is not known any more.
      if (!source && ids.length > 0) continue;
      const request = { collection, retentionDays, repair, ...(source && { source }) };
      for await (const reports of verifyCollection(host, request)) {
        for (const report of reports) {
          await print(
            json
              ? `${JSON.stringify(bodyOf(report))}\n`
              : verifiedLines(report)
                  .map((line) => `${line}\n`)
                  .join(""),
          );
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
  if (isDamaged && !repair) note(`to repair what is damaged: npx stocktake verify --repair${stackOption(options)}`);
  return isWhole ? 0 : 1;
}

function stackOption({ stack }: VerifyOptions): string {
  return stack === undefined ? "" : ` --stack ${stack}`;
}

function servicesOf(sources: readonly Source[]): string[] {
  return [...new Set(sources.map(({ id }) => serviceOf(id)))];
}

function isClean({ outcome, problems }: VerifyReport): boolean {
  return outcome === "ok" || (outcome === "repaired" && problems.every(({ lasting }) => !lasting));
}

/** A report as a program reads it. */
function bodyOf({ collection, ...report }: VerifyReport): object {
  return { ...partsOf(collection), ...report };
}
