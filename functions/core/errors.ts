/**
 * What went wrong, as few kinds as there are reactions: throttled and unavailable are tried again later; denied needs
 * a person; unsupported is refused when the configuration is read; malformed is a bug on either side of the wire;
 * superseded and interrupted say that this sync stopped, not that anything is wrong.
 */
export type ErrorCode =
  | "throttled"
  | "unavailable"
  | "denied"
  | "unsupported"
  | "malformed"
  | "superseded"
  | "interrupted";

/** An error of a sync, in one line that a person can act on. */
export class SyncError extends Error {
  override readonly name = "SyncError";
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled|RequestThrottledException|SlowDown|BandwidthLimitExceeded|LimitExceededException|ProvisionedThroughputExceededException|TransactionInProgressException|PriorRequestNotComplete)$/;
const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedException|UnauthorizedOperation|NotAuthorized|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|MissingAuthenticationToken|MissingAuthenticationTokenException|IncompleteSignature|OptInRequired|InvalidAccessKeyId|CredentialsProviderError|TokenProviderError|AuthFailure)$/;
const UNREACHED =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|TimeoutError|RequestTimeout|RequestTimeoutException)$/;

interface ServiceErrorShape {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/**
 * What a service answered as one of our errors, `what` naming what was asked of it. Reads the shape that AWS SDK clients
 * give their errors (name, `$metadata.httpStatusCode`, Node's `code`), so that the engine need not know the SDK.
 */
export function serviceError(what: string, cause: unknown): SyncError {
  if (cause instanceof SyncError) return cause;
  const error: ServiceErrorShape = typeof cause === "object" && cause !== null ? cause : {};
  const name = error.name && error.name !== "Error" ? error.name : (error.code ?? error.name ?? "unknown error");
  const said = oneLine(error.message || String(cause));
  const code = codeOf(error);
  return new SyncError(code, `${what} failed: ${name}: ${said}${remedy(code, name)}`, { cause });
}

function codeOf(error: ServiceErrorShape): ErrorCode {
  const name = error.name ?? "";
  const status = error.$metadata?.httpStatusCode;
  if (name === "AbortError") return "interrupted";
  if (THROTTLED.test(name) || error.$retryable?.throttling || status === 429) return "throttled";
  if (DENIED.test(name) || status === 401 || status === 403) return "denied";
  if (UNREACHED.test(name) || UNREACHED.test(error.code ?? "")) return "unavailable";
  if (status !== undefined && status >= 500) return "unavailable";
  return "malformed";
}

function remedy(code: ErrorCode, name: string): string {
  if (name === "CredentialsProviderError") {
    return ". Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`";
  }
  switch (code) {
    case "denied":
      return ". Grant the action, or check the credentials";
    case "throttled":
      return ". The service is limiting the rate: try again later";
    case "unavailable":
      return ". Check the network and the endpoint";
    default:
      return "";
  }
}

/** Any text as one line of valid Unicode without control characters, cut at 500: fit for a log, a terminal and a record. */
export function oneLine(text: string, limit = 500): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return (plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain).toWellFormed();
}

/** One line for anything thrown, with the causes it carries. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const code = (error as NodeJS.ErrnoException).code;
  const own = error.message || code || error.name;
  const cause = error.cause instanceof Error && !own.includes(error.cause.message) ? `: ${explain(error.cause)}` : "";
  return oneLine(own + cause);
}
