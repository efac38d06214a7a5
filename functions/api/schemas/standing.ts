import { z } from "@hono/zod-openapi";
import { asOf, Instant, listOf } from "./values.ts";

/** Sources, their scopes' standing, and syncs. */

const Outcome = z.enum(["complete", "held", "failed"]).openapi("Outcome", {
  description:
    "How a sync ended: all is stored (`complete`); all but removals that await another listing's agreement (`held`); or nothing (`failed`).",
});

const Failure = z
  .strictObject({
    code: z.enum(["throttled", "unavailable", "denied", "unsupported", "malformed", "superseded", "interrupted"]),
    message: z.string(),
  })
  .openapi("Failure");

const attempt = {
  completeAt: Instant.optional().openapi({ description: "When it was last complete; absent if it never was." }),
  triedAt: Instant.optional().openapi({ description: "When it was last tried; absent if that has not ended yet." }),
  outcome: Outcome.optional(),
  error: Failure.optional().openapi({ description: "Why the last try failed." }),
  staleAfter: Instant.optional().openapi({
    description: "When it counts as stale unless it is complete again: three intervals after `completeAt`.",
  }),
  stale: z.boolean().openapi({ description: "Whether it is older than its schedule allows, or was never complete." }),
};

export const Scope = z
  .strictObject({
    id: z.string().openapi({ description: "Unique in its collection; `all` where the whole is listed at once." }),
    items: z.int().openapi({ description: "Items present." }),
    ...attempt,
    held: z
      .strictObject({ count: z.int(), reason: z.string(), since: Instant })
      .optional()
      .openapi({ description: "Removals that were listed and are not applied yet." }),
    sweepingSince: Instant.optional().openapi({
      description: "Of a scope too large for one sync, since when its parts are being listed one after another.",
    }),
    syncing: z.boolean().openapi({ description: "Whether a sync of it is under way." }),
    vanished: z
      .boolean()
      .openapi({ description: "Whether its parent is gone, so that nothing is expected of it any more." }),
  })
  .openapi("Scope");

export const Collection = z
  .strictObject({
    account: z.string(),
    region: z.string(),
    items: z.int().openapi({ description: "Items present, in all scopes." }),
    completeAt: attempt.completeAt.openapi({
      description: "When the scope that waits longest was last complete; absent if one never was.",
    }),
    stale: z.boolean().openapi({ description: "Whether any scope, or the plan, is stale." }),
    counts: z
      .strictObject({
        scopes: z.int(),
        stale: z.int(),
        failed: z.int(),
        held: z.int(),
        syncing: z.int(),
        vanished: z.int(),
      })
      .openapi({ description: "Scopes, and how many of them are what." }),
    plan: z
      .strictObject(attempt)
      .optional()
      .openapi({ description: "The listing that names the scopes, of sources that plan them." }),
    scopes: z.array(Scope).openapi({ description: "The scopes that this page has of it, in order of their ids." }),
  })
  .openapi("Collection", { description: "What one source lists in one account and region." });

export const Source = z
  .strictObject({
    id: z.string(),
    operation: z.string().openapi({ description: "The service and the operation that is listed." }),
    everyMinutes: z.number().openapi({ description: "How often it is synced." }),
    regions: z.array(z.string()).openapi({ description: "Where the service is known to exist." }),
    planned: z.boolean().openapi({ description: "Whether it is listed in scopes that another listing names." }),
    collections: z.array(Collection),
  })
  .openapi("Source");

export const SourceList = listOf(Source, "SourceList");

const KeyRange = z
  .strictObject({
    from: z.string().optional().openapi({ description: "Inclusive; open if absent." }),
    until: z.string().optional().openapi({ description: "Exclusive; open if absent." }),
  })
  .openapi("KeyRange", { description: "A stretch of a collection's keys." });

const count = (description: string) => z.int().openapi({ description });

export const Sync = z
  .strictObject({
    source: z.string(),
    account: z.string(),
    region: z.string(),
    scope: z.string(),
    startedAt: Instant,
    outcome: Outcome,
    at: Instant.optional().openapi({ description: "The instant of its changes; absent if it failed." }),
    window: KeyRange.optional().openapi({ description: "What it listed, if not its whole scope." }),
    remainder: KeyRange.optional().openapi({ description: "What it left to be listed by the next." }),
    pages: count("Pages listed."),
    listed: count("Distinct items listed."),
    added: count("Items added."),
    modified: count("Items modified."),
    removed: count("Items removed."),
    unchanged: count("Items that had not changed."),
    held: count("Removals not applied."),
    heldReason: z.string().optional().openapi({ description: "Why removals, if any, would not be applied." }),
    refused: count("Listed documents that could not be stored."),
    refusals: z.array(z.string()).openapi({ description: "Why, of the first of them." }),
    retries: count("Requests that had to be made again."),
    durationMs: z.number(),
    error: Failure.optional(),
  })
  .openapi("Sync");

export const SyncList = listOf(Sync, "SyncList");

export const Health = z
  .strictObject({
    status: z.literal("ok"),
    asOf,
    collections: count("Collections looked at."),
    completeAt: Instant.openapi({ description: "When the scope that waits longest was last complete." }),
  })
  .openapi("Health");

/** The schemas here that others describe anew. */
export const STANDINGS = { Outcome, Failure, KeyRange };
