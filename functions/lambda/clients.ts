/**
 * How the functions set up their DynamoDB client: many attempts, each with a time limit. A request without an answer in time is an error, and
 * is tried again.
 */
export const INFRA_CLIENT_CONFIG = {
  maxAttempts: 8,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
};
