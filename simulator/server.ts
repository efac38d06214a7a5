import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { SimulatedAccount } from "./account.ts";
import { answer, pagesBefore } from "./answer.ts";
import { driftOnce } from "./drift.ts";
import type { Service } from "./errors.ts";
import { Faults } from "./faults.ts";
import { OPERATIONS, type OperationName } from "./operations/registry.ts";
import { authenticate, readInput, route, sendBody, sendError } from "./protocol.ts";
import { seededRandom } from "./random.ts";

interface SimulatorOptions {
  account: SimulatedAccount;
  /** 0, the default, takes any free port. */
  port?: number;
  /** What drift and the chances of faults are drawn from. */
  seed?: string | number;
  /** What time it is for the account, in milliseconds. */
  now?: () => number;
}

/** A running simulator. Its account and faults can be edited at any time. */
export interface Simulator {
  /** The endpoint of all four services. */
  readonly url: string;
  readonly port: number;
  readonly account: SimulatedAccount;
  readonly faults: Faults;
  /** How many requests were made of each operation, whatever became of them. */
  readonly requests: Record<OperationName, number>;
  /** Changes some small thing in the account and says what. */
  drift(): string;
  /** Drifts at every interval until the returned function is called, or the simulator closed. */
  startDrift(intervalMs: number, onStep?: (step: string) => void): () => void;
  /** Stops drift, cuts all connections and frees the port. */
  close(): Promise<void>;
}

/** Serves the account's list operations on 127.0.0.1 until closed. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { account, port = 0, seed = 1, now = Date.now } = options;
  const faults = new Faults(seed);
  const requests = noRequests();
  const server = createServer((request, response) => {
    void serve(request, response, { account, faults, requests });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });

  const timers = new Set<NodeJS.Timeout>();
  const drift = () => driftOnce(account, seededRandom(`drift/${seed}/${account.steps++}`), now());
  const bound = (server.address() as AddressInfo).port;
  return {
    ...{ url: `http://127.0.0.1:${bound}`, port: bound, account, faults, requests, drift },
    startDrift: (intervalMs, onStep) => {
      const step = () => {
        const change = drift();
        onStep?.(change);
      };
      const timer = setInterval(step, intervalMs);
      timers.add(timer.unref());
      return () => clearInterval(timer);
    },
    close: async () => {
      for (const timer of timers) clearInterval(timer);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

type Serving = Pick<Simulator, "account" | "faults" | "requests">;

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving): Promise<void> {
  let service: Service | undefined;
  try {
    const { name, operation, labels } = route(request);
    service = operation.service;
    serving.requests[name]++;
    authenticate(request, service);
    const input = { ...(await readInput(request, operation)), ...labels };
    const { kind, delayMs } = serving.faults.strike({
      operation: name,
      paged: operation.paging !== undefined,
      hasToken: operation.paging !== undefined && input[operation.paging.token] != null,
      hasParent: operation.removeParent !== undefined,
      pagesBefore: pagesBefore(operation, serving.account, input),
    });
    if (delayMs > 0) await wait(delayMs);
    if (kind === "hang") return;
    if (kind === "reset") request.socket.resetAndDestroy();
    else sendBody(response, service, answer(operation, serving.account, input, kind));
  } catch (error) {
    if (!response.headersSent && !response.destroyed) sendError(response, service, error);
  }
}

function noRequests(): Record<OperationName, number> {
  return Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, 0])) as Record<OperationName, number>;
}
