import { isDeepStrictEqual } from "node:util";
import type { Instant } from "../model/instant.ts";
import type { Change, ItemVersion } from "../model/item.ts";
import type { Evidence, Expectations, Explanation, NewChange, ProblemKind } from "./diagnose.ts";
import { repairChain } from "./item-chain.ts";

/** What is wrong with an item by one explanation, and what repairs it. */
export interface Remedy {
  readonly problems: readonly ItemProblem[];
  /** Records to be put again as they were. */
  readonly restore: {
    readonly versions: readonly ItemVersion[];
    readonly changes: readonly Change[];
    readonly edges: readonly ItemVersion[];
  };
  /** Instants of the item's records that no commit made. */
  readonly drop: { readonly versions: readonly Instant[]; readonly changes: readonly Instant[] };
  /** A change to be logged now, on the head. */
  readonly change?: Change;
  /** The log is lost for good up to here. */
  readonly lostAt?: Instant;
}

export interface ItemProblem {
  readonly kind: ProblemKind;
  /** The instant of the record. */
  readonly at?: Instant;
}

/** What an explanation of an item asks for. `now`: the instant and scope of what is to be logged now. */
export function remedyOf(
  { versions, log }: Evidence,
  explanation: Explanation,
  expected: Expectations,
  now?: { readonly at: Instant; readonly scope: string },
): Remedy {
  const { head, isLogOnly = false, problem } = explanation;
  const { keptSince, rules } = expected;
  const chain = repairChain(head, { log, keptSince, rules });
  const isStored = !head || isLogOnly || versions.some((version) => isDeepStrictEqual(version, head));
  const known = new Set(log.map(({ after }) => after.at));
  const found: ItemProblem[] = [
    ...chain.changes.map(({ after: { at } }): ItemProblem => {
      return { kind: known.has(at) ? "log record changed" : "log record missing", at };
    }),
    ...chain.strays.map((at): ItemProblem => ({ kind: "log record not committed", at })),
    ...(chain.lostAt === undefined ? [] : [{ kind: "log gap" as const, at: chain.lostAt }]),
  ];
  // A change that cannot be restored is named as such.
  const isGap = problem === "log record missing" && chain.lostAt !== undefined;
  const isNamed = problem === undefined || isGap || found.some(({ kind }) => kind === problem);
  const change = explanation.change ?? (head && chain.lostAt === head.at ? toldAgain(head) : undefined);
  return {
    problems: isNamed ? found : [{ kind: problem, ...(head && { at: head.at }) }, ...found],
    restore: {
      versions: isStored ? [] : [head],
      changes: chain.changes,
      edges: edgeSets(chain.versions, keptSince),
    },
    drop: {
      versions: versions.filter(({ at }) => !head || at > head.at).map(({ at }) => at),
      changes: chain.strays,
    },
    ...(now && head && change && { change: newChange(head, change, now) }),
    ...(chain.lostAt !== undefined && { lostAt: chain.lostAt }),
  };
}

/** When the change that made the head is lost for good, the log says again what the item is. */
function toldAgain({ state, hash, document, edges }: ItemVersion): NewChange | undefined {
  return state === "present" ? { kind: "modified", content: { hash, document, edges } } : undefined;
}

/** Versions with edges that readers may look for, one of each set of edges. */
export function edgeSets(versions: readonly ItemVersion[], keptSince: Instant): ItemVersion[] {
  const needed = versions.filter(({ state, at, edges }) => edges.length > 0 && (state === "present" || at > keptSince));
  return [...new Map(needed.map((version) => [version.edgeAt, version])).values()];
}

function newChange(
  head: ItemVersion,
  change: NewChange,
  { at, scope }: { readonly at: Instant; readonly scope: string },
): Change {
  const { cause: _cause, ...before } = head;
  const next = { at, scope, version: head.version + 1, previousAt: head.at };
  if (change.kind === "removed") {
    return { kind: "removed", before: head, after: { ...before, ...next, state: "removed", cause: "repaired" } };
  }
  const { hash, document, edges } = change.content;
  const edgeAt = isDeepStrictEqual(edges, head.edges) ? head.edgeAt : at;
  const after: ItemVersion = { ...before, ...next, state: "present", hash, document, edges, edgeAt };
  return { kind: "modified", before: head, after };
}
