import { Logger } from "@aws-lambda-powertools/logger";
import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { Context } from "aws-lambda";
import type { ClientTarget } from "../aws/settings.ts";
import { systemClock } from "../model/clock.ts";
import type { DiscoveryRecord } from "../model/target-record.ts";
import type { Store } from "../store/port.ts";
import { discover } from "../sync/discover.ts";
import type { RegionalSource } from "../sync/targets.ts";
import { credentialsIn } from "./connections.ts";
import { createDeadline } from "./deadline.ts";
import type { DiscoverEnvironment } from "./discover-environment.ts";
import { createOrganization } from "./organization.ts";
import { enabledSources } from "./service.ts";

export interface DiscoveryParts {
  readonly store: Store;
  /** Every source that this version knows. */
  readonly sources: readonly RegionalSource[];
}

/**
 * Creates the handler that makes the targets agree with the organization, and logs what it found. It rejects when the organization could not be
 * listed. It acts in each account as the reader role,
 * and asks Organizations as the configured role, or as itself.
 */
export function createDiscovery(environment: DiscoverEnvironment, { store, sources }: DiscoveryParts) {
  const { organization, sources: settings } = environment;
  const logger = new Logger({ serviceName: "discover" });
  const enabled = enabledSources(sources, settings);
  // Organizations and the Account service have one endpoint a partition: any region of it leads there.
  const home = process.env.AWS_REGION ?? "us-east-1";
  const client = (credentials: ClientTarget["credentials"]): ClientTarget => ({
    region: home,
    ...(credentials && { credentials }),
  });
  const { roleArn } = organization;
  const listed = createOrganization(
    {
      organizations: client(roleArn === undefined ? undefined : assumed(environment, roleArn, home)),
      account: (id) => client(credentialsIn(environment, id, "stocktake-discover")),
    },
    organization,
  );
  return async (_event?: unknown, context?: Pick<Context, "getRemainingTimeInMillis">): Promise<DiscoveryRecord> => {
    const deadline = createDeadline(context?.getRemainingTimeInMillis() ?? 900_000, systemClock);
    try {
      const { signal } = deadline;
      const { regions } = organization;
      const record = await discover({
        store,
        organization: listed,
        sources: enabled,
        ...(regions && { regions }),
        signal,
      });
      logger[record.error === undefined ? "info" : "error"]("discovered", { ...record });
      // The alarm on the function's errors is the only one that there is on this.
      if (record.accounts === 0) throw new Error(`Nothing was concluded: ${record.error}`);
      return record;
    } finally {
      deadline.cancel();
    }
  };
}

function assumed({ externalId }: DiscoverEnvironment, RoleArn: string, region: string) {
  const params = { RoleArn, RoleSessionName: "stocktake-discover", ...(externalId && { ExternalId: externalId }) };
  return fromTemporaryCredentials({ params, clientConfig: { region } });
}
