/**
 * How the functions' own services, DynamoDB and SQS, are spoken to: patiently, but not for ever. A request that gets no
 * answer in time is an error, and tried again.
 */
export const OWN_SERVICES = {
  maxAttempts: 8,
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    socketTimeout: 10_000,
  },
};
