import { SyncError } from "../../../functions/model/errors.ts";
import type { ScopeState } from "../../../functions/model/scope-state.ts";
import type { Random } from "./random.ts";
import { type Process, type Simulation, unlessAborted } from "./simulation.ts";

/** What the harness watches of one process's requests. */
export interface Watch {
  /** Before a request is sent, and after it arrived: a process may die or stand still then. */
  sending(what: string, isWrite: boolean): void;
  arrived(isWrite: boolean): void;
  /** This write, and no other, replaced the scope's state. */
  replaced(state: ScopeState, before: ScopeState | undefined): Promise<void>;
}

export interface NetworkConditions {
  /** The share of requests that fail. A write fails in three ways: not carried out, carried out unheard, carried out later. */
  readonly faults: number;
  /** The share of writes that arrive a second time, at any time later. */
  readonly repeats: number;
  /** The share of reads that see different records at different times, and of batches whose records travel separately. */
  readonly splits: number;
  /** How many times longer everything takes. */
  readonly slowness: number;
}

/** The longest that a repeated or given up write is under way, ms: two hours. */
const LATEST = 7_200_000;

/** Any delay up to the latest; half of them are short, so that they end while the same process is still at work. */
export function anyDelay(random: Random): number {
  return Math.exp(random.next() * Math.log(random.chance(0.5) ? 3_000 : LATEST));
}

export interface Request<T> {
  readonly what: string;
  readonly effect: () => Promise<T>;
  /** What happens if it arrives a second time; absent of a read. */
  readonly again?: () => Promise<unknown>;
  readonly signal?: AbortSignal;
}

/** Sends a request: its effect happens at one moment; its answer arrives then, or never. */
export type Send = <T>(request: Request<T>) => Promise<T>;

/** The way from one process to the store: every request is a step that takes its time, between which everybody else's happen. */
export function createNetwork(
  simulation: Simulation,
  process: Process,
  conditions: NetworkConditions,
  watch: Watch,
): Send {
  const { random } = simulation;

  const latency = () => {
    const draw = random.next();
    const ms = draw < 0.7 ? random.integer(1, 20) : draw < 0.95 ? random.integer(20, 150) : random.integer(150, 450);
    return ms * conditions.slowness;
  };
  const late = (what: string, effect: () => Promise<unknown>) =>
    simulation.after(anyDelay(random), () => {
      simulation.note(`${process.name} ${what} (late)`);
      simulation.during(effect().then(() => undefined));
    });

  return <T>({ what, effect, again, signal }: Request<T>) =>
    new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      let answered = false;
      const stop = unlessAborted(signal, (reason) => answer(() => reject(reason)));
      const answer = (give: () => void) => {
        stop();
        if (!answered) process.deliver(give);
        answered = true;
      };
      const fail = () => answer(() => reject(new SyncError("unavailable", `${what} failed`)));
      const arrive = async (isHeard: boolean) => {
        // What is under way when its process dies or gives it up may arrive, or later, or not.
        if (process.dead || signal?.aborted) {
          const fate = random.next();
          if (fate < 0.3) return;
          if (fate < 0.6 && again) return late(what, effect);
        }
        const outcome = await effect().then(
          (value) => () => resolve(value),
          (error: unknown) => () => reject(error),
        );
        if (again) {
          simulation.note(`${process.name} ${what}${isHeard ? "" : " (unheard)"}`);
          if (random.chance(conditions.repeats)) late(what, again);
        }
        if (isHeard) answer(outcome);
        else fail();
        watch.arrived(again !== undefined);
      };
      const send = () => {
        const wait = latency();
        const fault = !random.chance(conditions.faults)
          ? "none"
          : again
            ? random.pick(["refused", "unheard", "late"] as const)
            : "refused";
        if (fault === "none" || fault === "unheard") {
          simulation.after(wait, () => simulation.during(arrive(fault === "none")));
          return;
        }
        simulation.after(wait, fail);
        if (fault === "late") late(what, effect);
      };
      watch.sending(what, again !== undefined);
      process.deliver(send);
    });
}
