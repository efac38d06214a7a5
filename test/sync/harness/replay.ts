import type { Change } from "../../../functions/model/item.ts";
import { type Content, contentOfVersion } from "./truth.ts";

interface Replayed {
  readonly isPresent: boolean;
  readonly content: Content;
  readonly version: number;
  readonly at: string;
}

/** What following a log makes of it, change by change. */
export class Replay {
  readonly versions = new Map<string, Replayed>();
  private readonly isWhole: boolean;

  /** A whole log has reindexed items too; a follower's has not. */
  constructor({ isWhole }: { readonly isWhole: boolean }) {
    this.isWhole = isWhole;
  }

  /** Applies one change; answers what is wrong about it, if anything. */
  apply({ kind, before, after }: Change): string {
    const was = this.versions.get(after.key);
    const content = contentOfVersion(after);
    const isPresent = after.state === "present";
    this.versions.set(after.key, { isPresent, content, version: after.version, at: after.at });

    const what = `${kind} of ${after.key} at ${after.at}`;
    if (isPresent !== (kind !== "removed")) return `${what} is ${after.state}`;
    if ((kind === "added") === (was?.isPresent ?? false)) return `${what} twice or out of nowhere`;
    if (kind === "modified" && content === was?.content && this.isWhole) return `${what} modifies nothing`;
    if (was && after.at <= was.at) return `${what} is not later than ${was.at}`;
    const version = (was?.version ?? 0) + (kind === "reindexed" ? 0 : 1);
    if (after.version !== version) return `${what} is version ${after.version}, should be ${version}`;
    if (!this.isWhole) return "";
    if (after.previousAt !== was?.at) return `${what} follows ${after.previousAt}, should follow ${was?.at}`;
    if (before?.at !== was?.at) return `${what} was ${before?.at} before, should have been ${was?.at}`;
    if (before && contentOfVersion(before) !== was?.content) return `${what} has another before`;
    return "";
  }

  items(): Map<string, Content> {
    return new Map([...this.versions].flatMap(([key, { isPresent, content }]) => (isPresent ? [[key, content]] : [])));
  }
}
