import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Instant } from "../../functions/model/instant.ts";
import { instantOf } from "../../functions/model/instant.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Api } from "../read/api.ts";
import { LocalError, UsageError } from "../usage.ts";
import { version } from "../version.ts";
import { collect, instantOfReport } from "./collect.ts";
import { documentsSha256, REPORT_FORMAT, type Report, type Subject, sha256 } from "./contents.ts";
import { pageOf } from "./html.ts";
import type { Signer } from "./keys.ts";
import { readListings } from "./listings.ts";
import { factsOf, signatureOf } from "./signature.ts";

/** What a report is made of, and who signs it. */
export interface ReportRequest {
  readonly subject: Subject;
  readonly at: Instant | undefined;
  readonly signer: Signer | undefined;
}

/** Reads a report from an inventory. */
export async function makeReport(api: Api, { subject, at: requested, signer }: ReportRequest): Promise<Report> {
  const now = Date.now();
  const at = instantOfReport(requested, now);
  const { asOf, items, graph } = await collect(api, subject, at);
  const incremental = new Set(SOURCES.filter(({ listedByCreation }) => listedByCreation).map(({ id }) => id));
  const listings = await readListings(api, { subject, items, at, isIncremental: (source) => incremental.has(source) });
  return {
    format: REPORT_FORMAT,
    madeBy: `stocktake ${version}`,
    madeAt: instantOf(now),
    inventory: api.location,
    ...(api.isDemo && { simulated: true }),
    ...{ subject, at, asOf },
    ...(signer && { signer: factsOf(signer) }),
    items,
    ...(graph && { graph }),
    listings,
    documentsSha256: documentsSha256(items),
  };
}

/** The files of a report, by the path that they have in common. */
export interface ReportPaths {
  readonly html: string;
  readonly json: string;
  readonly sig: string;
}

/** The files that a path without its ending, or any one of them, names. */
export function pathsOf(given: string): ReportPaths {
  const base = given.replace(/\.(html|json|sig)$/, "");
  return { html: `${base}.html`, json: `${base}.json`, sig: `${base}.sig` };
}

/** Writes a report's files, which nobody else may read. Existing ones are left as they are: they may be evidence. */
export async function writeReport(report: Report, to: ReportPaths, signer: Signer | undefined): Promise<string[]> {
  const json = Buffer.from(`${JSON.stringify(report, null, 2)}\n`);
  const html = Buffer.from(pageOf(report, sha256(json)));
  const name = path.basename(to.html, ".html");
  const sig = signer && (await signatureOf(report, { html, json }, name, signer));
  const files = [[to.html, html] as const, [to.json, json] as const, ...(sig ? [[to.sig, sig] as const] : [])];
  const written: string[] = [];
  try {
    await mkdir(path.dirname(to.html), { recursive: true });
    for (const [file, content] of files) {
      await writeFile(file, content, { flag: "wx", mode: 0o600 });
      written.push(file);
    }
  } catch (error) {
    for (const file of written) await rm(file, { force: true });
    throw writeError(error);
  }
  return written;
}

/** Throws a UsageError if one of the files is there already. */
export function writeError(error: unknown): Error {
  const { code, path: file = "the report", message } = error as NodeJS.ErrnoException;
  if (code === "EEXIST")
    return new UsageError(`${file} is there already, and is left as it is: name another with --to`);
  if (code === "ENOSPC")
    return new LocalError(
      `${file} cannot be written: the disk is full: free some space, or write it elsewhere with --to`,
    );
  return new LocalError(`${file} cannot be written (${code ?? message}): write it elsewhere with --to`);
}
