// Runs the embedded database in a thread of its own, so that it and what uses it do not wait for each other.
// Plain JavaScript, because a worker thread is started by Node itself and not through the TypeScript loader.
import { randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import dynalite from "dynalite";
import databases from "dynalite/db/index.js";

const { folder, addressFile, finishWithinMs } = workerData;
const password = randomUUID();
const countersign = randomUUID();

// dynalite opens its database by itself and says nothing of it. Whether it opened is what decides who owns it.
let store;
const createStore = databases.create;
databases.create = (options) => {
  store = createStore(options);
  return store;
};

const server = dynalite({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.keepAliveTimeout = 60_000;

let closing = false;
const underWay = new Set();
const [answer] = server.listeners("request");
server.removeAllListeners("request");
server.on("request", (request, response) => {
  // dynalite checks no credentials and would let every web page and every user of this machine in.
  if (request.headers["stocktake-password"] !== password) {
    response.writeHead(403, { connection: "close" }).end();
    return;
  }
  response.setHeader("stocktake-countersign", countersign);
  underWay.add(response);
  response.once("close", () => {
    underWay.delete(response);
    if (closing) server.closeIdleConnections();
  });
  if (closing) endConnectionAfter(response);
  answer(request, response);
  // dynalite throws what a connection emits that breaks within a request, as that of a killed process does: this thread would end.
  request.removeAllListeners("error");
});

function endConnectionAfter(response) {
  if (!response.headersSent) response.setHeader("connection", "close");
}

/** Only one thread of one process has the database open at a time: the operating system's lock on it sees to that. */
async function open() {
  try {
    await store.db.open();
  } catch ({ cause, message }) {
    parentPort.postMessage({ failure: { code: cause?.code, message: cause?.message ?? message } });
    return;
  }
  await activateTables();
  server.listen(0, "127.0.0.1", () => {
    const address = { url: `http://127.0.0.1:${server.address().port}`, pid: process.pid, password, countersign };
    writeFileSync(`${addressFile}.new`, `${JSON.stringify(address)}\n`, { mode: 0o600 });
    renameSync(`${addressFile}.new`, addressFile);
    parentPort.postMessage({ address });
  });
}

/** dynalite stores a new table first as being created, then as active: a process killed in between leaves it so for ever. */
async function activateTables() {
  for await (const [key, table] of store.db.iterator({ gte: "table~", lt: "table~\uffff" })) {
    if (table.TableStatus !== "CREATING") continue;
    const indexes = (table.GlobalSecondaryIndexes ?? []).map((index) => ({ ...index, IndexStatus: "ACTIVE" }));
    const active = { ...table, TableStatus: "ACTIVE", ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }) };
    await store.db.put(key, active);
  }
}

/** Requests under way are answered before the database is let go; those that come after find its next owner. */
function close() {
  closing = true;
  rmSync(addressFile, { force: true });
  for (const response of underWay) endConnectionAfter(response);
  server.close((error) => parentPort.postMessage({ closed: true, error: error?.message }));
  setTimeout(() => server.closeAllConnections(), finishWithinMs);
}

parentPort.on("message", (message) => (message === "open" ? open() : close()));
