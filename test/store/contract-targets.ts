import { describe, expect, test } from "vitest";
import type { TargetRecord } from "../../functions/model/target-record.ts";
import type { Store } from "../../functions/store/port.ts";
import { instant } from "./changes.ts";
import { openEach } from "./opened.ts";

function target(revision: number, set: Partial<TargetRecord> = {}): TargetRecord {
  const [account, region] = ["123456789012", "eu-west-1"];
  return { account, region, revision, status: "active", origin: "person", since: instant(1), ...set };
}

export function targetsContract(open: () => Promise<Store>): void {
  describe("targets", () => {
    const opened = openEach(open);

    test("are none until one is stored", async () => {
      expect(await opened.store.targets()).toEqual([]);
    });

    test("are replaced by the next revision only, and come back as they were put", async () => {
      const { store } = opened;
      const retired = target(2, { status: "retired", origin: "organization", sources: ["test.things"] });
      expect(await store.putTarget(target(2))).toBe(false);
      expect(await store.putTarget(target(1))).toBe(true);
      expect(await store.putTarget(target(1))).toBe(true);
      expect(await store.putTarget(target(1, { origin: "configuration" }))).toBe(false);
      expect(await store.putTarget(retired)).toBe(true);
      expect(await store.targets()).toEqual([retired]);
      expect(await store.putTarget(target(3))).toBe(true);
      expect(await store.targets()).toEqual([target(3)]);
      expect(await store.target(target(3))).toEqual(target(3));
      expect(await store.target({ account: "123456789012", region: "eu-west-2" })).toBeUndefined();
    });

    test("are listed in order of account and region", async () => {
      const { store } = opened;
      const names = [
        ["2", "b"],
        ["1", "b"],
        ["2", "a"],
      ] as const;
      for (const [account, region] of names) await store.putTarget(target(1, { account, region }));
      const listed = (await store.targets()).map(({ account, region }) => [account, region]);
      expect(listed).toEqual([...names].sort());
    });
  });

  describe("the discovery's record", () => {
    const opened = openEach(open);

    test("is the last one that was put", async () => {
      const { store } = opened;
      expect(await store.discovery()).toBeUndefined();
      const counts = { accounts: 3, targets: 6, added: 1, retired: 0, pending: 12, unanswered: 1 };
      await store.putDiscovery({ at: instant(1), ...counts });
      await store.putDiscovery({ at: instant(2), ...counts, error: "denied" });
      expect(await store.discovery()).toEqual({ at: instant(2), ...counts, error: "denied" });
    });
  });
}
