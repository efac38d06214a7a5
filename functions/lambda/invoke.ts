import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { SyncRequest, VerifyRequest } from "./requests.ts";

/** Starts another invocation of the function itself, and does not wait for it. Rejects when Lambda refuses it. */
export type Invoke = (request: SyncRequest | VerifyRequest) => Promise<void>;

/** What is not started is due, and tried again within a minute. */
const CLIENT_CONFIG = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** Creates what invokes the function of this name. */
export function createInvoke(functionName: string): Invoke {
  const client = new LambdaClient(CLIENT_CONFIG);
  return async (request) => {
    const Payload = JSON.stringify(request);
    await client.send(new InvokeCommand({ FunctionName: functionName, InvocationType: "Event", Payload }));
  };
}
