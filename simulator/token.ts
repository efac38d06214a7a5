import { createHash } from "node:crypto";
import type { SimulatedAccount } from "./account.ts";
import type { Input } from "./constraints.ts";
import { invalidToken } from "./errors.ts";
import type { Operation, Position } from "./operations/operation.ts";

const START: Position = { after: undefined, pagesBefore: 0 };

/** The opaque token that continues this request's walk at a position. It is good for the same request only. */
export function tokenFor(operation: Operation, account: SimulatedAccount, input: Input, position: Position): string {
  const encoded = JSON.stringify([position.pagesBefore, position.after ?? null]);
  const text = `${seal(operation, account, input, encoded)}${encoded}`;
  return Buffer.from(text).toString("base64url");
}

/**
 * The position that the request's token stands for, or the start when it carries none. Throws the
 * service's error when the token is malformed, tampered with, or was given to a request that differs
 * in anything but its page size.
 */
export function positionOf(operation: Operation, account: SimulatedAccount, input: Input): Position {
  const { paging, service } = operation;
  const token = paging === undefined ? undefined : (input[paging.token] ?? undefined);
  if (paging === undefined || token === undefined) return START;
  const text = Buffer.from(String(token), "base64url").toString();
  const encoded = text.slice(SEAL_LENGTH);
  const genuine = text.startsWith(seal(operation, account, input, encoded));
  if (!genuine) throw invalidToken(service, paging.token, "is not valid for this request");
  const [pagesBefore, after] = JSON.parse(encoded) as [number, unknown];
  return { pagesBefore, after: after ?? undefined };
}

const SEAL_LENGTH = 16;

/** Ties a position to everything about the request that must not change during a walk. */
function seal(operation: Operation, account: SimulatedAccount, input: Input, encoded: string): string {
  const { paging, rules } = operation;
  const binding = Object.keys(rules).filter((member) => member !== paging?.token && member !== paging?.size);
  const query = binding.map((member) => input[member] ?? null);
  const text = JSON.stringify([operation.name, account.accountId, account.region, query, encoded]);
  return createHash("sha256").update(text).digest("hex").slice(0, SEAL_LENGTH);
}
