// Runs the embedded database in a thread of its own, so that it and what uses it do not wait for each other.
// Plain JavaScript, because a worker thread is started by Node itself and not through the TypeScript loader.
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";

const server = dynalite({ path: workerData.folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => parentPort?.postMessage({ port: server.address().port }));

parentPort?.once("message", () => {
  server.close((error) => parentPort?.postMessage({ closed: true, error: error?.message }));
  server.closeAllConnections();
});
