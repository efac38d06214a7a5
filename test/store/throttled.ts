import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy in front of a DynamoDB without enough capacity. */
export interface ThrottledDatabase {
  readonly url: string;
  /** First tries, and those of them that were refused for want of capacity. */
  readonly counts: { asked: number; refused: number };
  close(): Promise<void>;
}

/** Refuses a third of the requests at their first try, and lets their second through. */
export async function throttle(database: string): Promise<ThrottledDatabase> {
  const counts = { asked: 0, refused: 0 };
  const server = createServer((asked, response) => {
    if (isFirst(asked)) counts.asked += 1;
    if (isFirst(asked) && isUnlucky(asked)) {
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

function isFirst({ headers }: IncomingMessage): boolean {
  return /attempt=1\b/.test(String(headers["amz-sdk-request"]));
}

function isUnlucky({ headers }: IncomingMessage): boolean {
  return createHash("md5").update(String(headers["amz-sdk-invocation-id"])).digest().readUInt8() % 3 === 0;
}
