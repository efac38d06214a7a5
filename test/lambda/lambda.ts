import { serve, type TestServer } from "./http.ts";

/** An asynchronous invocation that Lambda accepted. */
export interface Invocation {
  readonly functionName: string;
  readonly event: unknown;
}

/** Plays Lambda's Invoke, asynchronously: it accepts an event, and somebody else invokes the function with it. */
export interface TestLambda extends TestServer {
  readonly accepted: Invocation[];
  /** So many of the next invocations are refused. */
  refusals: number;
}

export async function startLambda(): Promise<TestLambda> {
  const accepted: Invocation[] = [];
  const server = await serve((request, body, response) => {
    const [, name] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(request.url ?? "") ?? [];
    if (name === undefined || request.headers["x-amz-invocation-type"] !== "Event") {
      throw new Error(`not an asynchronous invocation: ${request.url}`);
    }
    if (lambda.refusals > 0) {
      lambda.refusals -= 1;
      response.writeHead(429, { "x-amzn-errortype": "TooManyRequestsException" });
      response.end('{"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded","Message":"Rate Exceeded."}');
      return;
    }
    accepted.push({ functionName: decodeURIComponent(name), event: JSON.parse(body) });
    response.writeHead(202).end();
  });
  const lambda: TestLambda = { ...server, accepted, refusals: 0 };
  return lambda;
}
