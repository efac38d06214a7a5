import { Sha256 } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsCredentialIdentityProvider } from "@smithy/types";
import { formatError } from "../functions/model/errors.ts";
import { LocalError } from "./usage.ts";

/** The read API of a deployment. */
export interface DeployedApi {
  /** The body that a path is answered with. Throws LocalError unless it is a 200. */
  get<Body>(path: string, query?: Readonly<Record<string, string>>): Promise<Body>;
}

/** Where the API is, how requests are signed, and what sends them. */
interface SigningOptions {
  readonly url: string;
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  readonly fetch: typeof fetch;
}

const REQUEST_TIMEOUT_MS = 35_000;

/** A server may close an idle connection just as it is used again. What only reads is then sent once more, over another connection. */
function isReset(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && (error.code === "ECONNRESET" || error.code === "UND_ERR_SOCKET")) return true;
  return isReset(error.cause);
}

/** Asks the API with Signature Version 4, as its IAM authoriser wants it. */
export function signedApi({ url, region, credentials, fetch }: SigningOptions): DeployedApi {
  const { protocol, host, hostname, port } = new URL(url);
  const signer = new SignatureV4({ service: "execute-api", region, credentials, sha256: Sha256 });
  return {
    async get(path, query = {}) {
      const target = { protocol, hostname, ...(port && { port: Number(port) }), path };
      const request = new HttpRequest({
        ...target,
        method: "GET",
        query,
        headers: { host, accept: "application/json" },
      });
      const { headers } = await signer.sign(request);
      const search = new URLSearchParams(query).toString().replaceAll("+", "%20");
      const address = `${protocol}//${host}${path}${search && `?${search}`}`;
      const send = () => fetch(address, { headers, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
      const answer = await send()
        .catch((error: unknown) => (isReset(error) ? send() : Promise.reject(error)))
        .catch((error: unknown) => {
          throw new LocalError(`the API at ${url} does not answer: ${formatError(error)}`, { cause: error });
        });
      const text = await answer.text();
      if (answer.status === 401 || answer.status === 403) {
        const remedy =
          "these credentials need execute-api:Invoke on it; an API that wants a JWT cannot be tried this way";
        throw new LocalError(
          `the API at ${url} rejected the request: ${answer.status} ${formatError(text)}; ${remedy}`,
        );
      }
      if (answer.status !== 200)
        throw new LocalError(`${address} was answered with ${answer.status}: ${formatError(text)}`);
      return JSON.parse(text);
    },
  };
}
