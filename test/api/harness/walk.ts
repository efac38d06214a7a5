import type { World } from "./world.ts";

/** A list's page as the API shows it. */
export interface Page<Entry> {
  readonly items: readonly Entry[];
  readonly asOf: string;
  readonly freshAt?: string;
  readonly nextCursor?: string;
}

export interface ItemBody {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
  readonly key: string;
  readonly state: "present" | "removed";
  readonly version: number;
  readonly firstSeenAt: string;
  readonly changedAt: string;
  readonly removedAt?: string;
  readonly edge?: { readonly from: string; readonly to: string; readonly relation?: string };
  readonly document: Readonly<Record<string, unknown>>;
}

export interface ChangeBody {
  readonly at: string;
  readonly kind: "added" | "modified" | "removed";
  readonly id: string;
  readonly source: string;
  readonly key: string;
  readonly version: number;
  readonly previousAt?: string;
  readonly differences?: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[];
  readonly document: Readonly<Record<string, unknown>>;
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly parameter?: string;
}

/** All entries of a list, page after page, whatever happens between two of them. All pages must show one instant. */
export async function walkList<Entry>(
  world: World,
  path: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<{ readonly entries: Entry[]; readonly asOf: string; readonly pages: number }> {
  const entries: Entry[] = [];
  const instants = new Set<string>();
  let pages = 0;
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? "" : `${path.includes("?") ? "&" : "?"}cursor=${cursor}`;
    const page = await world.read<Page<Entry>>(path + more);
    entries.push(...page.items);
    instants.add(page.asOf);
    pages += 1;
    cursor = page.nextCursor;
    if (instants.size > 1) throw new Error(`the pages of ${path} are as of ${[...instants].join(", ")}`);
    if (entries.length > 100_000) throw new Error(`the walk of ${path} does not end`);
    if (cursor !== undefined) await between();
  } while (cursor !== undefined);
  const [asOf = ""] = instants;
  return { entries, asOf, pages };
}
