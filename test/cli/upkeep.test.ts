import { expect, test } from "vitest";
import { hostOf, runContinuously } from "../../cli/run.ts";
import { keepWhole } from "../../cli/upkeep.ts";
import type { Clock } from "../../functions/model/clock.ts";
import { collectionOf, ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { initialState } from "../../functions/model/scope-state.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { claim, release } from "../../functions/sync/claim.ts";
import type { VerifyReport } from "../../functions/sync/verify-scope.ts";

/** That long-running commands verify what is stored. Time passes at once: nothing waits. */

const COLLECTION = collectionOf("workspaces.images", { account: "123456789012", region: "eu-west-1" });
const RETENTION_DAYS = 30;

const clock: Clock = {
  monotonic: () => 0,
  async sleep(_ms, signal) {
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
  },
};

/** A store whose only scope says that it has an item, which is not there. */
async function damagedStore() {
  const store = createSqliteStore(":memory:", { retentionDays: RETENTION_DAYS });
  const record = await claim(store, { collection: COLLECTION, id: "sync" });
  await release(store, record, { kind: "full", intervals: { fullMs: 60_000 }, found: 0 });
  await store.putScopeState({ ...initialState(COLLECTION, ENTIRE_COLLECTION), revision: 1, count: 1 });
  return { store, location: ":memory:", local: true, close: () => store.close() };
}

const silent = {
  started: () => undefined,
  planned: () => undefined,
  progress: () => undefined,
  scopeDone: () => undefined,
  done: () => undefined,
};

test.each(["run", "serve"])("%s finds damage, reports it, and ends with its signal", async (command) => {
  const local = await damagedStore();
  const stop = new AbortController();
  const { signal } = stop;
  const found: VerifyReport[] = [];
  const damaged = (report: VerifyReport) => {
    found.push(report);
    stop.abort();
  };
  const failed = (message: string) => stop.abort(new Error(message));
  const options = { retentionDays: RETENTION_DAYS, damaged, failed };
  await (command === "run"
    ? runContinuously(local, [], { ...options, signal, clock, observer: silent })
    : keepWhole({ ...hostOf(local, signal), clock }, options));
  expect(found).toMatchObject([{ collection: COLLECTION, scope: "all", outcome: "damaged" }]);
  await local.close();
});
