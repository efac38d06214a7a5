const NUL = "\u0000";
const ESCAPE = "\u0001";
const ESCAPED = new RegExp(`${ESCAPE}[${ESCAPE}\u0002]`, "g");

/** The text without U+0000, which stands as 01 01, and U+0001 as 01 02: the order of UTF-8 bytes stays as it is. */
export function escapeNul(text: string): string {
  if (!text.includes(NUL) && !text.includes(ESCAPE)) return text;
  return text.replaceAll(ESCAPE, `${ESCAPE}\u0002`).replaceAll(NUL, ESCAPE + ESCAPE);
}

/** Reads what `escapeNul` writes. */
export function unescapeNul(text: string): string {
  if (!text.includes(ESCAPE)) return text;
  return text.replace(ESCAPED, (pair) => (pair === ESCAPE + ESCAPE ? NUL : ESCAPE));
}
