/** What /v1/sources says of an attempt to bring something up to date. */
interface Attempt {
  readonly lastCompleteAt?: string;
  readonly lastAttemptAt?: string;
  readonly outcome?: "complete" | "held" | "failed";
  readonly error?: { readonly code: string; readonly message: string };
}

interface Scope extends Attempt {
  readonly id: string;
  readonly items: number;
  readonly ended?: string;
  readonly held?: { readonly count: number; readonly reason: string };
}

/** A source in one target, all its scopes. */
export interface CollectionState {
  readonly planned: boolean;
  readonly plan?: Attempt;
  readonly scopes: readonly Scope[];
}

/** What has become of the sync that was asked for. */
export type Verdict =
  | { readonly is: "under way"; readonly done: number; readonly scopes: number }
  | { readonly is: "complete"; readonly items: number; readonly scopes: number }
  | { readonly is: "held" | "failed"; readonly why: string };

/**
 * Judges a source by how it stands now and stood before its sync was asked for. Only attempts that ended since then count; which
 * they are depends on the deployment's own clocks, not by this machine's.
 */
export function verdictOf(before: CollectionState | undefined, now: CollectionState | undefined): Verdict {
  if (!now) return { is: "under way", done: 0, scopes: 0 };
  const { plan } = now;
  if (now.planned) {
    if (!plan?.lastAttemptAt || plan.lastAttemptAt === before?.plan?.lastAttemptAt)
      return { is: "under way", done: 0, scopes: 0 };
    if (plan.outcome === "failed") return { is: "failed", why: `planning: ${plan.error?.message}` };
  }
  // A planned scope's sync ends after the plan that asked for it; any other, after its own last.
  const earlier = new Map(before?.scopes.map((scope) => [scope.id, scope]));
  const isSince = (scope: Scope, member: "lastAttemptAt" | "lastCompleteAt") => {
    const since = now.planned ? plan?.lastAttemptAt : earlier.get(scope.id)?.[member];
    return (scope[member] ?? "") > (since ?? "");
  };
  const expected = now.scopes.filter(({ ended }) => !ended);
  const wrong = expected.find((scope) => scope.outcome !== "complete" && isSince(scope, "lastAttemptAt"));
  if (wrong) {
    const why = wrong.error?.message ?? wrong.held?.reason ?? "see /v1/sources";
    return { is: wrong.outcome === "held" ? "held" : "failed", why: `${nameOf(wrong, now)}${why}` };
  }
  const ended = expected.filter((scope) => isSince(scope, "lastCompleteAt"));
  const scopes = expected.length;
  if (ended.length < scopes || (scopes === 0 && !now.planned)) return { is: "under way", done: ended.length, scopes };
  return { is: "complete", items: expected.reduce((sum, { items }) => sum + items, 0), scopes };
}

function nameOf(scope: Scope, { planned }: CollectionState): string {
  return planned ? `scope ${scope.id}: ` : "";
}
