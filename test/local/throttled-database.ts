import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy before a DynamoDB whose capacity is never enough. */
export interface ThrottledDatabase {
  readonly url: string;
  /** Requests refused for want of capacity, of all that came. */
  readonly counts: { asked: number; refused: number };
  close(): Promise<void>;
}

/** Of the requests a third is refused when it comes first, and when the client tries it again for the first time. */
export async function throttle(database: string): Promise<ThrottledDatabase> {
  const counts = { asked: 0, refused: 0 };
  const server = createServer((asked, response) => {
    counts.asked += 1;
    if (isRefused(asked)) {
      counts.refused += 1;
      asked.resume();
      const __type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
      response.writeHead(400, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify({ __type, message: "The level of configured provisioned throughput was exceeded." }));
      return;
    }
    const { method, headers } = asked;
    const forwarded = request(database, { method, headers: { ...headers, host: new URL(database).host } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    forwarded.once("error", () => response.destroy());
    asked.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function isRefused({ headers }: IncomingMessage): boolean {
  const attempt = Number(/attempt=(\d+)/.exec(String(headers["amz-sdk-request"]))?.[1] ?? 1);
  const draw = createHash("md5").update(String(headers["amz-sdk-invocation-id"])).digest().readUInt8();
  return attempt <= 2 && draw % 3 === 0;
}
