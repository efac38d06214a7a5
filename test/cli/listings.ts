import type { SimulatedAccount } from "../../simulator/account.ts";

/** What the services of a simulated account list at this moment, source by source, as documents are stored. */
export function listedBy(account: SimulatedAccount): Record<string, unknown[]> {
  return asListed({
    "sagemaker.associations": [...account.associations],
    "cleanrooms.memberships": [...account.memberships],
    "iot.account-associations": [...account.accountAssociations],
    "workspaces.images": [...account.images],
    "workspaces.image-associations": [...account.imageAssociations],
  }) as Record<string, unknown[]>;
}

/** The simulator keeps instants as epoch milliseconds; what is listed has them as ISO strings. */
function asListed(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, member) =>
      typeof member === "number" && /time|created/i.test(name) ? new Date(member).toISOString() : member,
    ),
  );
}

/** One text for a set of documents, whatever their order and that of their members. */
export function essenceOf(documents: Iterable<unknown>): string {
  return [...documents].map(sortedText).sort().join("\n");
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
