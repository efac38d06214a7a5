import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import pThrottle from "p-throttle";

/** How often one service may be called. All clients of this process with the same key share its calls. */
export interface RateLimit {
  /** The account, region and service whose rate it is. */
  readonly key: string;
  readonly callsPerSecond: number;
}

const turns = new Map<string, () => Promise<void>>();

/** What waits for a turn to send a request. */
function turnsOf({ key, callsPerSecond }: RateLimit): () => Promise<void> {
  const name = `${key} at ${callsPerSecond}`;
  const turn = turns.get(name) ?? pThrottle({ limit: callsPerSecond, interval: 1_000 })(async () => undefined);
  turns.set(name, turn);
  return turn;
}

/**
 * The request handler of one client. It waits for its turn before every request, retries included; fails a response that is not complete in
 * time, which the SDK by itself would wait for as long as it drips; and reads the service's clock off every answer.
 */
export function createRequestHandler(
  options: NodeHttpHandlerOptions,
  responseTimeoutMs: number,
  rateLimit?: RateLimit,
) {
  const handler = new NodeHttpHandler(options);
  const turn = rateLimit && turnsOf(rateLimit);
  let offset: number | undefined;
  const requestHandler: Pick<NodeHttpHandler, "handle" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs"> =
    {
      destroy: () => handler.destroy(),
      updateHttpClientConfig: (...change) => handler.updateHttpClientConfig(...change),
      httpHandlerConfigs: () => handler.httpHandlerConfigs(),
      async handle(...request) {
        await turn?.();
        const handled = await handler.handle(...request);
        const { body, headers } = handled.response;
        const timer = setTimeout(() => {
          const message = `the response was not complete ${responseTimeoutMs / 1000} s after it began`;
          body.destroy(Object.assign(new Error(message), { name: "TimeoutError", code: "ETIMEDOUT" }));
        }, responseTimeoutMs);
        body.once("close", () => clearTimeout(timer));
        const date = Date.parse(headers.date ?? "");
        if (!Number.isNaN(date)) offset = Date.now() - date;
        return handled;
      },
    };
  /** How far this machine's clock is ahead of the service's, ms, by the last answer with a readable Date; undefined before the first. */
  const clockOffset = () => offset;
  return { requestHandler, clockOffset };
}
