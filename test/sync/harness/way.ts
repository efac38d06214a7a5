import type { Ground } from "./ground.ts";
import type { NetworkConditions, Send, Watch } from "./network.ts";
import type { Process, Simulation } from "./simulation.ts";

/** What a process has to reach the store. */
export interface Way {
  readonly simulation: Simulation;
  readonly process: Process;
  readonly ground: Ground;
  readonly conditions: NetworkConditions;
  readonly send: Send;
  readonly watch: Watch;
}
