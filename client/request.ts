/** How one request is sent until it is answered: lost connections, throttling and passing failures are waited out. */

export interface RetryOptions {
  /** Ends the work, also while it waits. */
  readonly signal?: AbortSignal;
  /** How often a request is repeated before its error is thrown. */
  readonly maxRetries?: number;
  /** Hears of each failure that is waited out, and for how long. */
  readonly onRetry?: (error: unknown, waitMs: number) => void;
  /** Waits; rejects when the signal aborts. Default: real time. */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** What an error of the API says beside its message. */
export interface ProblemFields {
  readonly status: number;
  /** The name of the problem, such as `beyond-retention`. */
  readonly type?: string | undefined;
  /** The parameter that is wrong, if one is. */
  readonly parameter?: string | undefined;
  /** How long to wait before the request is repeated, when the API says so. */
  readonly retryAfterMs?: number | undefined;
}

/** The API answered with a problem. Its message says what to do. */
export class ApiError extends Error implements ProblemFields {
  override readonly name: string = "ApiError";
  readonly status: number;
  readonly type: string | undefined;
  readonly parameter: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, { status, type, parameter, retryAfterMs }: ProblemFields, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.type = type;
    this.parameter = parameter;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The answer to a request as the client of openapi-fetch gives it. */
interface Answer {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly response: Response;
}

/** A request without an answer after this time is given up and repeated. The API itself takes at most 29 seconds. */
const TIMEOUT_MS = 45_000;
const DEFAULT_MAX_RETRIES = 5;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 30_000;
/** An API that asks for more patience than this is asked again all the same. */
const MAX_RETRY_AFTER_MS = 300_000;

/** Sends a request, again where that may help. Throws ApiError, what fetch throws, or the reason of the signal. */
export async function request(
  send: (signal: AbortSignal) => Promise<Answer>,
  { signal, maxRetries = DEFAULT_MAX_RETRIES, onRetry, sleep = wait }: RetryOptions,
): Promise<unknown> {
  for (let retries = 0; ; retries += 1) {
    signal?.throwIfAborted();
    try {
      return await answerTo(send, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (retries >= maxRetries || !isPassing(error)) throw error;
      const waitMs = waitAfter(error, retries);
      onRetry?.(error, waitMs);
      await sleep(waitMs, signal);
    }
  }
}

async function answerTo(send: (signal: AbortSignal) => Promise<Answer>, signal: AbortSignal | undefined) {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const { data, error, response } = await send(signal ? AbortSignal.any([signal, timeout]) : timeout);
  if (response.ok && typeof data === "object" && data !== null) return data;
  throw errorOf(response, error);
}

function errorOf({ status, headers }: Response, body: unknown): ApiError {
  const problem: Readonly<Record<string, unknown>> = typeof body === "object" && body !== null ? { ...body } : {};
  const text = (name: string) => (typeof problem[name] === "string" ? problem[name] : undefined);
  return new ApiError(text("detail") ?? text("message") ?? `the API answered with status ${status}`, {
    status,
    type: text("type")?.replace(/^.*#problem-/, ""),
    parameter: text("parameter"),
    retryAfterMs: waitOf(headers.get("retry-after")),
  });
}

/** Whether a repeated request may be answered. What is no JSON is another program's answer. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ApiError)) return !(error instanceof SyntaxError);
  return error.status === 408 || error.status === 429 || (error.status >= 500 && error.type !== "damaged");
}

/** Longer each time, and never the same for all who were refused at once. */
function waitAfter(error: unknown, retries: number): number {
  const longest = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(retries, 16));
  const own = longest * (0.5 + Math.random() / 2);
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return Math.round(Math.max(own, Math.min(asked, MAX_RETRY_AFTER_MS)));
}

/** Reads Retry-After: seconds, or a date. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : 1_000 * seconds;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Waits for a time. Rejects with the signal's reason when it aborts. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
