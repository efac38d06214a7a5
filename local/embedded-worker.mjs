// Runs the embedded database in a thread of its own, so that it and what uses it do not wait for each other.
// Plain JavaScript, because a worker thread is started by Node itself and not through the TypeScript loader.
import { request as httpRequest } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";

const server = dynalite({ path: workerData.folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.keepAliveTimeout = 60_000;

const answering = new Set();
let closing = false;

const [answer] = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  if (closing) {
    request.socket.destroy();
    return;
  }
  if (mayBeABrowser(request)) {
    response.writeHead(403, { connection: "close" }).end();
    return;
  }
  answering.add(response);
  response.once("close", () => {
    answering.delete(response);
    if (closing) disconnectWhenAnswered();
  });
  answer(request, response);
  // dynalite throws what a connection emits that breaks within a request, as that of a killed process does: this thread would end.
  request.removeAllListeners("error");
});

/** dynalite checks no credentials and lets every web page in; what browsers send tells of itself by one of these. */
function mayBeABrowser({ headers }) {
  const ownHost = /^127\.0\.0\.1:\d+$/.test(headers.host ?? "");
  return !ownHost || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  await mustBeOpen(port);
  parentPort?.postMessage({ port });
});

/** dynalite opens the database when it is first asked for something; if another process was quicker it throws, and this thread ends. */
async function mustBeOpen(port) {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.ListTables" };
  const authorization = "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=f, Signature=g";
  const asked = { ...headers, authorization, "x-amz-date": "h" };
  await new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, method: "POST", agent: false, headers: asked }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) answer.once("end", resolve);
      else reject(new Error(`the embedded database answers with ${answer.statusCode}`));
    });
    request.once("error", reject);
    request.end("{}");
  });
}

parentPort?.once("message", () => {
  closing = true;
  server.close((error) => parentPort?.postMessage({ closed: true, error: error?.message }));
  disconnectWhenAnswered();
});

/** Other processes may be in the middle of something: what they have asked for is answered, what they ask now is not taken. */
function disconnectWhenAnswered() {
  if (answering.size === 0) server.closeAllConnections();
}
