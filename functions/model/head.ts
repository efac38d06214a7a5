import type { Instant } from "./instant.ts";
import type { ItemVersion } from "./item.ts";

/**
 * An item's head: the newest of its versions whose instant was not discarded. Older versions may lie about, having been superseded or
 * having come late, and are never used. Undefined when none is left.
 */
export function headOf(versions: readonly ItemVersion[], discarded: ReadonlySet<Instant>): ItemVersion | undefined {
  let head: ItemVersion | undefined;
  for (const version of versions) {
    if (!discarded.has(version.at) && (!head || version.at > head.at)) head = version;
  }
  return head;
}
