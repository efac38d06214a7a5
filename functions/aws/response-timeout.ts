import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";

export type RequestHandler = Pick<
  NodeHttpHandler,
  "handle" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs"
>;

/**
 * A request handler that fails a response that is not complete in time. The SDK by itself only watches over a response until it begins, and
 * waits for one that comes in drops for as long as it drips.
 */
export function createTimedHandler(options: NodeHttpHandlerOptions, responseTimeoutMs: number): RequestHandler {
  const handler = new NodeHttpHandler(options);
  return {
    ...passOn(handler),
    async handle(...request) {
      const handled = await handler.handle(...request);
      const { body } = handled.response;
      const timer = setTimeout(() => {
        const message = `the response was not complete ${responseTimeoutMs / 1000} s after it began`;
        body.destroy(Object.assign(new Error(message), { name: "TimeoutError", code: "ETIMEDOUT" }));
      }, responseTimeoutMs);
      body.once("close", () => clearTimeout(timer));
      return handled;
    },
  };
}

/** Everything of a handler but `handle`, for a handler that wraps it. */
export function passOn(handler: RequestHandler): Omit<RequestHandler, "handle"> {
  return {
    destroy: () => handler.destroy(),
    updateHttpClientConfig: (...change) => handler.updateHttpClientConfig(...change),
    httpHandlerConfigs: () => handler.httpHandlerConfigs(),
  };
}
