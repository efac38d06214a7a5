import pThrottle from "p-throttle";
import { passOn, type RequestHandler } from "./response-timeout.ts";

/** How often one service may be called. All clients of this process with the same key share its calls. */
export interface RateLimit {
  /** The account, region and service whose rate it is. */
  readonly key: string;
  readonly callsPerSecond: number;
}

const turns = new Map<string, () => Promise<void>>();

/** A request handler that waits for its turn before every request, retries included. */
export function limitRate(handler: RequestHandler, { key, callsPerSecond }: RateLimit): RequestHandler {
  const name = `${key} at ${callsPerSecond}`;
  const turn = turns.get(name) ?? pThrottle({ limit: callsPerSecond, interval: 1_000 })(async () => undefined);
  turns.set(name, turn);
  return {
    ...passOn(handler),
    async handle(...request) {
      await turn();
      return handler.handle(...request);
    },
  };
}
