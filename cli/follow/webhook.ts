import pRetry, { AbortError } from "p-retry";
import { changeMessage, slackText } from "../../functions/events/message.ts";
import { formatError } from "../../functions/model/errors.ts";
import { counted } from "../counted.ts";
import { note } from "../output.ts";
import { LocalError } from "../usage.ts";
import type { FollowedChange } from "./follow.ts";

/** How changes are posted to a webhook. */
export interface WebhookOptions {
  readonly url: string;
  /** As a message for people, as Slack's incoming webhooks take it. */
  readonly slack: boolean;
  /** Where people open the explorer, for messages to link it. */
  readonly explorer?: string | undefined;
  readonly fetch: typeof fetch;
  /** The first pause between attempts, ms. Default: a second. */
  readonly firstPauseMs?: number;
}

const RETRIES = 8;
const MAX_PAUSE_MS = 60_000;
const TIMEOUT_MS = 30_000;
/** Changes in one message, which says how many more there are. */
const MAX_SHOWN = 20;

/** Posts changes as one request. Tries again while the receiver is busy or cannot be reached, and throws LocalError if that goes on. */
export async function postChanges(
  changes: readonly FollowedChange[],
  options: WebhookOptions,
  signal: AbortSignal,
): Promise<void> {
  const { url, slack, firstPauseMs = 1_000 } = options;
  const body = JSON.stringify(slack ? { text: messageOf(changes, options.explorer) } : { changes });
  const host = new URL(url).host;
  const attempt = async () => {
    const response = await options.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (response.ok) return;
    const error = new Error(`status ${response.status} ${text.slice(0, 200)}`);
    const isPassing = response.status === 408 || response.status === 429 || response.status >= 500;
    throw isPassing ? error : new AbortError(error);
  };
  try {
    await pRetry(attempt, {
      ...{ retries: RETRIES, minTimeout: firstPauseMs, maxTimeout: MAX_PAUSE_MS, factor: 2, signal },
      onFailedAttempt({ error, retriesLeft }) {
        if (retriesLeft === 0 || signal.aborted) return;
        const times = counted(retriesLeft, "more time");
        note(`webhook at ${host}: ${formatError(error)}. Trying again, at most ${times}`);
      },
      // A fetch that fails is a TypeError, and may pass.
      shouldRetry: () => !signal.aborted,
    });
  } catch (error) {
    signal.throwIfAborted();
    const what = `webhook at ${host} did not take ${counted(changes.length, "change")}`;
    throw new LocalError(`${what}: ${formatError(error)}. They are sent again with the next run`, { cause: error });
  }
}

/** Changes as a message for people, in Slack's text. */
function messageOf(changes: readonly FollowedChange[], explorer: string | undefined): string {
  const shown = changes
    .slice(0, MAX_SHOWN)
    .map((change) => slackText(changeMessage({ ...change, name: change.name ?? change.key }, explorer)));
  const left = changes.length - shown.length;
  return [...shown, ...(left > 0 ? [`and ${left} more changes`] : [])].join("\n\n");
}
