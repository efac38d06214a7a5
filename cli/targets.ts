import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { loadConfig, NODE_REGION_CONFIG_FILE_OPTIONS, NODE_REGION_CONFIG_OPTIONS } from "@smithy/core/config";
import { clientSettings } from "../functions/aws/settings.ts";
import { serviceError } from "../functions/model/errors.ts";
import type { Source } from "../functions/model/source.ts";
import { LocalError, UsageError } from "./usage.ts";

/** The sources of those ids, all of them for none; an unknown id is a UsageError that lists the known. */
export function chosenSources(all: readonly Source[], ids: readonly string[]): readonly Source[] {
  if (ids.length === 0) return all;
  return [...new Set(ids)].map((id) => {
    const source = all.find((candidate) => candidate.id === id);
    if (!source) throw new UsageError(`unknown source "${id}": choose from ${all.map((known) => known.id).join(", ")}`);
    return source;
  });
}

/** One collection to be synced, or left out because its service does not exist in the region. */
export interface RegionalSource {
  readonly source: Source;
  readonly region: string;
  readonly supported: boolean;
}

/**
 * Every source in every region. A region that no source knows is a UsageError, and so is a source that was asked for by
 * name (`named`) in a region where its service does not exist; otherwise such a pair is marked as not supported.
 */
export function regionalSources(
  sources: readonly Source[],
  regions: readonly string[],
  all: readonly Source[],
  named: boolean,
): RegionalSource[] {
  for (const region of regions) {
    if (!all.some((source) => source.regions.includes(region))) {
      const known = [...new Set(all.flatMap((source) => source.regions))].sort();
      throw new UsageError(`"${region}" is not a region that any source knows: choose from ${known.join(", ")}`);
    }
  }
  return regions.flatMap((region) =>
    sources.map((source) => {
      const supported = source.regions.includes(region);
      if (!supported && named) {
        throw new UsageError(`${source.id} does not exist in ${region}: choose from ${source.regions.join(", ")}`);
      }
      return { source, region, supported };
    }),
  );
}

/** The regions given, otherwise the one that AWS_REGION or the profile names. */
export async function chosenRegions(given: readonly string[]): Promise<readonly string[]> {
  if (given.length > 0) return [...new Set(given)];
  const configured = process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION;
  if (configured) return [configured];
  try {
    return [await loadConfig(NODE_REGION_CONFIG_OPTIONS, NODE_REGION_CONFIG_FILE_OPTIONS)()];
  } catch (error) {
    throw new UsageError("no region is configured: pass --region, or set AWS_REGION", { cause: error });
  }
}

/** The account given, otherwise the one that the credentials belong to. */
export async function chosenAccount(given: string | undefined, region: string): Promise<string> {
  if (given !== undefined) {
    if (!/^\d{12}$/.test(given)) throw new UsageError(`--account ${given} is not an account: give its twelve digits`);
    return given;
  }
  const client = new STSClient(clientSettings({ region }));
  try {
    const { Account } = await client.send(new GetCallerIdentityCommand({}));
    if (!Account) throw new LocalError("STS did not say whose credentials these are: pass --account");
    return Account;
  } catch (error) {
    const hint = "; pass --account to skip this call, or `npm start` for a simulated account";
    throw new LocalError(`${serviceError("STS GetCallerIdentity", error).message}${hint}`, { cause: error });
  } finally {
    client.destroy();
  }
}
