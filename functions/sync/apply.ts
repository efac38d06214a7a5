import type { Clock } from "../model/clock.ts";
import { SyncError } from "../model/errors.ts";
import type { Instant } from "../model/instant.ts";
import type { Change, Item, ItemVersion } from "../model/item.ts";
import type { Edge } from "../model/source.ts";
import type { Store, SyncEnd } from "../store/port.ts";
import type { Draft } from "./compare.ts";
import type { Lease } from "./lease.ts";
import { undo } from "./undo.ts";

/** Writes the changes of one sync. Its instant is issued with the first of them, or by `instant()`. */
export interface Application {
  /** Undoes what was written after `dirtySince`, by this sync or one that died. */
  undo(dirtySince: Instant): Promise<void>;
  /** Applies more of the sync's changes; they may not be read as one until the sync ends. */
  apply(drafts: readonly Draft[]): Promise<void>;
  /** The sync's one instant, later than any that a reader was given before. */
  instant(): Promise<Instant>;
  /** Ends the sync: from now on readers see all that was applied. */
  end(end: SyncEnd): Promise<void>;
  /** Whether a write failed, so that it is not known whether it is stored, or will yet be. */
  readonly unsure: boolean;
}

/** Drafts written at a time, so that the lease is looked at often. */
const CHUNK = 500;

interface ApplicationOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly lease: Lease;
  /** The sync's name in the log. */
  readonly sync: string;
  /** Ends the application between two writes. */
  readonly signal: AbortSignal;
}

export function startApplication(options: ApplicationOptions): Application {
  const { store, clock, lease, sync, signal } = options;
  const { collection, scope } = lease.holder;
  let at: Instant | undefined;
  let begun = false;
  let unsure = false;

  const instant = async () => {
    at ??= await store.tick(clock.now());
    return at;
  };

  /** The mark comes before the tick: an instant that a reader is given meanwhile is then earlier than this sync's. */
  const begin = async () => {
    if (!begun) {
      lease.mustHold();
      await store.markDirty(lease.holder, await store.readClock());
      begun = true;
    }
    return instant();
  };

  const write = async (drafts: readonly Draft[], at: Instant) => {
    const known = drafts.filter((draft) => draft.known).map((draft) => draft.key);
    const before = new Map((await store.items(collection, known)).map((item) => [item.key, item]));
    const changes: Change[] = [];
    const items: Item[] = [];
    for (const draft of drafts) {
      const stored = before.get(draft.key);
      const version = versionAfter(draft, stored, at);
      const place = { collection, key: draft.key, scope };
      items.push({ ...place, ...version });
      changes.push({
        ...place,
        at,
        kind: draft.kind,
        version: version.version,
        ...(stored && { before: versionOf(stored), previousAt: stored.changedAt }),
        document: version.document,
        ...formerEdge(stored?.edge, version.edge),
        ...(draft.kind === "removed" && { cause: draft.cause }),
        sync,
      });
    }
    lease.mustHold();
    await store.writeChanges(changes, lease.signal);
    lease.mustHold();
    await store.writeItems(items, lease.signal);
  };

  const surely = async (write: () => Promise<void>) => {
    try {
      await write();
    } catch (error) {
      unsure = true;
      throw error;
    }
  };

  return {
    get unsure() {
      return unsure;
    },
    instant,
    undo: (dirtySince) => surely(() => undo(store, lease, dirtySince)),
    async end(end) {
      lease.mustHold();
      await surely(() => store.endSync(lease.holder, end));
    },
    async apply(drafts) {
      if (drafts.length === 0) return;
      const at = await begin();
      for (let from = 0; from < drafts.length; from += CHUNK) {
        signal.throwIfAborted();
        await surely(() => write(drafts.slice(from, from + CHUNK), at));
      }
    },
  };
}

function formerEdge(before: Edge | undefined, after: Edge | undefined): Pick<Change, "formerEdge"> {
  if (!before || (before.from === after?.from && before.to === after.to)) return {};
  return { formerEdge: { from: before.from, to: before.to } };
}

/** The item's version that a draft makes of what is stored. */
function versionAfter(draft: Draft, stored: Item | undefined, at: Instant): ItemVersion {
  const version = (stored?.version ?? 0) + 1;
  const firstSeenAt = stored?.firstSeenAt ?? at;
  if (draft.kind !== "removed") {
    const edge = draft.listed.edge();
    return {
      state: "present",
      version,
      hash: draft.listed.hash,
      document: draft.listed.document(),
      ...(edge && { edge }),
      firstSeenAt,
      changedAt: at,
    };
  }
  if (!stored) throw new SyncError("malformed", `item ${draft.key} was in the index and is not in the inventory`);
  return { ...versionOf(stored), state: "removed", version, changedAt: at, removedAt: at, cause: draft.cause };
}

/** An item's version without its place. */
export function versionOf(item: Item): ItemVersion {
  const { collection: _collection, key: _key, scope: _scope, ...version } = item;
  return version;
}
