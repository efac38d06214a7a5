/* Comma-separated values as spreadsheets read them. Nothing here needs Node: the explorer uses it too. */

/** Where some program may begin a new cell, whatever it takes for the separator. */
const SEPARATOR = /([,，;；｜|\t\r\n\v\f\u0085\u2028\u2029])/;
/** What some spreadsheet takes for the beginning of a formula: its signs in any width, blanks and quotes before them. */
const FORMULA = /^[\s\p{Cc}\p{Cf}\p{Pi}\p{Pf}"'`]*[=＝﹦+＋﹢\-－﹣−@＠﹫]/u;

/** One cell: quoted where it must be, and never a formula. */
export function cell(value: unknown): string {
  const text = plainText(value);
  const safe = typeof value === "number" ? text : harmless(text);
  return /["\s;|,]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function harmless(text: string): string {
  const parts = text.split(SEPARATOR).map((part) => (FORMULA.test(part) ? `'${part}` : part));
  return parts[0] === "" && parts.length > 1 ? `'${parts.join("")}` : parts.join("");
}

/** One line. */
export function csvRow(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

/** A whole file. */
export function csv(header: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [header, ...rows].map(csvRow).join("");
}

function plainText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
