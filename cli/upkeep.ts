import { setImmediate as turn } from "node:timers/promises";
import { formatError } from "../functions/model/errors.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import type { Store } from "../functions/store/port.ts";
import type { SyncHost } from "../functions/sync/job.ts";
import { keepSettled } from "../functions/sync/settle.ts";
import { keepVerified } from "../functions/sync/verify-due.ts";
import type { VerifyReport } from "../functions/sync/verify-scope.ts";
import { note } from "./output.ts";
import { damageLine } from "./report.ts";
import type { Inventory } from "./store.ts";

/** What long-running commands do for what is stored, in the background. */

export interface UpkeepOptions {
  readonly retentionDays: number;
  /** Told of each scope that is found damaged. */
  readonly damaged: (report: VerifyReport) => void;
  /** Told when the store cannot be read or written; it is tried again. */
  readonly failed: (message: string) => void;
}

/** What a process that syncs nothing does until the host's signal aborts: settles what dead syncs left, and verifies what is stored. */
export async function keepWhole(host: SyncHost, options: UpkeepOptions): Promise<void> {
  const failed = (error: unknown) => options.failed(`cannot settle what interrupted syncs left: ${formatError(error)}`);
  // A sync that died holds readers back at what was complete before it, until somebody settles it.
  await Promise.all([keepSettled(host, failed), verifyInBackground(host, options)]);
}

/**
 * Verifies what is stored, about a scope a minute, until the host's signal aborts. A damaged scope is reported once, and again only when it
 * was whole meanwhile.
 */
export async function verifyInBackground(host: SyncHost, options: UpkeepOptions): Promise<void> {
  const reported = new Set<string>();
  await keepVerified(
    { ...host, store: givingWay(host.store) },
    { sources: SOURCES, retentionDays: options.retentionDays },
    {
      verified(report) {
        const name = `${report.collection} ${report.scope}`;
        if (report.outcome === "ok") reported.delete(name);
        if (report.outcome !== "damaged" || reported.has(name)) return;
        reported.add(name);
        options.damaged(report);
      },
      failed: (message) => options.failed(`cannot verify what is stored: ${message}`),
    },
  );
}

/** SQLite answers at once: without a turn before each read, requests would wait until a whole lot is verified. */
function givingWay(store: Store): Store {
  return {
    ...store,
    items: async (...query) => {
      await turn();
      return store.items(...query);
    },
    changes: async (...query) => {
      await turn();
      return store.changes(...query);
    },
    changesAt: async (...query) => {
      await turn();
      return store.changesAt(...query);
    },
    edgesAt: async (...query) => {
      await turn();
      return store.edgesAt(...query);
    },
    delete: async (...deletion) => {
      await turn();
      return store.delete(...deletion);
    },
  };
}

/** Tells people of damage, and how to repair it. */
export function noteDamage(inventory: Inventory): (report: VerifyReport) => void {
  return (report) => note(damageLine(report, inventory === "demo"));
}
