import { memberOf } from "./paths.ts";

/** A document as it was parsed, whatever it turned out to be. */
export type ParsedDocument = unknown;

/** Names that a document may have, the likeliest first. */
const LIKELY = ["Name", "name", "DisplayName", "displayName"];
const ENDS_IN_NAME = /[^A-Z]Name$|^name$|_name$/;
const ARN = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(?:.*[:/])?([^:/]+)$/s;

/**
 * What people call an item: a member of its document that is a name, else the last part of its ARN, else its key. It must give the same
 * for ever, or SEARCH_INDEX_VERSION must be raised: the search index has it.
 */
export function nameOf(key: string, document: ParsedDocument): string {
  return nameIn(document) ?? lastPartOf(key) ?? key;
}

function nameIn(document: ParsedDocument): string | undefined {
  if (typeof document !== "object" || document === null || Array.isArray(document)) return undefined;
  const names = Object.keys(document);
  const candidates = [...LIKELY, ...names.filter((name) => ENDS_IN_NAME.test(name))];
  for (const name of candidates) {
    const value = Object.hasOwn(document, name) ? memberOf(document, name) : undefined;
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

function lastPartOf(arn: string): string | undefined {
  return ARN.exec(arn)?.[1];
}
