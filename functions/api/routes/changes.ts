import { readChanges, type VisibleChange, type VisibleKind } from "../../inventory/changes.ts";
import { EPOCH, type Instant } from "../../model/instant.ts";
import type { LogPosition } from "../../model/item.ts";
import { endpoint, listResponse } from "../endpoint.ts";
import { changeBody } from "../items.ts";
import {
  choiceParameter,
  collectionParameters,
  cursorParameter,
  instantParameter,
  limitParameter,
  scopeParameter,
} from "../parameters.ts";
import { Problem } from "../problems.ts";
import { openRead, type Read } from "../read.ts";
import { type Batch, type BatchRequest, FILTERED_BATCH, walk } from "../walk.ts";

/** GET /v1/changes */
export const changesEndpoint = endpoint({
  path: "/v1/changes",
  operationId: "listChanges",
  tag: "Changes",
  summary: "List changes",
  description:
    "What changed, oldest first, one collection after another. To follow the log, page to the end, save `asOf`, and send it as " +
    "`since` next time: every change then comes exactly once, those of a collection in order.",
  query: (sources) => ({
    ...collectionParameters(sources),
    scope: scopeParameter(),
    kind: choiceParameter(["added", "modified", "removed"], "Only changes of this kind."),
    since: instantParameter("Only changes later than this."),
    until: instantParameter("Only changes no later than this."),
    limit: limitParameter(1000, 100, "changes"),
    cursor: cursorParameter(),
  }),
  response: { description: "A page of changes.", schema: "ChangeList" },
  problems: ["invalid-cursor", "beyond-retention"],
  handler: async (request, service) => {
    const { since, until, limit } = request.query;
    if (since !== undefined && until !== undefined && until < since) {
      const detail = `until ${until} is earlier than since ${since}: send the earlier one as since`;
      throw new Problem("invalid-parameter", detail, { members: { parameter: "until" } });
    }
    const read = await openRead(service, request.query, {
      cursor: request.cursor,
      at: { parameter: "until", instant: until },
      // A response gives EPOCH as `asOf` while nothing is complete: nothing has expired since then.
      since: { parameter: "since", instant: since === EPOCH ? undefined : since },
    });
    const page = await walk({
      collections: read.collections,
      from: request.cursor?.position,
      limit,
      read: (wanted) => readBatch(read, request.query, wanted),
    });
    return listResponse(request, page, read);
  },
});

interface Filter {
  readonly since?: Instant | undefined;
  readonly scope?: string | undefined;
  readonly kind?: VisibleKind | undefined;
}

async function readBatch(
  { snapshot }: Read,
  { since, scope, kind }: Filter,
  { collection, after, remaining, filtering }: BatchRequest,
): Promise<Batch> {
  const start = positionOf(after) ?? since;
  const filters = kind !== undefined || scope !== undefined || filtering;
  const { changes, read, next } = await readChanges(snapshot, collection, {
    limit: filters ? Math.max(remaining, FILTERED_BATCH) : remaining,
    ...(start !== undefined && { after: start }),
  });
  const matches = (change: VisibleChange) =>
    (kind === undefined || change.kind === kind) && (scope === undefined || change.after.scope === scope);
  return {
    rows: changes.filter(matches).map((change) => ({
      text: () => JSON.stringify(changeBody(change)),
      after: [change.after.at, change.after.key],
    })),
    read,
    ...(next && { next: [next.at, next.key] }),
  };
}

/** The position in the log that a cursor carries. */
export function positionOf(after: readonly string[] | undefined): LogPosition | undefined {
  const [at, key] = after ?? [];
  return at !== undefined && key !== undefined ? { at, key } : undefined;
}
