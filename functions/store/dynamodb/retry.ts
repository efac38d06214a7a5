import pRetry from "p-retry";
import { SyncError, serviceError } from "../../model/errors.ts";
import { OTHER_VERSION } from "./schema.ts";

export interface RetryPolicy {
  readonly retries: number;
  readonly maxTimeout: number;
  readonly signal?: AbortSignal;
}

/** Some seconds, for single records and pages: who waits at the other end of the API does not wait for much longer. */
export const SHORT_RETRY: RetryPolicy = { retries: 10, maxTimeout: 1_000 };
/** Some minutes, for batches. */
export const LONG_RETRY: RetryPolicy = { retries: 40, maxTimeout: 5_000 };

/**
 * Sends again, with growing pauses, what DynamoDB refuses for want of capacity; a signal's reason ends it. The SDK retries too, but no
 * longer once much has been refused of late.
 */
export function withRetry<T>(policy: RetryPolicy, send: () => Promise<T>): Promise<T> {
  return pRetry(send, {
    ...policy,
    minTimeout: 25,
    factor: 2,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof SyncError && error.code === "throttled",
  });
}

/** How DynamoDB and its local versions refuse keys that are not a table's. */
const OTHER_KEYS = /key element|key schema|required keys|missing the key/i;

/** An error of DynamoDB as one of ours. */
export function databaseError(what: string, error: unknown): SyncError {
  const { name, message } = error instanceof Error ? error : new Error();
  if (name === "ResourceNotFoundException") {
    const hint = "Deploy the tables first, or check the region and the table prefix";
    return new SyncError("malformed", `${what} failed: the table does not exist. ${hint}`, { cause: error });
  }
  if (name === "ValidationException" && OTHER_KEYS.test(message)) {
    return new SyncError("malformed", `${what} failed: ${OTHER_VERSION}`, { cause: error });
  }
  return serviceError(what, error);
}
