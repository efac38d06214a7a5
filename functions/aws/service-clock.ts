import { passOn, type RequestHandler } from "./response-timeout.ts";

/** A request handler, and what the Date header of its last answer says about this machine's clock. */
export interface ClockedHandler {
  readonly handler: RequestHandler;
  /** How far this machine's clock is ahead of the service's, ms; undefined before the first answer. */
  clockOffset(): number | undefined;
}

/** Reads the service's clock off every answer. An answer without a readable Date leaves what is known as it is. */
export function readServiceClock(handler: RequestHandler, now: () => number = Date.now): ClockedHandler {
  let offset: number | undefined;
  return {
    handler: {
      ...passOn(handler),
      async handle(...request) {
        const handled = await handler.handle(...request);
        const date = Date.parse(handled.response.headers.date ?? "");
        if (!Number.isNaN(date)) offset = now() - date;
        return handled;
      },
    },
    clockOffset: () => offset,
  };
}
