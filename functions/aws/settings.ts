import type { NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import { createRequestHandler, type RateLimit } from "./request-handler.ts";

/** What distinguishes one service client from another; everything else is the same for all. */
export interface ClientTarget {
  readonly region: string;
  /** Where the service is. Default: where the SDK and the standard variables say. */
  readonly endpoint?: string;
  /** Whose account it is. Default: that of the default credential chain. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  /** How https is sent, as through a proxy. Default: as Node does. */
  readonly httpsAgent?: NonNullable<NodeHttpHandlerOptions["httpsAgent"]>;
  /** The credentials are accepted in another region. */
  readonly acceptedElsewhere?: boolean;
}

/**
 * The settings of every client of an inventoried service. The SDK's adaptive mode retries throttling and passing faults, and slows down
 * for the service: after at most half a minute of pauses, or a minute of silence, the listing fails and the next sync tries again. A
 * response that does not come in time, or not whole, is an error; by default the SDK would only warn, and wait for ever. With a rate
 * limit, requests also wait for their turn.
 *
 * Each call makes a client's own settings: `clockOffset` is about the answers of that client alone.
 */
export function clientSettings({ httpsAgent, ...target }: ClientTarget, rateLimit?: RateLimit) {
  const options = { ...REQUEST_TIMEOUTS, ...(httpsAgent && { httpsAgent }) };
  return {
    ...target,
    retryMode: "adaptive",
    maxAttempts: 6,
    ...createRequestHandler(options, RESPONSE_TIMEOUT_MS, rateLimit),
  };
}

const REQUEST_TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  socketTimeout: 10_000,
};
const RESPONSE_TIMEOUT_MS = 20_000;
