import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { createDeadline, type Deadline } from "./deadline.ts";
import { parseMessage, parseRequest } from "./messages.ts";
import { dispatch, processMessage } from "./work.ts";
import type { Worker } from "./worker.ts";

/**
 * Handles an invocation of a source's function: a request of its schedules (or of a person), or messages of its queue. For messages it
 * answers which ones to deliver again. A message that fails, or is invalid, does not affect the others.
 */
export async function handleEvent(
  worker: Worker,
  event: unknown,
  context: Context,
): Promise<SQSBatchResponse | undefined> {
  worker.observer.onInvoke(context);
  const deadline = createDeadline(context.getRemainingTimeInMillis(), worker.clock);
  try {
    if (isFromQueue(event)) return await handleRecords(worker, event.Records, deadline);
    await dispatch(worker, parseRequest(event), deadline.signal);
    return undefined;
  } finally {
    deadline.cancel();
  }
}

async function handleRecords(
  worker: Worker,
  records: readonly SQSRecord[],
  deadline: Deadline,
): Promise<SQSBatchResponse> {
  const batchItemFailures = [];
  for (const { messageId, body } of records) {
    try {
      await processMessage(worker, parseMessage(body, worker.source.id), deadline);
    } catch (error) {
      worker.observer.onRetry(messageId, error);
      batchItemFailures.push({ itemIdentifier: messageId });
    } finally {
      worker.observer.publish();
    }
  }
  return { batchItemFailures };
}

function isFromQueue(event: unknown): event is SQSEvent {
  return typeof event === "object" && event !== null && "Records" in event && Array.isArray(event.Records);
}
