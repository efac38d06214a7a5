import { z } from "@hono/zod-openapi";
import { CONDITIONS, type Condition } from "../../model/condition.ts";
import { COUNTERS, countersOf } from "../../model/counters.ts";
import { asOf, counted, freshAt, Instant, listOf, oldNameOf } from "./values.ts";

/** Sources, the states of their scopes, and syncs. */

const Outcome = z.enum(["complete", "held", "failed", "unavailable"]).openapi("Outcome", {
  description:
    "How a sync ended: everything is stored (`complete`); everything except removals that wait for another listing to confirm them (`held`); nothing (`failed`); or nothing, for a reason that lasts until the account changes, such as a region that is not enabled (`unavailable`). That is tried daily, and counts neither as failed nor as stale.",
});

const Failure = z
  .strictObject({
    code: z.enum([
      "throttled",
      "unavailable",
      "denied",
      "refused",
      "unsupported",
      "malformed",
      "superseded",
      "interrupted",
      "damaged",
      "clock",
      "foreign",
    ]),
    message: z.string(),
  })
  .openapi("Failure");

const attempt = {
  lastCompleteAt: Instant.optional().openapi({ description: "When it was last complete; absent if it never was." }),
  completeAt: oldNameOf("lastCompleteAt", Instant.optional()),
  lastAttemptAt: Instant.optional().openapi({
    description: "When it was last tried; absent if the first try has not ended yet.",
  }),
  triedAt: oldNameOf("lastAttemptAt", Instant.optional()),
  outcome: Outcome.optional(),
  error: Failure.optional().openapi({ description: "Why the last try failed." }),
  unavailableSince: Instant.optional().openapi({ description: "Since when it is unavailable; absent if it is not." }),
  staleAfter: Instant.optional().openapi({
    description: "When it counts as stale unless it is complete again: three intervals after `lastCompleteAt`.",
  }),
  stale: z.boolean().openapi({ description: "Whether it is older than its schedule allows, or was never complete." }),
};

export const Scope = z
  .strictObject({
    id: z.string().openapi({ description: "Unique in its collection; `all` where the whole is listed at once." }),
    items: z.int().openapi({ description: "Items present." }),
    ...attempt,
    firstListing: Instant.optional().openapi({ description: "The instant of what its first listing found." }),
    held: z
      .strictObject({ count: z.int(), reason: z.string(), since: Instant })
      .optional()
      .openapi({ description: "Items that are missing from the listing, and not removed yet." }),
    syncing: z.boolean().openapi({ description: "Whether a sync is writing to it." }),
    ended: z
      .enum(["parent removed", "target retired"])
      .optional()
      .openapi({ description: "Why nothing is listed in it any more: its parent is gone, or its target is retired." }),
    vanished: oldNameOf("ended", z.boolean()),
  })
  .openapi("Scope");

export const Collection = z
  .strictObject({
    account: z.string(),
    region: z.string(),
    items: z.int().openapi({ description: "Items present, in all scopes." }),
    lastCompleteAt: attempt.lastCompleteAt.openapi({
      description: "When the scope that waits longest was last complete; absent if one never was.",
    }),
    completeAt: attempt.completeAt,
    stale: z.boolean().openapi({ description: "Whether any scope, or the plan, is stale." }),
    counts: z
      .strictObject({
        scopes: z.int(),
        stale: z.int(),
        failed: z.int(),
        unavailable: z.int(),
        held: z.int(),
        syncing: z.int(),
        ended: z.int(),
        vanished: oldNameOf("ended", z.int()),
      })
      .openapi({ description: "The number of scopes, and of those in each state." }),
    plan: z
      .strictObject(attempt)
      .optional()
      .openapi({ description: "The listing that names the scopes, of sources that plan them." }),
    scopes: z.array(Scope).openapi({ description: "The scopes on this page, in order of their ids." }),
  })
  .openapi("Collection", { description: "What one source lists in one account and region." });

const CONDITION_TEXTS: Readonly<Record<Condition, string>> = {
  failed: "The last try of a scope, or of the plan, failed.",
  held: "Removals are pending.",
  stale: "Something is older than its schedule allows.",
  new: "Something was never listed whole.",
  unavailable: "The account lacks what the source lists.",
  ok: "As it should be.",
  retired: "No longer inventoried.",
};

const ConditionName = z.enum(CONDITIONS).openapi("Condition", {
  description: `What is the case with a collection, the worst. ${CONDITIONS.map((name) => `\`${name}\`: ${CONDITION_TEXTS[name]}`).join(" ")}`,
});

const { failed, held: isHeld, stale, new: isNew, unavailable, ok, retired } = CONDITION_TEXTS;

const Totals = z
  .strictObject({
    collections: z.int(),
    items: z.int().openapi({ description: "Items present." }),
    pending: z.int().openapi({ description: "Removals that are pending." }),
    conditions: z
      .strictObject({
        ...{ failed: numberOf(failed), held: numberOf(isHeld), stale: numberOf(stale), new: numberOf(isNew) },
        ...{ unavailable: numberOf(unavailable), ok: numberOf(ok), retired: numberOf(retired) },
      })
      .openapi({ description: "The number of collections with which each is the case, the worst of each." }),
    lastCompleteAt: Instant.optional().openapi({
      description:
        "When the collection that waits longest was last complete, of those that are not unavailable or retired; absent if one never was.",
    }),
  })
  .openapi("Totals", { description: "What collections come to, by what the last sync of each noted at its end." });

function numberOf(description: string) {
  return z.int().openapi({ description });
}

const NodeMembers = z
  .strictObject({
    type: z.string().openapi({ description: "What kind of thing an item is: `training job`." }),
    typeMember: z.string().optional().openapi({ description: "The path of what says the kind more closely." }),
    name: z.string().optional().openapi({ description: "The path of its name for people; absent where it has none." }),
    state: z.string().optional().openapi({ description: "The path of the state that its service says it is in." }),
    names: z.array(z.string()).openapi({ description: "The paths of what edges name it by: its ARN, its id." }),
  })
  .openapi("NodeMembers", {
    description:
      "Where documents say what their items are in a graph. Absent where items are relations and nothing more.",
  });

export const Source = z
  .strictObject({
    id: z.string(),
    operation: z.string().openapi({ description: "The service and its list operation." }),
    intervalMinutes: z.number().openapi({ description: "Interval of full syncs, in minutes." }),
    everyMinutes: oldNameOf("intervalMinutes", z.number()),
    regions: z.array(z.string()).openapi({ description: "Where the service is known to exist." }),
    planned: z.boolean().openapi({ description: "Whether another listing names its scopes." }),
    node: NodeMembers.optional(),
    totals: Totals.optional().openapi({ description: "With `collections=false`." }),
    collections: z.array(Collection),
  })
  .openapi("Source");

export const SourceList = listOf(Source, "SourceList");

export const CollectionEntry = z
  .strictObject({
    source: z.string(),
    intervalMinutes: z.number().openapi({ description: "The source's interval of full syncs, in minutes." }),
    condition: ConditionName,
    pending: z.int().openapi({ description: "Removals that are pending, in all scopes." }),
    ...Collection.shape,
    scopes: z
      .array(Scope)
      .openapi({ description: "Up to three of the scopes that failed, have pending removals, or are unavailable." }),
  })
  .openapi("CollectionEntry");

export const CollectionList = listOf(CollectionEntry, "CollectionList", { totals: Totals });

const count = (description: string) => z.int().openapi({ description });

/** What a run of unchanged syncs does not tell is optional. `held` and `refused` are the API's words for two of them. */
const { pending: held, rejected: refused, ...counters } = countersOf((counter) => count(COUNTERS[counter]));
const { listed, added, modified, removed, unchanged } = counters;

const unchangedRun = { count: z.int(), since: Instant, until: Instant };

export const Sync = z
  .strictObject({
    source: z.string(),
    account: z.string(),
    region: z.string(),
    scope: z.string(),
    startedAt: Instant.openapi({ description: "Of a run of unchanged syncs: when the last of them ran." }),
    kind: z.enum(["full", "incremental", "plan", "retirement"]).optional().openapi({
      description:
        "Whether it listed the whole scope, only what is new, or the plan of the scopes; `retirement`: a target was retired, and its items ended.",
    }),
    outcome: Outcome,
    unchangedSyncs: z
      .strictObject(unchangedRun)
      .optional()
      .openapi({
        description:
          "The entry stands for this many syncs of the scope in a row that found nothing new. `pages`, `retries`, `durationMs` and " +
          "`kind` are then absent.",
      }),
    at: Instant.optional().openapi({ description: "The instant of its changes; absent if it changed nothing." }),
    ...z.object(counters).partial().shape,
    ...{ listed, added, modified, removed, unchanged, held, refused },
    heldReason: z.string().optional().openapi({ description: "Why removals are pending." }),
    refusals: z.array(z.string()).openapi({ description: "The reasons for the first of them." }),
    durationMs: z.number().optional(),
    error: Failure.optional(),
    unchangedBefore: z.strictObject(unchangedRun).optional().openapi({
      description:
        "The syncs of the scope in a row that found nothing new, up to this one: they have no entries of their own.",
    }),
  })
  .openapi("Sync");

export const SyncList = listOf(Sync, "SyncList", counted);

export const Health = z
  .strictObject({
    status: z.literal("ok"),
    asOf,
    freshAt,
    collections: count("Active collections."),
    lastCompleteAt: Instant.openapi({ description: "When the scope that waits longest was last complete." }),
    completeAt: oldNameOf("lastCompleteAt", Instant),
  })
  .openapi("Health");

/** The schemas here that have names of their own in the OpenAPI document. */
export const FRESHNESS = { Outcome, Failure, Condition: ConditionName };
