import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";
import pThrottle from "p-throttle";

/** How fast one service may be called. All clients of this process with the same key share its calls. */
export interface Pace {
  /** The account, region and service whose rate it is. */
  readonly key: string;
  readonly callsPerSecond: number;
}

type RequestHandler = Pick<NodeHttpHandler, "handle" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs">;

const turns = new Map<string, () => Promise<void>>();

/** A request handler that waits for its turn before every request, retries included. */
export function pacedHandler(options: NodeHttpHandlerOptions, { key, callsPerSecond }: Pace): RequestHandler {
  const handler = new NodeHttpHandler(options);
  const name = `${key} at ${callsPerSecond}`;
  const turn = turns.get(name) ?? pThrottle({ limit: callsPerSecond, interval: 1_000 })(async () => undefined);
  turns.set(name, turn);
  return {
    async handle(...request) {
      await turn();
      return handler.handle(...request);
    },
    destroy: () => handler.destroy(),
    updateHttpClientConfig: (...change) => handler.updateHttpClientConfig(...change),
    httpHandlerConfigs: () => handler.httpHandlerConfigs(),
  };
}
