import type { FleetSizes } from "./fleet/run.ts";
import { type Started, start } from "./processes/start.ts";
import type { RunnerCalls } from "./runner.process.ts";
import type { SimulatorCalls } from "./simulator.process.ts";

export type Runner = Started<RunnerCalls>;

/** What the parts share. */
export interface World {
  readonly sizes: Sizes;
  /** The synced associations: a file that the first part makes that needs it. */
  readonly lineageFile: string;
  say(what: string): void;
}

/** How large and how often everything is measured. */
export interface Sizes {
  readonly items: number;
  /** Of the figures in units, which a database in JavaScript has to store. */
  readonly pricedItems: number;
  readonly memoryItems: readonly number[];
  readonly turns: number;
  readonly gets: number;
  readonly starts: number;
  /** Of the log whose newest changes are asked for. */
  readonly changes: number;
  /** Of the graph that the explorer draws. */
  readonly nodes: number;
  readonly pageMs: number;
  readonly fleets: Readonly<Record<"core" | "all", Omit<FleetSizes, "tier">>>;
}

export const FULL: Sizes = {
  items: 100_000,
  pricedItems: 10_000,
  memoryItems: [100_000, 1_000_000],
  turns: 3,
  gets: 1_000,
  starts: 9,
  changes: 1_000_000,
  nodes: 5_000,
  pageMs: 50,
  fleets: {
    core: { accounts: 1_000, minutes: 15, workers: 20 },
    all: { accounts: 250, minutes: 15, workers: 10 },
  },
};

/** For trying the suite itself: the figures mean little. */
export const QUICK: Sizes = {
  items: 5_000,
  pricedItems: 1_000,
  memoryItems: [5_000, 20_000],
  turns: 1,
  gets: 20,
  starts: 3,
  changes: 20_000,
  nodes: 5_000,
  pageMs: 50,
  fleets: { core: { accounts: 10, minutes: 12, workers: 4 }, all: { accounts: 4, minutes: 12, workers: 4 } },
};

/** Lends a simulated service, in a process of its own, that lists so many items of one kind. */
export async function withSimulator<T>(
  kind: "associations" | "accountAssociations",
  items: number,
  use: (simulator: Started<SimulatorCalls>, service: string) => Promise<T>,
): Promise<T> {
  const simulator = start<SimulatorCalls>("simulator");
  try {
    return await use(simulator, await simulator.call("serve", kind, items));
  } finally {
    await simulator.stop();
  }
}

/** Lends a process in which nothing else has run. */
export async function withRunner<T>(use: (runner: Runner) => Promise<T>): Promise<T> {
  const runner = start<RunnerCalls>("runner");
  try {
    return await use(runner);
  } finally {
    await runner.stop();
  }
}
