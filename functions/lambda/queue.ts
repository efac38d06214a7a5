import { SendMessageBatchCommand, type SendMessageBatchCommandOutput, type SQSClient } from "@aws-sdk/client-sqs";
import pRetry from "p-retry";
import { SyncError, serviceError } from "../model/errors.ts";
import type { Message } from "./messages.ts";

/** A source's queue, to send to. */
export interface Queue {
  /** Resolves when all messages are sent, in no particular order; rejects with a SyncError when some may not have been. */
  send(messages: readonly Message[], signal: AbortSignal): Promise<void>;
}

const MAX_BATCH = 10;
const MAX_RETRIES = 5;

/** The queue at a URL. Messages of a batch that SQS did not accept are sent again, with growing pauses. */
export function createQueue(client: SQSClient, url: string): Queue {
  const sendBatch = (batch: readonly Message[], signal: AbortSignal) => {
    let pending = batch.map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }));
    const attempt = async () => {
      const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: pending });
      const { Failed = [] } = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        throw serviceError("SQS SendMessageBatch", signal.aborted ? signal.reason : error);
      });
      if (Failed.length === 0) return;
      const failed = new Set(Failed.map(({ Id }) => Id));
      pending = pending.filter(({ Id }) => failed.has(Id));
      throw batchError(Failed);
    };
    return pRetry(attempt, {
      retries: MAX_RETRIES,
      minTimeout: 100,
      maxTimeout: 2_000,
      randomize: true,
      signal,
      shouldRetry: ({ error }) => error instanceof PartialBatchError,
    });
  };
  return {
    async send(messages, signal) {
      for (let from = 0; from < messages.length; from += MAX_BATCH) {
        signal.throwIfAborted();
        await sendBatch(messages.slice(from, from + MAX_BATCH), signal);
      }
    },
  };
}

/** SQS accepted only part of a batch, and may accept the rest later. */
class PartialBatchError extends SyncError {}

function batchError(failed: NonNullable<SendMessageBatchCommandOutput["Failed"]>): SyncError {
  const [first] = failed;
  const message = `SQS did not accept ${failed.length} messages: ${first?.Code}: ${first?.Message}`;
  return failed.some(({ SenderFault }) => SenderFault)
    ? new SyncError("malformed", message)
    : new PartialBatchError("unavailable", message);
}
