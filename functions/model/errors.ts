/**
 * What went wrong, as few kinds as there are reactions: throttled and unavailable are tried again later; denied needs
 * a person; unsupported is refused when the configuration is read; malformed is a bug on either side of the wire;
 * superseded and interrupted say that this sync stopped, not that anything is wrong; damaged: what is stored does not match its
 * checksum; clock: this machine's clock is wrong.
 */
export type ErrorCode =
  | "throttled"
  | "unavailable"
  | "denied"
  | "unsupported"
  | "malformed"
  | "superseded"
  | "interrupted"
  | "damaged"
  | "clock";

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
  /^(AccessDenied|AccessDeniedException|UnauthorizedException|UnauthorizedOperation|NotAuthorized|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|MissingAuthenticationToken|MissingAuthenticationTokenException|IncompleteSignature|OptInRequired|InvalidAccessKeyId|CredentialsProviderError|TokenProviderError|AuthFailure)$/;
const UNREACHED =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|TimeoutError|RequestTimeout|RequestTimeoutException)$/;

interface ServiceErrorShape {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  /** Of an error that the service itself answered with. */
  readonly $fault?: string;
  /** The answer that the error is about. */
  readonly $response?: unknown;
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
  const code = codeOf(error);
  return new SyncError(code, `${what} failed: ${problemOf(error, cause)}. ${hint(code, error)}`, { cause });
}

function problemOf(error: ServiceErrorShape, cause: unknown): string {
  const name = error.name && error.name !== "Error" ? error.name : (error.code ?? error.name ?? "unknown error");
  const said = plainMessage(error.message || String(cause)).replace(/\.$/, "");
  const status = error.$metadata?.httpStatusCode;
  if (isUnreadable(error)) return `the answer (HTTP ${status}) cannot be read: ${said}`;
  if (isUnknown(error)) return `the answer is HTTP ${status}, ${said}`;
  return `${name}: ${said}`;
}

/** The answer is not in the service's language, as when something between here and there answers in its place. */
function isUnreadable(error: ServiceErrorShape): boolean {
  return error.$response !== undefined && error.$fault === undefined && !isUnreached(error);
}

/** An answer that is an error, but not one of the service's. */
function isUnknown({ name = "", $metadata }: ServiceErrorShape): boolean {
  return /^(Unknown|UnknownError)$/.test(name) && $metadata?.httpStatusCode !== undefined;
}

function isUnreached({ name = "", code = "" }: ServiceErrorShape): boolean {
  return UNREACHED.test(name) || UNREACHED.test(code);
}

function codeOf(error: ServiceErrorShape): ErrorCode {
  const name = error.name ?? "";
  const status = error.$metadata?.httpStatusCode;
  if (name === "AbortError") return "interrupted";
  if (THROTTLED.test(name) || error.$retryable?.throttling || status === 429) return "throttled";
  if (DENIED.test(name) || status === 401 || status === 403) return "denied";
  if (isUnreached(error)) return "unavailable";
  if (status !== undefined && status >= 500) return "unavailable";
  return "malformed";
}

function hint(code: ErrorCode, error: ServiceErrorShape): string {
  const { name = "", message = "" } = error;
  if (name === "CredentialsProviderError") {
    return "Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`";
  }
  if (code === "throttled") return "The service is limiting the rate: try again later";
  if (isUnreadable(error) || isUnknown(error)) {
    return "Something else may have answered in the service's place, such as a proxy: check the network and the endpoint";
  }
  switch (code) {
    case "denied":
      if (name.startsWith("ExpiredToken")) return "Renew the credentials";
      if (/skew|signature (expired|not yet current)|^Request(Expired|InTheFuture)/i.test(`${name} ${message}`)) {
        return "Set this machine's clock";
      }
      return "Grant the action, or check the credentials";
    case "unavailable":
      return "Check the network and the endpoint";
    default:
      return "Try again; if it stays so, report it";
  }
}

/** An SDK's message without its advice to programmers. */
function plainMessage(message: string): string {
  const own = message
    .replace(/\s*Deserialization error: to see the raw response.*$/s, "")
    .replace(/^@smithy\/node-http-handler - (\[ERROR\] )?/, "");
  return toSingleLine(own);
}

/** Any text as one line of valid Unicode without control characters, cut at 500: fit for a log, a terminal and a record. */
export function toSingleLine(text: string, limit = 500): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  return (plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain).toWellFormed();
}

/** One line for anything thrown, with the causes it carries. */
export function formatError(error: unknown): string {
  if (!(error instanceof Error)) return toSingleLine(String(error));
  const code = (error as NodeJS.ErrnoException).code;
  const own = error.message || code || error.name;
  const { cause } = error;
  return toSingleLine(cause instanceof Error && !alreadyIncludes(own, cause) ? `${own}: ${formatError(cause)}` : own);
}

/** Whether a text already says what an error says. */
function alreadyIncludes(text: string, error: Error): boolean {
  return text.includes(error.message) || text.includes(plainMessage(error.message).replace(/\.$/, ""));
}
