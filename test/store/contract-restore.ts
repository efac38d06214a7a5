import { describe, expect, test } from "vitest";
import type { EdgeRef, Store } from "../../functions/store/port.ts";
import { added, COLLECTION, instant, modified, signal } from "./changes.ts";
import { openEach } from "./opened.ts";

export function restoreContract(open: () => Promise<Store>): void {
  describe("restoring", () => {
    const opened = openEach(open);
    const first = added("key", instant(1));
    const second = modified(first.after, instant(2), '{"Name":"changed"}');
    const edges: readonly EdgeRef[] = [
      { node: "of key", end: "from", key: "key", edgeAt: instant(1) },
      { node: "a hub", end: "to", key: "key", edgeAt: instant(1) },
    ];

    test("puts versions and changes in the place of what stands there", async () => {
      const damaged = { ...second.after, document: "{}", hash: "damaged" };
      await opened.store.write([first, { ...second, after: damaged }], signal);
      await opened.store.restore({ versions: [second.after], changes: [second] }, signal);
      expect(await opened.store.itemsOf(COLLECTION, ["key"])).toEqual([[first.after, second.after]]);
      expect((await opened.store.changes(COLLECTION, {}, 5)).changes).toEqual([first, second]);
    });

    test("brings back what is gone, each kind of record by itself", async () => {
      await opened.store.restore({ versions: [second.after] }, signal);
      expect(await opened.store.itemsOf(COLLECTION, ["key"])).toEqual([[second.after]]);
      expect((await opened.store.changes(COLLECTION, {}, 5)).changes).toEqual([]);
      expect(await opened.store.edgesAt(COLLECTION, edges)).toEqual([]);
      await opened.store.restore({ changes: [first] }, signal);
      expect((await opened.store.changes(COLLECTION, {}, 5)).changes).toEqual([first]);
      expect(await opened.store.edgesAt(COLLECTION, edges)).toEqual([]);
    });

    test("brings back a version's edges under the instant since which it has them", async () => {
      await opened.store.restore({ edges: [second.after] }, signal);
      await opened.store.restore({ edges: [second.after] }, signal);
      expect(new Set(await opened.store.edgesAt(COLLECTION, edges))).toEqual(new Set(edges));
      expect(await opened.store.itemsOf(COLLECTION, ["key"])).toEqual([]);
    });

    test("nothing writes nothing, and an aborted signal rejects with its reason", async () => {
      await opened.store.restore({}, signal);
      const reason = new Error("stopped");
      const restoring = opened.store.restore({ versions: [first.after] }, AbortSignal.abort(reason));
      await expect(restoring).rejects.toBe(reason);
      expect(await opened.store.itemsOf(COLLECTION, ["key"])).toEqual([]);
    });
  });
}
