// Runs the embedded database in a thread of its own, so that it and what uses it do not wait for each other.
// Plain JavaScript, because a worker thread is started by Node itself and not through the TypeScript loader.
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";

const server = dynalite({ path: workerData.folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.keepAliveTimeout = 60_000;

const [answer] = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  if (mayBeABrowser(request)) {
    response.writeHead(403, { connection: "close" }).end();
    return;
  }
  answer(request, response);
  // dynalite throws what a connection emits that breaks within a request, as that of a killed process does: this thread would end.
  request.removeAllListeners("error");
});

/** dynalite checks no credentials and lets every web page in; what browsers send tells of itself by one of these. */
function mayBeABrowser({ headers }) {
  const ownHost = /^127\.0\.0\.1:\d+$/.test(headers.host ?? "");
  return !ownHost || headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

server.listen(0, "127.0.0.1", () => parentPort?.postMessage({ port: server.address().port }));

parentPort?.once("message", () => {
  server.close((error) => parentPort?.postMessage({ closed: true, error: error?.message }));
  server.closeAllConnections();
});
