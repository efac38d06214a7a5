import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type Deadline, deadlineIn } from "./deadline.ts";
import { messageOf, planRequestOf } from "./messages.ts";
import { askForPlans, carryOut, type Worker } from "./work.ts";

/**
 * Handles an invocation of a source's function: the schedule's (or a person's) input, or messages of its queue. Of
 * messages it answers which are to be tried again; one that fails, or is nobody's, harms no other.
 */
export async function handleEvent(
  worker: Worker,
  event: unknown,
  context: Context,
): Promise<SQSBatchResponse | undefined> {
  worker.observer.begun(context);
  const deadline = deadlineIn(context.getRemainingTimeInMillis(), worker.clock);
  try {
    if (isFromQueue(event)) return await handleMessages(worker, event.Records, deadline);
    await askForPlans(worker, planRequestOf(event), deadline.signal);
    return undefined;
  } finally {
    deadline.cancel();
  }
}

async function handleMessages(
  worker: Worker,
  records: readonly SQSRecord[],
  deadline: Deadline,
): Promise<SQSBatchResponse> {
  const batchItemFailures = [];
  for (const { messageId, body } of records) {
    try {
      await carryOut(worker, messageOf(body, worker.source.id), deadline);
    } catch (error) {
      worker.observer.returned(messageId, error);
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
