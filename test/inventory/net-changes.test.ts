import { expect, test } from "vitest";
import { readNetChanges } from "../../functions/inventory/net-changes.ts";
import { openRead } from "../../functions/inventory/read-timestamp.ts";
import { EPOCH, type Instant } from "../../functions/model/instant.ts";
import type { LogPosition } from "../../functions/model/item.ts";
import { COLLECTION, createHistory, instant, type TestHistory } from "./history.ts";

/** An item modified every second, one that comes and goes, one changed and changed back, and one of a sync that was discarded. */
async function stored(): Promise<TestHistory> {
  const history = createHistory();
  await history.commit(0, { often: 0, back: 0 });
  await history.commit(1, { often: 1, passing: 1, back: 1 });
  await history.commit(2, { often: 2, fresh: 2, back: 0 });
  await history.commit(3, { often: 3, passing: "removed" });
  await (await history.write(4, { dead: 4, often: 4 })).discard();
  return history;
}

async function netChanges({ store }: TestHistory, from: Instant, to: Instant, limit: number): Promise<string[]> {
  const snapshot = await openRead(store, to);
  const found: string[] = [];
  for (let after: LogPosition | undefined; ; ) {
    const page = await readNetChanges(snapshot, COLLECTION, { from, limit, ...(after && { after }) });
    expect(page.read).toBeLessThanOrEqual(limit);
    found.push(
      ...page.rows.map(({ kind, key, before, after }) => `${kind} ${key} ${before?.document} ${after?.document}`),
    );
    after = page.next;
    if (!after) return found;
  }
}

test.each([
  [EPOCH, 9, ["added back undefined 0", "added often undefined 3", "added fresh undefined 2"]],
  [instant(0), 9, ["modified often 0 3", "added fresh undefined 2"]],
  [instant(0), 2, ["modified often 0 2", "added passing undefined 1", "added fresh undefined 2"]],
  [instant(0), 1, ["modified back 0 1", "modified often 0 1", "added passing undefined 1"]],
  [instant(1), 2, ["modified back 1 0", "added fresh undefined 2", "modified often 1 2"]],
  [instant(2), 9, ["modified often 2 3", "removed passing 1 undefined"]],
  [instant(3), 9, []],
])("between %s and second %i", async (from, to, wanted) => {
  const history = await stored();
  for (const limit of [1, 2, 100]) expect(await netChanges(history, from, instant(to), limit)).toEqual(wanted);
});

test("reindexing is no difference, before or after a modification or without one", async () => {
  const history = createHistory();
  const reindexed = (to: string) => ({ edges: [{ from: "x", to }], reindexed: true as const });
  await history.commit(0, { only: 0, ignored: 0, before: 0, after: 0, around: 0 });
  await history.commit(1, {
    ...{ only: reindexed("1"), before: reindexed("1"), after: 1, around: reindexed("1") },
    // Only a path that is ignored now differs.
    ignored: { ...reindexed("1"), value: 9 },
  });
  await history.commit(2, { before: 2, after: reindexed("2"), around: 2 });
  await history.commit(3, { only: reindexed("3"), after: 0, around: 0 });
  const wanted = ["modified before 0 2"];
  for (const limit of [1, 100]) expect(await netChanges(history, instant(0), instant(3), limit)).toEqual(wanted);
});
