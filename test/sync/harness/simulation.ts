import { setMaxListeners } from "node:events";
import type { Clock } from "../../../functions/model/clock.ts";
import type { Random } from "./random.ts";

/** Where virtual time begins, as epoch milliseconds. */
export const START = Date.UTC(2026, 2, 1);

/**
 * Virtual time in which events happen one after another, each to its end: what an event starts runs until it waits
 * for a later event. The same seed makes the same events, so a failure can be played again.
 */
export interface Simulation {
  readonly random: Random;
  /** Milliseconds since the beginning. */
  time(): number;
  /** Lets something happen `ms` from now; events due at the same time happen in random order. */
  after(ms: number, happen: () => void): void;
  /** Lets nothing else happen until this is done: work of the current event, at a store that takes real time. */
  during(work: Promise<void>): void;
  /** Adds a line to the report of a failure. */
  note(what: string): void;
  /** The last lines of the report. */
  report(): string;
  /** Notes a broken promise, which ends the run. */
  violated(what: string): void;
  /** Runs until nothing is left to happen, or until this time. Throws the first violation. */
  run(until?: number): Promise<void>;
}

interface Event {
  readonly due: number;
  readonly happen: () => void;
}

const NOTES_SHOWN = 120;
/** A run that never comes to rest is broken too. */
const MAX_EVENTS = 200_000;

export function createSimulation(random: Random, maxEvents: number = MAX_EVENTS): Simulation {
  const events: Event[] = [];
  const notes: { readonly at: number; readonly what: string }[] = [];
  const working = new Set<Promise<void>>();
  let time = 0;
  let happened = 0;
  let violation: string | undefined;
  const note = (what: string) => {
    notes.push({ at: time, what });
    if (notes.length > 2 * NOTES_SHOWN) notes.splice(0, NOTES_SHOWN);
  };
  const report = () =>
    notes
      .slice(-NOTES_SHOWN)
      .map(({ at, what }) => `${(at / 1000).toFixed(3)} ${what}`)
      .join("\n  ");
  /** Waits until nothing can go on without another event. */
  const settle = async () => {
    do {
      if (working.size > 0) await Promise.all(working);
      await new Promise<void>((resolve) => setImmediate(resolve));
      // The engine hands over to the event loop between pages.
    } while (working.size > 0 || process.getActiveResourcesInfo().includes("Immediate"));
  };
  return {
    random,
    time: () => time,
    after(ms, happen) {
      push(events, { due: time + Math.max(0, ms) + random.next() / 1000, happen });
    },
    during(work) {
      const done = work.finally(() => working.delete(done));
      working.add(done);
    },
    note,
    report,
    violated(what) {
      note(`VIOLATED: ${what}`);
      violation ??= what;
    },
    async run(until = Number.POSITIVE_INFINITY) {
      await settle();
      while (violation === undefined && (events[0]?.due ?? Number.POSITIVE_INFINITY) <= until) {
        const event = pop(events);
        if (!event) break;
        time = Math.max(time, event.due);
        happened += 1;
        if (happened > maxEvents) violation = `still going on after ${maxEvents} events`;
        event.happen();
        await settle();
      }
      if (until !== Number.POSITIVE_INFINITY) time = Math.max(time, until);
      if (violation !== undefined) throw new Error(violation);
    },
  };
}

function push(heap: Event[], event: Event): void {
  let at = heap.push(event) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent];
    if (!above || above.due <= event.due) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = event;
}

function pop(heap: Event[]): Event | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!first || !last || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    const [left, right] = [heap[child], heap[child + 1]];
    if (!left) break;
    if (right && right.due < left.due) child += 1;
    const least = heap[child];
    if (!least || least.due >= last.due) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = last;
  return first;
}

/** A process on a machine of its own: it may die, or stand still for a while, and its clock may be off. */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  readonly dead: boolean;
  /** What its machine's clock says, epoch ms. */
  now(): number;
  /** Nothing reaches or leaves the process any more; each request that is under way may still arrive. */
  kill(): void;
  /** Nothing reaches or leaves the process for a while. Its monotonic clock stands still as well when its machine is suspended. */
  stall(ms: number, suspended: boolean): void;
  /** Lets something happen in the process: at once, after it stood still, or never. */
  deliver(happen: () => void): void;
}

export function createProcess(simulation: Simulation, name: string, skewMs: number): Process {
  let dead = false;
  let stalledUntil = 0;
  const suspensions: { readonly from: number; readonly until: number }[] = [];
  const monotonic = () => {
    const time = simulation.time();
    return suspensions.reduce(
      (left, { from, until }) => left - Math.max(0, Math.min(time, until) - from),
      time + 1_000,
    );
  };
  const deliver = (happen: () => void) => {
    if (dead) return;
    if (stalledUntil > simulation.time()) simulation.after(stalledUntil - simulation.time(), () => deliver(happen));
    else happen();
  };
  return {
    name,
    get dead() {
      return dead;
    },
    now: () => START + Math.floor(simulation.time()) + skewMs,
    kill() {
      if (!dead) simulation.note(`${name} dies`);
      dead = true;
    },
    stall(ms, suspended) {
      const from = Math.max(stalledUntil, simulation.time());
      stalledUntil = from + ms;
      if (suspended) suspensions.push({ from, until: stalledUntil });
      simulation.note(`${name} ${suspended ? "is suspended" : "stands still"} for ${Math.round(ms)} ms`);
    },
    deliver,
    clock: {
      monotonic,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const stop = unlessAborted(signal, reject);
          const due = monotonic() + ms;
          const wake = () => {
            if (signal?.aborted) return;
            if (monotonic() < due) return simulation.after(due - monotonic(), () => deliver(wake));
            stop();
            resolve();
          };
          simulation.after(ms, () => deliver(wake));
        }),
    },
  };
}

/** Rejects with the signal's reason when it aborts; what is answered ends that. */
export function unlessAborted(signal: AbortSignal | undefined, reject: (reason: unknown) => void): () => void {
  const aborted = () => reject(signal?.reason);
  if (!signal) return () => undefined;
  // A batch travels as any number of requests.
  setMaxListeners(0, signal);
  signal.addEventListener("abort", aborted, { once: true });
  return () => signal.removeEventListener("abort", aborted);
}
