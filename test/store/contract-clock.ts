import { describe, expect, test } from "vitest";
import { EPOCH, epochMs, instantOf } from "../../functions/model/instant.ts";
import type { Store, Writer } from "../../functions/store/port.ts";
import { COLLECTION } from "./changes.ts";
import { openEach } from "./opened.ts";
import { HOSTILE_KEYS } from "./texts.ts";

const WRITER: Writer = { collection: COLLECTION, scope: "all", lease: 1 };
const OTHERS: readonly Writer[] = [
  { ...WRITER, scope: "another" },
  { ...WRITER, collection: `${COLLECTION}0` },
];

/** The instant just below another. */
function justBelow(at: string): string {
  return instantOf(epochMs(at) - 1);
}

export function clockContract(open: () => Promise<Store>): void {
  describe("the clock", () => {
    const opened = openEach(open);

    test("stands at the epoch before the first sync, and nobody has a mark", async () => {
      expect(await opened.store.readTimestamp()).toBe(EPOCH);
      expect(await opened.store.marks()).toEqual([]);
    });

    test("issues the database's time", async () => {
      const at = epochMs(await opened.store.begin(WRITER));
      expect(Math.abs(at - opened.store.now())).toBeLessThan(60_000);
    });

    test("gives the inventory one secret for its cursors, no matter who begins first", async () => {
      await Promise.all([WRITER, ...OTHERS].map((writer) => opened.store.begin(writer)));
      const secret = await opened.store.cursorSecret();
      expect(secret).toHaveLength(32);
      await opened.store.begin({ ...WRITER, lease: 2 });
      expect(Buffer.from((await opened.store.cursorSecret()) ?? [])).toEqual(Buffer.from(secret ?? []));
    });

    test("holds readers just below a writer's instant until its mark is deleted", async () => {
      const at = await opened.store.begin(WRITER);
      expect(await opened.store.readTimestamp()).toBe(justBelow(at));
      expect(await opened.store.marks()).toEqual([WRITER]);
      await opened.store.deleteMarks(WRITER);
      expect(await opened.store.readTimestamp()).toBe(at);
      expect(await opened.store.marks()).toEqual([]);
    });

    test("holds readers below the oldest of several writers", async () => {
      const [other = WRITER] = OTHERS;
      const first = await opened.store.begin(WRITER);
      const second = await opened.store.begin(other);
      expect(second > first).toBe(true);
      expect(await opened.store.readTimestamp()).toBe(justBelow(first));
      await opened.store.deleteMarks(WRITER);
      expect(await opened.store.readTimestamp()).toBe(justBelow(second));
    });

    test("issues distinct instants, each later than those before, however many begin at once", async () => {
      const earlier = await opened.store.begin(WRITER);
      const scopes = Array.from({ length: 40 }, (_, n) => ({ ...WRITER, scope: `scope ${n}` }));
      const instants = await Promise.all(scopes.map((writer) => opened.store.begin(writer)));
      expect(new Set(instants).size).toBe(40);
      for (const at of instants) expect(at > earlier).toBe(true);
      const last = await opened.store.begin({ ...WRITER, lease: 2 });
      for (const at of instants) expect(last > at).toBe(true);
      expect(await opened.store.readTimestamp()).toBe(justBelow(earlier));
    });

    test("ticks when a begin is repeated, and leaves the writer's mark where it is", async () => {
      const first = await opened.store.begin(WRITER);
      const second = await opened.store.begin(WRITER);
      expect(second > first).toBe(true);
      expect(await opened.store.readTimestamp()).toBe(justBelow(first));
      expect(await opened.store.marks()).toEqual([WRITER]);
    });

    test("never goes back for readers, even when a begin is repeated after its mark was deleted", async () => {
      const at = await opened.store.begin(WRITER);
      await opened.store.deleteMarks(WRITER);
      await opened.store.begin(WRITER);
      expect((await opened.store.readTimestamp()) >= at).toBe(true);
    });

    test("loses the marks of a scope's writers up to a lease number, and no others", async () => {
      for (const lease of [1, 2, 3, 10]) await opened.store.begin({ ...WRITER, lease });
      for (const other of OTHERS) await opened.store.begin(other);
      await opened.store.deleteMarks({ ...WRITER, lease: 2 });
      await opened.store.deleteMarks({ ...WRITER, lease: 2 });
      const left = await opened.store.marks();
      expect(new Set(left)).toEqual(new Set([{ ...WRITER, lease: 3 }, { ...WRITER, lease: 10 }, ...OTHERS]));
      expect(left).toHaveLength(4);
    });

    test("ignores the deletion of marks that are not there", async () => {
      await opened.store.deleteMarks(WRITER);
      expect(await opened.store.readTimestamp()).toBe(EPOCH);
      const at = await opened.store.begin({ ...WRITER, lease: 5 });
      await opened.store.deleteMarks({ ...WRITER, lease: 4 });
      expect(await opened.store.readTimestamp()).toBe(justBelow(at));
    });

    test("keeps the marks of scopes with any name apart", async () => {
      const writers = HOSTILE_KEYS.map((scope) => ({ ...WRITER, scope }));
      for (const writer of writers) await opened.store.begin(writer);
      expect((await opened.store.marks()).map(({ scope }) => scope).sort()).toEqual([...HOSTILE_KEYS].sort());
      for (const writer of writers) await opened.store.deleteMarks(writer);
      expect(await opened.store.marks()).toEqual([]);
    });
  });
}
