import type { Instant } from "../model/instant.ts";
import type { Item } from "../model/item.ts";
import type { LogPosition, Store } from "../store/port.ts";
import type { Lease } from "./lease.ts";

const PAGE = 500;

/**
 * Undoes a sync that did not end: every item of the scope that changed after `dirtySince` is put back as its change's
 * `before` says, then the change is deleted. Restartable at any point, since a change goes only after its item is back.
 * Afterwards the scope is exactly as at its last snapshot. Once it has failed it writes nothing more.
 */
export async function undo(store: Store, lease: Lease, dirtySince: Instant): Promise<void> {
  const { collection, scope } = lease.holder;
  let after: Instant | LogPosition = dirtySince;
  for (let end = false; !end; ) {
    const page = await store.changePage(collection, { after }, PAGE);
    end = page.end;
    const last = page.changes.at(-1);
    if (last) after = { at: last.at, key: last.key };
    const changes = page.changes.filter((change) => change.scope === scope);
    const restored: Item[] = [];
    const unseen: string[] = [];
    for (const { collection, key, before } of changes) {
      if (before) restored.push({ collection, key, scope, ...before });
      else unseen.push(key);
    }
    lease.mustHold();
    await store.writeItems(restored, lease.signal);
    lease.mustHold();
    await store.deleteItems(collection, unseen, lease.signal);
    lease.mustHold();
    await store.deleteChanges(collection, changes, lease.signal);
  }
  lease.mustHold();
  await store.clearDirty(lease.holder);
}
