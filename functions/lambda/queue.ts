import { SendMessageBatchCommand, type SendMessageBatchCommandOutput, type SQSClient } from "@aws-sdk/client-sqs";
import pRetry from "p-retry";
import { SyncError, serviceError } from "../model/errors.ts";
import type { Message } from "./messages.ts";

/** A source's queue, to be written to. */
export interface Queue {
  /** Resolves when all are sent, in no particular order; rejects with some of them perhaps sent, as SyncError. */
  send(messages: readonly Message[], signal: AbortSignal): Promise<void>;
}

const BATCH = 10;
const RETRIES = 5;

/** The queue of that URL. What SQS takes of a batch only in part is sent again, with growing pauses. */
export function queueOf(client: SQSClient, url: string): Queue {
  const sendBatch = (batch: readonly Message[], signal: AbortSignal) => {
    let rest = batch.map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) }));
    const attempt = async () => {
      const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: rest });
      const { Failed = [] } = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
        throw serviceError("SQS SendMessageBatch", signal.aborted ? signal.reason : error);
      });
      if (Failed.length === 0) return;
      const failed = new Set(Failed.map(({ Id }) => Id));
      rest = rest.filter(({ Id }) => failed.has(Id));
      throw refusal(Failed);
    };
    return pRetry(attempt, {
      retries: RETRIES,
      minTimeout: 100,
      maxTimeout: 2_000,
      randomize: true,
      signal,
      shouldRetry: ({ error }) => error instanceof PartlySent,
    });
  };
  return {
    async send(messages, signal) {
      for (let from = 0; from < messages.length; from += BATCH) {
        signal.throwIfAborted();
        await sendBatch(messages.slice(from, from + BATCH), signal);
      }
    },
  };
}

/** SQS took some of a batch and may take the rest later. */
class PartlySent extends SyncError {}

function refusal(failed: NonNullable<SendMessageBatchCommandOutput["Failed"]>): SyncError {
  const [first] = failed;
  const said = `SQS did not take ${failed.length} messages: ${first?.Code}: ${first?.Message}`;
  return failed.some(({ SenderFault }) => SenderFault)
    ? new SyncError("malformed", said)
    : new PartlySent("unavailable", said);
}
