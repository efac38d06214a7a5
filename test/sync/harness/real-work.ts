import { AsyncLocalStorage } from "node:async_hooks";
import type { Simulation } from "./simulation.ts";

/*
 * What a client or the API does between two events takes real time: reading a body, signing a cursor. Virtual time stands still meanwhile.
 */

interface Work {
  wait<Value>(event: Promise<Value>): Promise<Value>;
}

const current = new AsyncLocalStorage<Work>();

/** Does work that waits for events now and then. Nothing else happens while it does not. */
export function working<Value>(simulation: Simulation, work: () => Promise<Value>): Promise<Value> {
  let waits = 0;
  let ended = false;
  let release: (() => void) | undefined;
  const update = () => {
    const isBusy = waits === 0 && !ended;
    if (isBusy && !release) {
      simulation.during(
        new Promise((resolve) => {
          release = resolve;
        }),
      );
    }
    if (isBusy) return;
    release?.();
    release = undefined;
  };
  const wait: Work["wait"] = (event) => {
    waits += 1;
    update();
    return event.finally(() => {
      waits -= 1;
      update();
    });
  };
  update();
  return current.run({ wait }, work).finally(() => {
    ended = true;
    update();
  });
}

/** Forgets all work, also that which never ends. Promises are dear for as long as any of it is known. */
export function forgetWork(): void {
  current.disable();
}

/** Lets the work that is under way wait for an event. */
export function waiting<Value>(event: Promise<Value>): Promise<Value> {
  return current.getStore()?.wait(event) ?? event;
}

/** Something whose methods each wait for an event. */
export function waitedFor<Port extends object>(port: Port): Port {
  const methods = Object.entries(port).map(([name, method]) => [
    name,
    typeof method !== "function"
      ? method
      : (...args: unknown[]) => {
          const answer = method(...args);
          return answer instanceof Promise ? waiting(answer) : answer;
        },
  ]);
  return Object.fromEntries(methods);
}
