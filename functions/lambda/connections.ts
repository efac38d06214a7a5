import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { clientSettings } from "../aws/settings.ts";
import { type Connection, type Source, serviceOf } from "../model/source.ts";
import type { RemoteTarget } from "./messages.ts";

/**
 * Opens a source's clients, one a target, when each is first needed, and keeps them until the process ends: the next invocation finds
 * them warm, and a client that the service slowed down stays slow. In a target with a role they act as that role and renew its
 * temporary credentials themselves.
 */
export function createConnections(source: Source): (target: RemoteTarget) => Connection {
  const open = new Map<string, Connection>();
  return (target) => {
    const { account, region, roleArn = "", externalId = "" } = target;
    const key = [account, region, roleArn, externalId].join("\n");
    const connection = open.get(key) ?? connect(source, target);
    open.set(key, connection);
    return connection;
  };
}

/** Of one process, to one service in one account and region. Few instances of a function run at once. */
const MAX_CALLS_PER_SECOND = 10;

function connect(source: Source, { account, region, roleArn, externalId }: RemoteTarget): Connection {
  const rateLimit = { key: [account, region, serviceOf(source)].join("/"), callsPerSecond: MAX_CALLS_PER_SECOND };
  const home = process.env.AWS_REGION;
  // The function's own credentials are accepted where it runs, and a role's where it was assumed.
  const target = { region, acceptedElsewhere: home !== undefined && home !== region };
  if (roleArn === undefined) return source.connect(clientSettings(target, rateLimit));
  const credentials = fromTemporaryCredentials({
    params: {
      RoleArn: roleArn,
      RoleSessionName: `stocktake-${source.id}`,
      ...(externalId && { ExternalId: externalId }),
    },
    // STS is asked where the function itself runs: this account may not have enabled the target's region.
    ...(home && { clientConfig: { region: home } }),
  });
  return source.connect(clientSettings({ ...target, credentials }, rateLimit));
}
