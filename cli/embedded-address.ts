import { readFile } from "node:fs/promises";

/**
 * Where the thread answers that has the database open. The address of a killed one stays behind, and another service
 * may come to answer there: so who asks shows the password, and only the one true owner knows the countersign.
 */
export interface Address {
  readonly url: string;
  readonly password: string;
  readonly countersign: string;
}

const ANSWERS_WITHIN_MS = 1_000;

/** What every request to the database carries. */
export function passwordHeader({ password }: Address): Record<string, string> {
  return { "stocktake-password": password };
}

/** Whether an answer with these headers is that of the database. */
export function isCountersigned({ countersign }: Address, headers: Readonly<Record<string, string>>): boolean {
  return headers["stocktake-countersign"] === countersign;
}

/** The address in the file, if the database answers there. */
export async function answeringAddress(file: string): Promise<Address | undefined> {
  try {
    const address = JSON.parse(await readFile(file, "utf8")) as Address;
    const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
    const answer = await fetch(address.url, { headers: passwordHeader(address), redirect: "error", signal });
    await answer.arrayBuffer();
    return isCountersigned(address, Object.fromEntries(answer.headers)) ? address : undefined;
  } catch {
    // No address, one of another kind, or nobody there: whoever has the database is only starting, or already ending.
    return undefined;
  }
}
