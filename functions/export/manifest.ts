import type { Instant } from "../model/instant.ts";
import { COLUMNS_VERSION } from "./columns.ts";
import type { Format } from "./formats.ts";

/** A file of an export: one collection's items, or a part of them. */
export interface ExportedFile {
  /** Below the folder or prefix that was exported to. */
  readonly path: string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly items: number;
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What an export consists of. It is written last: files without one are of an export that did not end. */
export interface Manifest {
  readonly columns_version: number;
  readonly format: Format;
  /** The instant: every row is what was there then. */
  readonly as_of: Instant;
  /** When the collection that waits longest was last listed whole. */
  readonly fresh_at: Instant | null;
  /** What the export was narrowed to, where it was. */
  readonly only?: Readonly<Record<string, string>>;
  readonly items: number;
  readonly bytes: number;
  readonly files: readonly ExportedFile[];
}

/** The name of an export's manifest in its folder. */
export const MANIFEST = "manifest.json";

export interface ManifestParts {
  readonly format: Format;
  readonly asOf: Instant;
  readonly freshAt?: Instant | undefined;
  readonly only?: Readonly<Record<string, string>>;
  readonly files: readonly ExportedFile[];
}

/** A manifest's text: one line of JSON, as Athena reads it. */
export function manifestText({ format, asOf, freshAt, only = {}, files }: ManifestParts): string {
  const sum = (member: "items" | "bytes") => files.reduce((total, file) => total + file[member], 0);
  const manifest: Manifest = {
    columns_version: COLUMNS_VERSION,
    format,
    as_of: asOf,
    fresh_at: freshAt ?? null,
    ...(Object.keys(only).length > 0 && { only }),
    items: sum("items"),
    bytes: sum("bytes"),
    files,
  };
  return `${JSON.stringify(manifest)}\n`;
}

/** Whether a path is one that an export writes: what did not end may be removed, and nothing else. */
export function isExportPath(path: string): boolean {
  return /^(source=[^/]+\/account=[^/]+\/region=[^/]+\/items-\d{5}\.[a-z]+|manifest\.json(\.part)?)$/.test(path);
}
