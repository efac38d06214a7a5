import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from "@smithy/types";
import { type Pace, pacedHandler } from "./rate-limit.ts";
import { wholeAnswers } from "./response-timeout.ts";

/** What distinguishes one service client from another; everything else is the same for all. */
export interface ClientTarget {
  readonly region: string;
  /** Where the service is, when it is not where the SDK and the standard variables say. */
  readonly endpoint?: string;
  /** Whose account, when it is not that of the default credential chain. */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
}

/**
 * How every client of an inventoried service is set up. Throttling and passing faults are retried by the SDK in its
 * adaptive mode, which slows down for the service; at most half a minute of pauses, or a minute of silence, then the
 * listing fails and the next sync tries again. A request that gets no answer in time, or not all of it, is an error: by
 * default the SDK would only warn, and wait for ever. With a pace, requests also wait for their turn among all that share it.
 */
export function clientSettings(target: ClientTarget, pace?: Pace) {
  const handler = wholeAnswers(TIMEOUTS, WHOLE_WITHIN_MS);
  return {
    ...target,
    retryMode: "adaptive",
    maxAttempts: 6,
    requestHandler: pace ? pacedHandler(handler, pace) : handler,
  };
}

const TIMEOUTS = {
  connectionTimeout: 5_000,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
  socketTimeout: 10_000,
};
const WHOLE_WITHIN_MS = 20_000;
