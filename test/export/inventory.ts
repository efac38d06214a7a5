import { chmodSync } from "node:fs";
import path from "node:path";
import { inventoryFile } from "../../cli/store.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { ASSOCIATIONS, association, MEMBERSHIPS, membership } from "../api/harness/documents.ts";
import { type Document, newWorld, type World } from "../api/harness/world.ts";

/** The past of an inventory of three collections, with documents that a careless format would change. */
export interface ExportedInventory {
  readonly store: Store;
  readonly world: World;
  /** After the first syncs. */
  readonly before: string;
  setNow(ms: number): void;
}

export const FIRST_ACCOUNT = "012345678901";

const HOSTILE: readonly Document[] = [
  { note: '=HYPERLINK("http://x"),\r\n"quoted";\ttab', numbers: [-1, 1e21, 0.1] },
  { note: "名前 \u2028 \u{1F600} \\ '", nested: { list: [[], {}, null, true] } },
  { note: "x".repeat(20_000), collaborationName: "+SUM(A1)" },
];

/** Makes the inventory of a data folder: two days ago, and with other items since `changedAt`. */
export async function makeInventory(dataFolder: string, changedAt: number): Promise<ExportedInventory> {
  let now = changedAt - 86_400_000;
  const file = inventoryFile({ dataFolder }, "real");
  const store = createSqliteStore(file, { retentionDays: 90, now: () => now });
  chmodSync(path.dirname(file), 0o700);
  const world = newWorld({ store });
  const memberships = (count: number, more: Document = {}) =>
    Array.from({ length: count }, (_, n) => membership(n, { ...HOSTILE[n], ...more }));
  await world.sync({ source: MEMBERSHIPS, account: FIRST_ACCOUNT, documents: memberships(7) });
  await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: memberships(3) });
  await world.sync({
    source: ASSOCIATIONS,
    documents: [association("arn:a", "arn:b"), association("arn:b", "s3://c")],
  });
  const before = await store.readTimestamp();
  now = changedAt;
  await world.sync({ source: MEMBERSHIPS, account: FIRST_ACCOUNT, documents: memberships(5, { status: "REMOVED" }) });
  await world.sync({ source: MEMBERSHIPS, region: "us-east-1", documents: [], approveRemovals: true });
  return {
    ...{ store, world, before },
    setNow(ms) {
      now = ms;
    },
  };
}
