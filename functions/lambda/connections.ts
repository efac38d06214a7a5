import { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { clientSettings } from "../aws/settings.ts";
import { type Connection, type Source, serviceOf } from "../model/source.ts";
import type { RemoteTarget } from "./messages.ts";

/**
 * Opens a source's clients, one a target, each the first time it is asked for, and keeps them as long as the process
 * lives: the next invocation finds them warm, and a client that the service has slowed down stays slow. In a target
 * with a role they act as that role, whose temporary credentials they renew themselves.
 */
export function connectionsOf(source: Source): (target: RemoteTarget) => Connection {
  const open = new Map<string, Connection>();
  return (target) => {
    const { account, region, roleArn = "", externalId = "" } = target;
    const key = [account, region, roleArn, externalId].join("\n");
    const known = open.get(key) ?? connect(source, target);
    open.set(key, known);
    return known;
  };
}

/** What one process may ask of one service in one account and region; functions run at most a few at once. */
const CALLS_PER_SECOND = 10;

function connect(source: Source, { account, region, roleArn, externalId }: RemoteTarget): Connection {
  const pace = { key: [account, region, serviceOf(source)].join("/"), callsPerSecond: CALLS_PER_SECOND };
  if (roleArn === undefined) return source.connect(clientSettings({ region }, pace));
  const credentials = fromTemporaryCredentials({
    params: {
      RoleArn: roleArn,
      RoleSessionName: `stocktake-${source.id}`,
      ...(externalId && { ExternalId: externalId }),
    },
    // Where the function itself runs: a target's region may be one whose endpoint this account has not opted into.
    ...(process.env.AWS_REGION && { clientConfig: { region: process.env.AWS_REGION } }),
  });
  return source.connect(clientSettings({ region, credentials }, pace));
}
