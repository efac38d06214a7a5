import type { FromTemporaryCredentialsOptions } from "@aws-sdk/credential-providers";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { type ClientTarget, clientSettings } from "../aws/settings.ts";
import { serviceOf, type Target } from "../model/collection.ts";
import { SyncError } from "../model/errors.ts";
import type { Connection, Source } from "../model/source.ts";
import { rateOfWorker } from "../sources/services.ts";
import type { AccountAccess, SyncEnvironment } from "./environment.ts";

/** Opens a source's client in a target, or answers the one that is open; `beside` another worker, one that leaves that worker its rate. */
export type Connect = (source: Source, target: Target, beside: boolean) => Connection;

type ConnectionSettings = AccountAccess & Pick<SyncEnvironment, "workers">;

/**
 * Opens clients, one for each source and target, when each is first needed. They are kept while the process lives: the next invocation finds
 * them warm, and a client that the service slowed down stays slow. Those used the longest ago are closed when there are many.
 */
export function createConnections(settings: ConnectionSettings): Connect {
  const open = new Map<string, Connection>();
  return (source, target, beside) => {
    const key = `${source.id}/${target.account}/${target.region}${beside ? " beside another" : ""}`;
    const connection = open.get(key) ?? connect(settings, source, target, beside);
    open.delete(key);
    open.set(key, connection);
    for (const [oldest, each] of open) {
      if (open.size <= MAX_CONNECTIONS) break;
      each.close();
      open.delete(oldest);
    }
    return connection;
  };
}

/** More than one invocation uses, so that none of those in use is closed. */
const MAX_CONNECTIONS = 200;

function connect(
  { workers, ...access }: ConnectionSettings,
  source: Source,
  { account, region }: Target,
  beside: boolean,
): Connection {
  const service = serviceOf(source.id);
  const callsPerSecond = rateOfWorker(service, { workers, beside });
  const rateLimit = { key: [account, region, service].join("/"), callsPerSecond };
  const home = process.env.AWS_REGION;
  const credentials = credentialsIn(access, account, `stocktake-${source.id}`);
  // The function's own credentials are accepted where it runs, and a role's where it was assumed.
  const target = { region, acceptedElsewhere: home !== undefined && home !== region };
  return source.connect(clientSettings({ ...target, ...(credentials && { credentials }) }, rateLimit));
}

/** The credentials of the reader role in an account; undefined for the function's own, which need no role. */
export function credentialsIn(
  { account: own, readerRole, externalId }: AccountAccess,
  account: string,
  sessionName: string,
): ClientTarget["credentials"] | undefined {
  if (account === own) return undefined;
  if (readerRole === undefined) {
    const remedy = "set readerRole in the configuration and deploy again, or retire the target";
    throw new SyncError("denied", `account ${account} is not ${own}, and no reader role is configured: ${remedy}`);
  }
  const home = process.env.AWS_REGION;
  return credentialsOfRole({
    params: {
      RoleArn: readerRole.replace("{account}", account),
      RoleSessionName: sessionName,
      ...(externalId && { ExternalId: externalId }),
    },
    // STS is asked where the function itself runs: the account may not have enabled the target's region.
    ...(home && { clientConfig: { region: home } }),
  });
}

/** Loads what assumes roles when the first is assumed: who reads one account alone starts without it. */
function credentialsOfRole(options: FromTemporaryCredentialsOptions): AwsCredentialIdentityProvider {
  let provider: Promise<AwsCredentialIdentityProvider> | undefined;
  return async (properties) => {
    provider ??= import("@aws-sdk/credential-providers").then((loaded) => loaded.fromTemporaryCredentials(options));
    return (await provider)(properties);
  };
}
