/**
 * What went wrong, as few kinds as there are reactions: throttled and unavailable are tried again later; denied needs
 * a person; refused lasts until the account changes, so it is said once and tried daily; unsupported is refused when the configuration is
 * read; malformed is a bug on either side of the wire; superseded and interrupted say that this sync stopped, not that anything is wrong;
 * damaged: what is stored does not match its checksum; clock: this machine's clock is wrong; foreign: the items are another account's.
 */
export type ErrorCode =
  | "throttled"
  | "unavailable"
  | "denied"
  | "refused"
  | "unsupported"
  | "malformed"
  | "superseded"
  | "interrupted"
  | "damaged"
  | "clock"
  | "foreign";

/** Failures that trying again soon may mend. The rest wait for the next interval. */
export const RETRYABLE: readonly ErrorCode[] = ["throttled", "unavailable", "superseded", "interrupted"];

/** An error of a sync, in one line that a person can act on. */
export class SyncError extends Error {
  override readonly name = "SyncError";
  readonly code: ErrorCode;
  /** What ends the condition, where the message ends with that. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { readonly hint?: string }) {
    super(message, options);
    this.code = code;
    this.hint = options?.hint;
  }
}

const THROTTLED =
  /^(Throttling|ThrottlingException|ThrottledException|TooManyRequestsException|RequestLimitExceeded|RequestThrottled|RequestThrottledException|SlowDown|BandwidthLimitExceeded|LimitExceededException|ProvisionedThroughputExceededException|TransactionInProgressException|PriorRequestNotComplete)$/;
const DENIED =
  /^(AccessDenied|AccessDeniedException|UnauthorizedException|UnauthorizedOperation|NotAuthorized|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|InvalidSignatureException|SignatureDoesNotMatch|RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|MissingAuthenticationToken|MissingAuthenticationTokenException|IncompleteSignature|InvalidAccessKeyId|CredentialsProviderError|TokenProviderError|AuthFailure)$/;
const UNREACHED =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPROTO|TimeoutError|RequestTimeout|RequestTimeoutException)$/;

/** The account or the region does not have what is asked for: as long as that is so, every attempt is refused. */
const REFUSED: readonly (readonly [name: RegExp, hint: string])[] = [
  [
    /^(SubscriptionRequired|SubscriptionRequiredException|NotSubscribed|NotSubscribedException)$/,
    "The account is not subscribed to this service: sign up for it in the AWS console, or leave the source out",
  ],
  [
    /^(OptInRequired|OptInRequiredException|RegionDisabledException|RegionNotEnabledException)$/,
    "The region or the service is not enabled for this account: enable it, or leave the region out",
  ],
  [
    /^(UnknownOperation|UnknownOperationException|InvalidAction|NotImplementedException|UnsupportedOperationException)$/,
    "What answers does not know this operation: the service may lack it in this region, so leave the region out; or the endpoint is another service's",
  ],
];
/** The credentials are not known there: they are wrong, or the region is not enabled, which looks the same. */
const INVALID_CREDENTIALS =
  /^(InvalidClientTokenId|UnrecognizedClientException|UnrecognizedClient|InvalidAccessKeyId|AuthFailure)$/;
/** Node's and OpenSSL's codes for a certificate that is not trusted. */
const UNTRUSTED_CERTIFICATE =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|CERT_UNTRUSTED|CERT_CHAIN_TOO_LONG|INVALID_CA)$/;
const INVALID_CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "The certificate has expired: have it renewed, or set this machine's clock",
  CERT_NOT_YET_VALID: "The certificate is not valid yet: set this machine's clock",
  CERT_REVOKED: "The certificate is revoked: have it renewed",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "The certificate is for another host: check the endpoint, and whether a proxy answers in its place",
};

/** What a denied call needs, where nothing says more. */
export const GRANT_HINT = "Grant the action, or check the credentials";

interface ServiceErrorShape {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  /** What ends the condition, where who threw it knows. */
  readonly hint?: string;
  /** Of an error that the service itself answered with. */
  readonly $fault?: string;
  /** The answer that the error is about. */
  readonly $response?: unknown;
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * What a service answered as one of our errors, `what` naming what was asked of it. Reads the shape that AWS SDK clients
 * give their errors (name, `$metadata.httpStatusCode`, Node's `code`), so that the engine need not know the SDK.
 */
export function serviceError(what: string, cause: unknown): SyncError {
  if (cause instanceof SyncError) return cause;
  const error: ServiceErrorShape = typeof cause === "object" && cause !== null ? cause : {};
  const code = codeOf(error);
  const advice = hint(code, error);
  return new SyncError(code, `${what} failed: ${problemOf(error, cause)}. ${advice}`, { cause, hint: advice });
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
  if (refusal(error)) return "refused";
  if (DENIED.test(name) || certificateHint(error) || status === 401 || status === 403) return "denied";
  if (isUnreached(error) || status === PROXY_AUTHENTICATION) return "unavailable";
  if (name === "EndpointError") return "unsupported";
  if (status !== undefined && status >= 500) return "unavailable";
  return "malformed";
}

const PROXY_AUTHENTICATION = 407;

function refusal({ name = "" }: ServiceErrorShape): string | undefined {
  return REFUSED.find(([names]) => names.test(name))?.[1];
}

/** Whether a service did not know the credentials at all, as one does in a region that the account has not enabled. */
export function isInvalidCredentials(error: unknown): boolean {
  return error instanceof Error && INVALID_CREDENTIALS.test(error.name);
}

function certificateHint({ code = "", name = "" }: ServiceErrorShape): string | undefined {
  if (UNTRUSTED_CERTIFICATE.test(code) || UNTRUSTED_CERTIFICATE.test(name)) {
    return "The certificate is not signed by a known authority: set NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE to a file with that of your proxy or endpoint";
  }
  return INVALID_CERTIFICATE[code] ?? INVALID_CERTIFICATE[name];
}

function hint(code: ErrorCode, error: ServiceErrorShape): string {
  const { name = "", message = "" } = error;
  if (error.$metadata?.httpStatusCode === PROXY_AUTHENTICATION) {
    return "The proxy wants a name and password: HTTPS_PROXY=http://name:password@host:port";
  }
  if (name === "CredentialsProviderError") {
    if (error.hint !== undefined) return error.hint;
    return "Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`";
  }
  if (code === "throttled") return "The service is limiting the rate: try again later";
  if (isUnreadable(error) || isUnknown(error)) {
    return "Something else may have answered in the service's place, such as a proxy: check the network and the endpoint";
  }
  switch (code) {
    case "refused":
      return refusal(error) ?? "";
    case "unsupported":
      if (/FIPS/.test(message)) {
        return "Unset AWS_USE_FIPS_ENDPOINT (use_fips_endpoint in the profile), or the custom endpoint (AWS_ENDPOINT_URL…)";
      }
      if (/dual-?stack/i.test(message)) {
        return "Unset AWS_USE_DUALSTACK_ENDPOINT (use_dualstack_endpoint in the profile), or the custom endpoint (AWS_ENDPOINT_URL…)";
      }
      return "Check the region and the endpoint";
    case "denied":
      if (certificateHint(error)) return certificateHint(error) ?? "";
      if (INVALID_CREDENTIALS.test(name)) {
        return "The credentials are wrong or deleted, or the region is not enabled for the account: check both";
      }
      if (/service control policy/i.test(message)) {
        return "A service control policy of the organization denies it: have it allowed there, or leave the region out";
      }
      if (name.startsWith("ExpiredToken")) return "Renew the credentials";
      if (/skew|signature (expired|not yet current)|^Request(Expired|InTheFuture)/i.test(`${name} ${message}`)) {
        return "Set this machine's clock";
      }
      return GRANT_HINT;
    case "unavailable":
      if (message.startsWith("the proxy ")) return "Check HTTPS_PROXY, NO_PROXY and the proxy";
      if (/ENOTFOUND|EAI_AGAIN/.test(`${error.code} ${message}`)) {
        return "The host is not known: check the network, the endpoint, and whether the service exists in the region";
      }
      if (/^EPROTO$/.test(error.code ?? "")) {
        return "What answers does not speak TLS: check whether the endpoint, or the proxy, is http:// or https://";
      }
      if ((error.$metadata?.httpStatusCode ?? 0) >= 500) return "The service itself has a fault: try again later";
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
