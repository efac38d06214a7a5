import { z } from "@hono/zod-openapi";

/** The values that responses are made of. */

export const Instant = z.string().openapi("Instant", {
  format: "date-time",
  description: "ISO 8601, UTC, milliseconds.",
  example: "2026-03-01T12:00:00.000Z",
});

export const Document = z.record(z.string(), z.unknown()).openapi("Document", {
  description: "What the service listed, nothing dropped or renamed. Timestamps are ISO 8601 text.",
});

export const Edge = z
  .strictObject({
    from: z.string().openapi({ description: "The node it starts from, usually an ARN." }),
    to: z.string().openapi({ description: "The node it leads to." }),
    relation: z.string().optional().openapi({ description: "The kind of relation, if the service says." }),
    fromName: z.string().optional().openapi({ description: "What people call `from`; with `names=true`." }),
    toName: z.string().optional().openapi({ description: "What people call `to`; with `names=true`." }),
  })
  .openapi("Edge", { description: "A directed relation that an item states." });

export const Cause = z
  .enum(["not listed", "parent removed", "target retired", "source changed", "repaired"])
  .openapi("Cause", { description: "Why the item was removed." });

export const ItemState = z
  .enum(["present", "removed"])
  .openapi("ItemState", { description: "A removed item is its tombstone, with the content as last listed." });

export const ChangeKind = z.enum(["added", "modified", "removed"]).openapi("ChangeKind");

export const Difference = z
  .strictObject({
    path: z.string().openapi({
      description:
        "Where: member names separated by dots, list elements by number in brackets (`Tags[0].Value`). Within a name a backslash " +
        "is before `.`, `[`, `]` and `\\`.",
    }),
    before: z.unknown().optional().openapi({ description: "Absent if there was nothing." }),
    after: z.unknown().optional().openapi({ description: "Absent if there is nothing any more." }),
  })
  .openapi("Difference", { description: "One path at which two versions of a document differ." });

export const Differences = z.array(Difference);

/** The members that say which item something is about. */
export const itemRefShape = {
  id: z.string().openapi({ description: "Opaque, URL-safe, the same everywhere." }),
  shortId: z.string().openapi({ description: "Twelve digits of the id's SHA-256. It is accepted wherever `id` is." }),
  source: z.string().openapi({ description: "The source that lists it." }),
  account: z.string().openapi({ description: "The AWS account it is in." }),
  region: z.string().openapi({ description: "The AWS region it is in." }),
  key: z.string().openapi({ description: "Its identity among what its source lists in its account and region." }),
};

/** What people call an entry, where a request asks for it. */
export const name = z.string().optional().openapi({ description: "What people call it; with `names=true`." });

export const scopeOfItem = z.string().openapi({ description: "The part of the collection that it was listed with." });

export const version = z
  .int()
  .openapi({ minimum: 1, description: "1 for the first. Every change adds one, a removal too." });

export const asOf = Instant.openapi({
  description: "The instant that the response shows. No change up to it is missing, and none after it is included.",
});

export const freshAt = Instant.optional().openapi({
  description:
    "When the collection that waits longest, of those that the response covers, was last listed whole; absent if one never was.",
});

/** A member of an answer under its old name, sent beside the new one until it goes. See docs/api-stability.md. */
export function oldNameOf<Member extends z.ZodType>(name: string, member: Member): Member {
  return member.openapi({ description: `Old name of \`${name}\`.`, deprecated: true });
}

/** Of lists that can be counted. */
export const counted = {
  count: z.int().optional().openapi({ description: "How many there are on all pages; with `count=true`." }),
  countTruncated: z.literal(true).optional().openapi({ description: "Counting has ended before the list did." }),
};

/** Of lists that can be counted, and have conditions on documents. */
export const filtered = {
  ...counted,
  warnings: z
    .array(z.string())
    .optional()
    .openapi({ description: "What may be wrong with the request: paths of conditions that no document has." }),
};

/** The schema of a list's page. */
export function listOf<Entry extends z.ZodType, More extends z.ZodRawShape = Record<never, never>>(
  entry: Entry,
  name: string,
  more?: More,
) {
  return z
    .strictObject({
      items: z.array(entry),
      asOf,
      freshAt,
      ...(more as More),
      nextCursor: z
        .string()
        .optional()
        .openapi({ description: "Where the next page begins; absent on the last page." }),
    })
    .openapi(name);
}

/** The values that have names of their own in the OpenAPI document. */
export const VALUES = { Instant, Document, Edge, Cause, ItemState, ChangeKind, Difference };
