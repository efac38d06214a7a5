import type { Store } from "../functions/store/port.ts";
import { clockError } from "../functions/sync/clock-check.ts";
import { resolveAws } from "./aws.ts";

const TIMEOUT_MS = 3_000;

/**
 * Throws SyncError `clock` when this machine's clock is more than five minutes off what AWS says, for what stores instants without listing
 * anything. A database with a clock of its own needs none of that. Where AWS cannot be asked, nobody knows better than this machine.
 */
export async function assertMachineClock(store: Pick<Store, "clockOffset">): Promise<void> {
  if (store.clockOffset() !== undefined) return;
  const offset = await clockOffset().catch(() => undefined);
  const error = clockError({ store }, { connection: { clockOffset: () => offset } });
  if (error) throw error;
}

/** How far this machine's clock is ahead of STS's, by the Date of its answer, whatever else it says. */
async function clockOffset(): Promise<number | undefined> {
  const aws = await resolveAws(process.env);
  const region = aws.region?.value ?? "us-east-1";
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = aws.endpoint("sts").value ?? `https://sts.${region}.${suffix}`;
  const answer = await aws.network.fetch(url, { method: "HEAD", signal: AbortSignal.timeout(TIMEOUT_MS) });
  const date = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(date) ? undefined : Date.now() - date;
}
