import type { Instant } from "../../functions/model/instant.ts";
import type { Change, Edge, ItemVersion } from "../../functions/model/item.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";

export const COLLECTION = "test.things/123456789012/eu-west-1";
export const RETENTION_DAYS = 90;
const SCOPE = "all";
const { signal } = new AbortController();

export function instant(second: number): Instant {
  return new Date(Date.UTC(2026, 2, 1) + second * 1000).toISOString();
}

/** What becomes of an item: another document, an end, or other edges for the same document. */
export type Content =
  | number
  | "removed"
  | {
      readonly value?: number;
      readonly edges: readonly Edge[];
      readonly names?: readonly string[];
      readonly reindexed?: true;
    };

/** A store whose log is written by hand, each sync at a second of its own. */
export interface TestHistory {
  readonly store: Store;
  /** Sets the time. */
  setTime(second: number): void;
  /** A sync that is committed. */
  commit(second: number, contents: Readonly<Record<string, Content>>): Promise<void>;
  /** A sync that has written and is neither committed nor discarded. */
  write(second: number, contents: Readonly<Record<string, Content>>): Promise<TestSync>;
}

export interface TestSync {
  readonly changes: readonly Change[];
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export function createHistory(): TestHistory {
  let now = 0;
  let lease = 0;
  const heads = new Map<string, ItemVersion>();
  const store = createSqliteStore(":memory:", { retentionDays: RETENTION_DAYS, now: () => now });
  const setTime = (second: number) => {
    now = Date.parse(instant(second));
  };
  const write = async (second: number, contents: Readonly<Record<string, Content>>): Promise<TestSync> => {
    setTime(second);
    lease += 1;
    const writer = { collection: COLLECTION, scope: SCOPE, lease };
    const at = await store.begin(writer);
    const changes = Object.entries(contents).map(([key, content]) => changeOf(key, content, at, heads.get(key)));
    await store.write(changes, signal);
    return {
      changes,
      async commit() {
        for (const { after } of changes) heads.set(after.key, after);
        await store.deleteMarks(writer);
      },
      async discard() {
        await store.addDiscards(COLLECTION, [at]);
        await store.deleteMarks(writer);
      },
    };
  };
  return {
    store,
    setTime,
    write,
    async commit(second, contents) {
      await (await write(second, contents)).commit();
    },
  };
}

function changeOf(key: string, content: Content, at: Instant, before: ItemVersion | undefined): Change {
  const isRemoved = content === "removed";
  const { value, edges, names, reindexed } =
    typeof content === "object"
      ? { value: undefined, names: undefined, reindexed: undefined, ...content }
      : { value: content, edges: before?.edges ?? [], names: before?.names, reindexed: undefined };
  const document = isRemoved || value === undefined ? (before?.document ?? "0") : `${value}`;
  const after: ItemVersion = {
    ...{ collection: COLLECTION, key, at, scope: SCOPE, document, edges, ...(names && { names }) },
    state: isRemoved ? "removed" : "present",
    version: (before?.version ?? 0) + 1,
    hash: `${document} ${JSON.stringify(edges)}`,
    edgeAt: typeof content === "object" ? at : (before?.edgeAt ?? at),
    firstSeenAt: before?.firstSeenAt ?? at,
    ...(before && { previousAt: before.at }),
    ...(isRemoved && { cause: "not listed" as const }),
  };
  const kind = isRemoved ? "removed" : before?.state === "present" ? "modified" : "added";
  return { kind: reindexed ? "reindexed" : kind, after, ...(before && { before }) };
}
