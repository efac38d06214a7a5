import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A bucket that answers S3's protocol, as far as exports speak it, on 127.0.0.1. */
export interface BucketServer {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** Uploads in parts that were neither completed nor given up. */
  readonly uploads: ReadonlyMap<string, ReadonlyMap<number, Buffer>>;
  /** The operations, each with its key, in order. */
  readonly requests: string[];
  /** Answers an operation on a key with an error from now on; undefined ends that. */
  fail(operation: RegExp | undefined): void;
  /** Never answers the next such operation. Resolves when it was asked for. */
  hold(operation: RegExp): Promise<void>;
  close(): Promise<void>;
}

/** So few that lists have several pages. */
const PAGE_KEYS = 3;

interface Response {
  readonly status?: number;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
}

/** Serves one bucket. Any other is not there. */
export async function startBucket(bucket: string): Promise<BucketServer> {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const requests: string[] = [];
  let failing: RegExp | undefined;
  let held: { readonly operation: RegExp; readonly asked: () => void } | undefined;

  const answer = async (request: IncomingMessage): Promise<Response> => {
    const { pathname, searchParams: query } = new URL(request.url ?? "", "http://bucket");
    const [, named = "", ...rest] = decodeURIComponent(pathname).split("/");
    const key = rest.join("/");
    const body = Buffer.concat(await request.toArray());
    const operation = `${request.method}${["uploads", "uploadId", "list-type", "delete"].map((name) => (query.has(name) ? `?${name}` : "")).join("")} ${key}`;
    requests.push(operation);
    if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=")) return error(403, "AccessDenied");
    if (named !== bucket) return error(404, "NoSuchBucket");
    if (failing?.test(operation)) return error(403, "AccessDenied");
    if (held?.operation.test(operation)) {
      held.asked();
      held = undefined;
      return new Promise(() => undefined);
    }
    const upload = query.get("uploadId");
    if (upload !== null)
      return inParts(request.method ?? "", key, { upload, part: Number(query.get("partNumber")), body });
    if (query.has("uploads")) {
      const id = randomUUID();
      uploads.set(id, new Map());
      return { body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
    }
    if (query.has("list-type")) return list(query.get("prefix") ?? "", query.get("continuation-token") ?? "");
    if (query.has("delete")) {
      for (const [, each = ""] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(each);
      return { body: "<DeleteResult/>" };
    }
    if (request.method === "PUT") {
      if (request.headers["if-none-match"] === "*" && objects.has(key)) return error(412, "PreconditionFailed");
      objects.set(key, body);
      return { headers: { etag: '"whole"' } };
    }
    const object = objects.get(key);
    return object ? { body: object } : error(404, "NoSuchKey");
  };

  const inParts = (
    method: string,
    key: string,
    { upload, part, body }: { readonly upload: string; readonly part: number; readonly body: Buffer },
  ): Response => {
    const parts = uploads.get(upload);
    if (!parts) return error(404, "NoSuchUpload");
    if (method === "PUT") {
      parts.set(part, body);
      return { headers: { etag: `"${part}"` } };
    }
    uploads.delete(upload);
    if (method === "DELETE") return { status: 204 };
    const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) =>
      Number(number),
    );
    objects.set(
      key,
      Buffer.concat(numbers.map((number) => parts.get(number) ?? Buffer.from("a part that is not there"))),
    );
    return { body: "<CompleteMultipartUploadResult/>" };
  };

  const list = (prefix: string, after: string): Response => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, PAGE_KEYS);
    const more = keys.length > page.length;
    const contents = page.map((key) => `<Contents><Key>${key}</Key></Contents>`).join("");
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    return { body: `<ListBucketResult><IsTruncated>${more}</IsTruncated>${contents}${next}</ListBucketResult>` };
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void answer(request).then(({ status = 200, body = "", headers = {} }) => {
      response.writeHead(status, { "content-type": "application/xml", ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, objects, uploads, requests },
    fail(operation) {
      failing = operation;
    },
    hold: (operation) =>
      new Promise((resolve) => {
        held = { operation, asked: resolve };
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function error(status: number, code: string): Response {
  return { status, body: `<Error><Code>${code}</Code><Message>simulated</Message></Error>` };
}
