import { expect, test } from "vitest";
import { netChangePage } from "../../functions/inventory/net-changes.ts";
import { memoryStore } from "../../functions/store/memory.ts";
import type { LogPosition } from "../../functions/store/port.ts";
import { COLLECTION, change, instant, item, version } from "../store/records.ts";

const { signal } = new AbortController();

/** An item modified in each second from 1 to 3, one added in the second, and one changed by a sync that died. */
async function stored() {
  const store = memoryStore();
  const was = (second: number) =>
    version({ version: second + 1, hash: `${second}`, document: `${second}`, changedAt: instant(second) });
  const modified = (second: number) =>
    change(instant(second), "often", {
      kind: "modified",
      version: second + 1,
      before: was(second - 1),
      previousAt: instant(second - 1),
      document: `${second}`,
    });
  await store.writeChanges(
    [modified(1), modified(2), modified(3), change(instant(2), "new"), change(instant(4), "dead", { scope: "dying" })],
    signal,
  );
  await store.writeItems(
    [
      item("often", was(3)),
      item("new", { firstSeenAt: instant(2), changedAt: instant(2) }),
      item("dead", { scope: "dying", firstSeenAt: instant(4), changedAt: instant(4) }),
    ],
    signal,
  );
  return store;
}

const instants = (at: string) => (scope: string) => (scope === "dying" && at > instant(3) ? instant(3) : at);

test.each([
  [0, 9, ["modified often 0 3", "added new undefined {}"]],
  [0, 2, ["modified often 0 2", "added new undefined {}"]],
  [1, 2, ["added new undefined {}", "modified often 1 2"]],
  [2, 9, ["modified often 2 3"]],
  [3, 9, []],
])("between second %i and %i", async (from, to, wanted) => {
  const store = await stored();
  for (const limit of [1, 2, 100]) {
    const found: string[] = [];
    let after: LogPosition | undefined;
    do {
      const page = await netChangePage(
        store,
        COLLECTION,
        { from: instant(from), to: instant(to), instants: instants(instant(to)) },
        { limit, ...(after && { after }) },
      );
      expect(page.read).toBeLessThanOrEqual(limit);
      found.push(
        ...page.changes.map(({ kind, key, before, after }) => `${kind} ${key} ${before?.document} ${after?.document}`),
      );
      after = page.rest;
    } while (after);
    expect(found).toEqual(wanted);
  }
});
