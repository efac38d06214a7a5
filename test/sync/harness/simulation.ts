import type { Clock } from "../../../functions/model/clock.ts";
import type { Random } from "./random.ts";

/** Where virtual time begins, as epoch milliseconds. */
const START = Date.UTC(2026, 2, 1);

/**
 * Virtual time in which events happen one after another, each to its end: whatever they set going runs until it waits
 * for a later event. The same seed makes the same events, so a failure can be run again.
 */
export interface Simulation {
  readonly random: Random;
  /** Milliseconds since the beginning. */
  time(): number;
  /** Lets something happen `ms` from now; events due at the same time happen in random order. */
  after(ms: number, happen: () => void): void;
  /** Lets nothing else happen until this is done: work of the event that is happening, at a store that takes real time. */
  during(work: Promise<void>): void;
  /** Says what has happened, for the report of a failure. */
  note(what: string): void;
  /** Notes a broken promise, which ends the run. */
  violated(what: string): void;
  /** Runs until nothing is left to happen. Throws the first violation. */
  run(): Promise<void>;
}

interface Event {
  readonly due: number;
  readonly happen: () => void;
}

const NOTES_SHOWN = 80;

export function newSimulation(random: Random): Simulation {
  const events: Event[] = [];
  const notes: string[] = [];
  const working = new Set<Promise<void>>();
  let time = 0;
  let violation: string | undefined;
  const note = (what: string) => {
    notes.push(`${(time / 1000).toFixed(3)} ${what}`);
    if (notes.length > 2 * NOTES_SHOWN) notes.splice(0, NOTES_SHOWN);
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
    violated(what) {
      note(`VIOLATED: ${what}`);
      violation ??= what;
    },
    async run() {
      for (let event = pop(events); event; event = pop(events)) {
        time = Math.max(time, event.due);
        event.happen();
        // Everything that can go on without a later event goes on before this resolves.
        do {
          await Promise.all(working);
          await new Promise<void>((resolve) => setImmediate(resolve));
        } while (working.size > 0);
        if (violation !== undefined) throw new Error(`${violation}\n  ${notes.slice(-NOTES_SHOWN).join("\n  ")}`);
      }
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

/** A process on a machine of its own: it may die, or stand still for a while, and its clock is off. */
export interface Process {
  readonly name: string;
  readonly clock: Clock;
  readonly dead: boolean;
  /** Nothing reaches the process any more; of what it has under way, each part may still land. */
  kill(): void;
  /** Nothing reaches the process for a while. */
  stall(ms: number): void;
  /** Hands something to the process: at once, after its stall, or never. */
  deliver(happen: () => void): void;
}

export function newProcess(simulation: Simulation, name: string, skewMs: number): Process {
  let dead = false;
  let stalledUntil = 0;
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
    kill() {
      dead = true;
      simulation.note(`${name} dies`);
    },
    stall(ms) {
      stalledUntil = simulation.time() + ms;
      simulation.note(`${name} stands still for ${ms} ms`);
    },
    deliver,
    clock: {
      now: () => START + Math.floor(simulation.time()) + skewMs,
      monotonic: () => simulation.time() + 1_000,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const stop = unlessAborted(signal, reject);
          simulation.after(ms, () =>
            deliver(() => {
              stop();
              resolve();
            }),
          );
        }),
    },
  };
}

/** Rejects with the signal's reason when it aborts; what is answered ends that. */
export function unlessAborted(signal: AbortSignal | undefined, reject: (reason: unknown) => void): () => void {
  const aborted = () => reject(signal?.reason);
  signal?.addEventListener("abort", aborted, { once: true });
  return () => signal?.removeEventListener("abort", aborted);
}
