import { NodeHttpHandler, type NodeHttpHandlerOptions } from "@smithy/node-http-handler";

export type RequestHandler = Pick<
  NodeHttpHandler,
  "handle" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs"
>;

/**
 * A request handler whose answers are there whole in time, or fail: by itself the SDK watches over an answer only until it
 * begins, and waits for one that comes in drops for as long as it drips.
 */
export function wholeAnswers(options: NodeHttpHandlerOptions, wholeWithinMs: number): RequestHandler {
  const handler = new NodeHttpHandler(options);
  return {
    async handle(...request) {
      const handled = await handler.handle(...request);
      const { body } = handled.response;
      const late = setTimeout(() => {
        const message = `the answer was not there whole ${wholeWithinMs / 1000} s after it had begun`;
        body.destroy(Object.assign(new Error(message), { name: "TimeoutError", code: "ETIMEDOUT" }));
      }, wholeWithinMs);
      body.once("close", () => clearTimeout(late));
      return handled;
    },
    destroy: () => handler.destroy(),
    updateHttpClientConfig: (...change) => handler.updateHttpClientConfig(...change),
    httpHandlerConfigs: () => handler.httpHandlerConfigs(),
  };
}
