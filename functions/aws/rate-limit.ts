import pThrottle from "p-throttle";
import type { RequestHandler } from "./response-timeout.ts";

/** How fast one service may be called. All clients of this process with the same key share its calls. */
export interface Pace {
  /** The account, region and service whose rate it is. */
  readonly key: string;
  readonly callsPerSecond: number;
}

const turns = new Map<string, () => Promise<void>>();

/** A request handler that waits for its turn before every request, retries included. */
export function pacedHandler(handler: RequestHandler, { key, callsPerSecond }: Pace): RequestHandler {
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
