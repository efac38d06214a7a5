import type { Value } from "./database.ts";

/*
 * libsql reads a text up to its first NUL. Text that may hold one (keys, scopes, nodes; JSON escapes it) is stored with NUL as 01 01 and 01
 * as 01 02, which keeps the order of the UTF-8 bytes.
 */

const NUL = "\u0000";
const ESCAPE = "\u0001";

export function toStored(text: string): string {
  if (!text.includes(NUL) && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}\u0002`).replaceAll(NUL, ESCAPE + ESCAPE);
}

export function fromStored(stored: Value | undefined): string {
  const text = String(stored);
  if (!text.includes(ESCAPE)) return text;
  return text.replace(ESCAPED, (pair) => (pair === ESCAPE + ESCAPE ? NUL : ESCAPE));
}

const ESCAPED = new RegExp(`${ESCAPE}[${ESCAPE}\u0002]`, "g");
