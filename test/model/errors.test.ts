import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatError, SyncError, serviceError, toSingleLine } from "../../functions/model/errors.ts";

const named = (name: string, more: object = {}) => Object.assign(new Error("said"), { name, ...more });
const status = (httpStatusCode: number) => named("SomethingElse", { $metadata: { httpStatusCode } });

describe("an error that a service answered", () => {
  test.each<[string, unknown]>([
    ["throttled", named("ThrottlingException")],
    ["throttled", named("TooManyRequestsException")],
    ["throttled", named("ProvisionedThroughputExceededException")],
    ["throttled", named("Unheard", { $retryable: { throttling: true } })],
    ["throttled", status(429)],
    ["denied", named("AccessDeniedException")],
    ["denied", named("ExpiredTokenException")],
    ["denied", named("CredentialsProviderError")],
    ["denied", named("Error", { code: "SELF_SIGNED_CERT_IN_CHAIN" })],
    ["refused", named("SubscriptionRequiredException", { $metadata: { httpStatusCode: 400 } })],
    ["refused", named("OptInRequired", { $metadata: { httpStatusCode: 403 } })],
    ["refused", named("UnknownOperationException", { $metadata: { httpStatusCode: 404 } })],
    ["unsupported", named("EndpointError")],
    ["unavailable", status(407)],
    ["denied", status(401)],
    ["denied", status(403)],
    ["unavailable", named("TimeoutError")],
    ["unavailable", named("Error", { code: "ECONNREFUSED" })],
    ["unavailable", named("Error", { code: "ENOTFOUND" })],
    ["unavailable", status(500)],
    ["unavailable", status(503)],
    ["interrupted", named("AbortError")],
    ["malformed", named("ValidationException", { $metadata: { httpStatusCode: 400 } })],
    ["malformed", status(404)],
    ["malformed", new TypeError("no")],
    ["malformed", "text"],
    ["malformed", undefined],
    ["malformed", null],
  ])("is %s: %o", (code, cause) => {
    const error = serviceError("Test ListThings", cause);
    expect(error).toMatchObject({ name: "SyncError", code, cause });
    expect(error.message).toMatch(/^Test ListThings failed: /);
  });
  test("stays as it is when it is ours already", () => {
    const error = new SyncError("superseded", "gone");
    expect(serviceError("Test ListThings", error)).toBe(error);
  });
  test("is named, with what can be done about it", () => {
    expect(serviceError("A b", named("AccessDeniedException")).message).toBe(
      "A b failed: AccessDeniedException: said. Grant the action, or check the credentials",
    );
    expect(serviceError("A b", named("Error", { code: "ECONNREFUSED", message: "" })).message).toContain(
      "ECONNREFUSED",
    );
    expect(serviceError("A b", named("CredentialsProviderError")).message).toContain("aws sso login");
  });

  const HINT =
    "\n  Deserialization error: to see the raw response, inspect the hidden field {error}.$response on this object.";
  const answered = (httpStatusCode: number) => ({ $response: {}, $metadata: { httpStatusCode } });
  const PROXY =
    "Something else may have answered in the service's place, such as a proxy: check the network and the endpoint";
  test.each<[string, object, string]>([
    [
      "an answer that is not the service's",
      Object.assign(new SyntaxError(`Unexpected token '<'${HINT}`), answered(200)),
      `A b failed: the answer (HTTP 200) cannot be read: Unexpected token '<'. ${PROXY}`,
    ],
    [
      "an answer that broke off",
      named("Error", { message: `aborted${HINT}`, code: "ECONNRESET", ...answered(200) }),
      "A b failed: ECONNRESET: aborted. Check the network and the endpoint",
    ],
    [
      "a status without a word",
      named("Unknown", { message: "UnknownError", $fault: "client", ...answered(302) }),
      `A b failed: the answer is HTTP 302, UnknownError. ${PROXY}`,
    ],
    [
      "a fault of the service",
      named("InternalFailure", { $fault: "server", ...answered(500) }),
      "A b failed: InternalFailure: said. The service itself has a fault: try again later",
    ],
    [
      "silence",
      named("TimeoutError", { message: "@smithy/node-http-handler - [ERROR] no answer came." }),
      "A b failed: TimeoutError: no answer came. Check the network and the endpoint",
    ],
    [
      "credentials that have expired",
      named("ExpiredTokenException", { $fault: "client", ...answered(403) }),
      "A b failed: ExpiredTokenException: said. Renew the credentials",
    ],
    [
      "a clock that is wrong",
      named("InvalidSignatureException", { message: "Signature expired: 1 is now earlier than 2", $fault: "client" }),
      "A b failed: InvalidSignatureException: Signature expired: 1 is now earlier than 2. Set this machine's clock",
    ],
    [
      "an account without a subscription",
      named("SubscriptionRequiredException", { $fault: "client", ...answered(400) }),
      "A b failed: SubscriptionRequiredException: said. The account is not subscribed to this service: sign up for it in the AWS console, or leave the source out",
    ],
    [
      "a service that lacks the operation",
      named("UnknownOperationException", { message: "", $fault: "client", ...answered(404) }),
      "A b failed: UnknownOperationException: UnknownOperationException. What answers does not know this operation: the service may lack it in this region, so leave the region out; or the endpoint is another service's",
    ],
    [
      "a certificate of a private authority",
      named("Error", { message: "self-signed certificate in certificate chain", code: "SELF_SIGNED_CERT_IN_CHAIN" }),
      "A b failed: SELF_SIGNED_CERT_IN_CHAIN: self-signed certificate in certificate chain. The certificate is not signed by a known authority: set NODE_EXTRA_CA_CERTS or AWS_CA_BUNDLE to a file with that of your proxy or endpoint",
    ],
    [
      "a certificate for another host",
      named("Error", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
      "A b failed: ERR_TLS_CERT_ALTNAME_INVALID: said. The certificate is for another host: check the endpoint, and whether a proxy answers in its place",
    ],
    [
      "FIPS with an endpoint of its own",
      named("EndpointError", { message: "Invalid Configuration: FIPS and custom endpoint are not supported" }),
      "A b failed: EndpointError: Invalid Configuration: FIPS and custom endpoint are not supported. Unset AWS_USE_FIPS_ENDPOINT (use_fips_endpoint in the profile), or the custom endpoint (AWS_ENDPOINT_URL…)",
    ],
    [
      "a host that does not exist",
      named("Error", { message: "getaddrinfo ENOTFOUND a.b", code: "ENOTFOUND" }),
      "A b failed: ENOTFOUND: getaddrinfo ENOTFOUND a.b. The host is not known: check the network, the endpoint, and whether the service exists in the region",
    ],
    [
      "credentials that the region does not know",
      named("UnrecognizedClientException", { $fault: "client", ...answered(400) }),
      "A b failed: UnrecognizedClientException: said. The credentials are wrong or deleted, or the region is not enabled for the account: check both",
    ],
    [
      "a policy of the organization",
      named("AccessDeniedException", { message: "denied with an explicit deny in a service control policy" }),
      "A b failed: AccessDeniedException: denied with an explicit deny in a service control policy. A service control policy of the organization denies it: have it allowed there, or leave the region out",
    ],
    [
      "a refusal",
      named("ValidationException", { $fault: "client", ...answered(400) }),
      "A b failed: ValidationException: said. Try again; if it stays so, report it",
    ],
  ])("is told once, in one line, with what can be done about it: %s", (_, cause, line) => {
    const error = serviceError("A b", cause);
    expect(error.message).toBe(line);
    expect(formatError(error)).toBe(line);
  });
});

describe("a formatted error", () => {
  test.each<[unknown, string]>([
    ["text", "text"],
    [new Error("a", { cause: new Error("b", { cause: new Error("c") }) }), "a: b: c"],
    [new Error("a because b", { cause: new Error("b") }), "a because b"],
    [Object.assign(new Error(""), { code: "ECONNRESET" }), "ECONNRESET"],
    [new Error(""), "Error"],
    [undefined, "undefined"],
  ])("of %o is %j", (error, line) => expect(formatError(error)).toBe(line));

  test("is one line of valid Unicode of at most 500 characters", () => {
    expect(toSingleLine("a\n\tb\u0000c\u2028d  e\u200f")).toBe("a b c d e");
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => {
        const line = toSingleLine(text);
        expect(line.length).toBeLessThanOrEqual(500);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(toSingleLine("\u{1F600}".repeat(400)).isWellFormed()).toBe(true);
  });
});
