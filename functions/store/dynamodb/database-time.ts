import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** What time it is in the database, by the Date header of its answers. */
export interface DatabaseTime {
  /** Epoch ms; this machine's time until an answer has told the database's. */
  now(): number;
  /** How far this machine's clock is ahead, ms; undefined before the first answer. */
  offset(): number | undefined;
}

/** A Date header is cut to whole seconds. */
const DATE_RESOLUTION_MS = 1_000;

/** Measures the time by every answer that the client gets from now on, errors too. */
export function measureTime(client: DynamoDBClient): DatabaseTime {
  let offset: number | undefined;

  const note = (sent: number, received: number, date: string | undefined) => {
    const answered = Date.parse(date ?? "");
    if (Number.isNaN(answered)) return;
    // The answer was given after `sent` and before `received`, and within the second that follows its date. The offset moves only as far
    // as that demands: a clock that agrees with the answers is taken as it is.
    offset = Math.min(Math.max(offset ?? 0, sent - answered - DATE_RESOLUTION_MS), received - answered);
  };

  client.middlewareStack.add(
    (next) => async (args) => {
      const sent = Date.now();
      const result = await next(args);
      const { headers } = result.response as { readonly headers?: Readonly<Record<string, string>> };
      note(sent, Date.now(), headers?.date);
      return result;
    },
    // Next to the wire, below what turns an answer into an error.
    { step: "deserialize", priority: "low" },
  );

  return {
    now: () => Math.round(Date.now() - (offset ?? 0)),
    offset: () => offset,
  };
}
