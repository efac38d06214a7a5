import { SyncError } from "../../functions/model/errors.ts";
import type { Store } from "../../functions/store/port.ts";
import { deferred } from "./engine.ts";

/** The operations that change something. */
const WRITES = ["begin", "deleteMarks", "putScopeState", "addDiscards", "write", "delete"] as const;
type Write = (typeof WRITES)[number];

/** A write that was requested, and can be carried out once more at any time. */
export interface SentWrite {
  readonly name: Write;
  again(): Promise<unknown>;
}

type Operation = (...values: unknown[]) => Promise<unknown>;
/** Carries a write out, or does something else; `index` counts the writes from 0. */
type Carry = (write: SentWrite, index: number) => Promise<unknown>;

/** The store, each write to which goes through `carry`. */
function intercepted(store: Store, carry: Carry): Store {
  let count = 0;
  const signal = new AbortController().signal;
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const operation = target[name] as unknown as Operation;
      if (!WRITES.some((write) => write === name)) return operation;
      return (...values: unknown[]) => {
        // A write that is under way is not called back by the client that gives up waiting for it.
        const kept = values.map((value) => (value instanceof AbortSignal ? signal : value));
        const write: SentWrite = { name: name as Write, again: () => operation(...kept) };
        count += 1;
        return carry(write, count - 1);
      };
    },
  });
}

/** The store, and every write that goes through it, in order. */
export function recorded(store: Store): { readonly store: Store; readonly writes: SentWrite[] } {
  const writes: SentWrite[] = [];
  const through = intercepted(store, (write) => {
    writes.push(write);
    return write.again();
  });
  return { store: through, writes };
}

/** The store, one write to which is held back: its client is told that it failed, and it is carried out when it arrives. */
export function delaying(store: Store, delayed: number) {
  const held: { write?: SentWrite } = {};
  const through = intercepted(store, (write, index) => {
    if (index !== delayed) return write.again();
    held.write = write;
    return Promise.reject(new SyncError("unavailable", `no answer to ${write.name}`));
  });
  return { store: through, held };
}

/** The store of a process that stops at one of its writes, before or after it is carried out, and goes on when it is resumed. */
export function stoppingAt(store: Store, at: number, when: "before" | "after") {
  const stopped = deferred();
  const resumed = deferred();
  const status = { stopped: false };
  const stop = () => {
    status.stopped = true;
    stopped.resolve();
    return resumed.promise;
  };
  const through = intercepted(store, async (write, index) => {
    // The other things that the process does at once stand still as well.
    if (status.stopped) await resumed.promise;
    if (index !== at) return write.again();
    if (when === "before") {
      await stop();
      return write.again();
    }
    const answer = await write.again();
    await stop();
    return answer;
  });
  return { store: through, stopped: stopped.promise, resume: resumed.resolve };
}
