import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { formatError } from "../../functions/model/errors.ts";
import { counted } from "../counted.ts";
import { UsageError } from "../usage.ts";
import { documentSha256, documentsSha256, REPORT_FORMAT, type Report, type SignerFacts, sha256 } from "./contents.ts";
import type { ReportPaths } from "./make.ts";
import { checkSignature } from "./signature.ts";

/** One thing that was checked of a report, and what is wrong with it. */
export interface Check {
  readonly what: "signature" | "files" | "documents" | "inventory";
  readonly ok: boolean;
  /** What was found, in one line each. */
  readonly findings: readonly string[];
}

/** What a report turned out to be, without asking any inventory. */
export interface OfflineResult {
  readonly checks: readonly Check[];
  /** The report, if it can be read. */
  readonly report?: Report;
}

/** The contents of a report's files; undefined of one that is not there. */
export interface ReportContents {
  readonly html: Buffer | undefined;
  readonly json: Buffer | undefined;
  readonly sig: Buffer | undefined;
}

/** Reads a report's files. Throws a UsageError when there is none of them. */
export async function readReport(paths: ReportPaths): Promise<ReportContents> {
  const [html, json, sig] = await Promise.all([contentOf(paths.html), contentOf(paths.json), contentOf(paths.sig)]);
  if (html || json || sig) return { html, json, sig };
  throw new UsageError(`there is no ${path.basename(paths.html)}, .json or .sig in ${path.dirname(paths.html)}`);
}

/** Checks a report's files by themselves: the signature, that the files are the signed ones, and every document's checksum. */
export function verifyOffline(
  { html, json, sig }: ReportContents,
  { paths, trusted }: { readonly paths: ReportPaths; readonly trusted?: string | undefined },
): OfflineResult {
  const report = json && reportIn(json);
  const checked = sig && checkSignature(sig);
  const signed = typeof checked === "object" ? checked : undefined;
  const signature = signatureCheck(checked, report?.signer, trusted, path.basename(paths.sig));
  const files = filesCheck(paths, { html, json }, signed);
  return { checks: [signature, files, documentsCheck(report, path.basename(paths.json))], ...(report && { report }) };
}

async function contentOf(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UsageError(`${file} cannot be read: ${formatError(error)}`);
  }
}

function signatureCheck(
  checked: ReturnType<typeof checkSignature> | undefined,
  claimed: SignerFacts | undefined,
  trusted: string | undefined,
  file: string,
): Check {
  const failed = (finding: string): Check => ({ what: "signature", ok: false, findings: [finding] });
  if (checked === undefined) {
    const who = claimed
      ? `, though the report says that ${claimed.fingerprint} signed it`
      : ": the report is not signed";
    return failed(`there is no ${file}${who}`);
  }
  if (typeof checked === "string") return failed(`${file}: ${checked}`);
  const { algorithm, fingerprint, kmsKey } = checked.signer;
  if (trusted !== undefined && trusted !== fingerprint)
    return failed(`it is by ${fingerprint}, not by --key ${trusted}`);
  if (claimed?.fingerprint !== fingerprint) return failed(`it is by ${fingerprint}, and the report names another key`);
  const said = `${algorithm}, by the key ${fingerprint}${kmsKey === undefined ? "" : ` (${kmsKey})`}`;
  const whose =
    trusted === undefined
      ? ["whose key that is, the file cannot show: compare the fingerprint with the signer's, or give --key"]
      : [];
  return { what: "signature", ok: true, findings: [said, ...whose] };
}

function filesCheck(
  paths: ReportPaths,
  { html, json }: { readonly html: Buffer | undefined; readonly json: Buffer | undefined },
  signed: { readonly html: string; readonly json: string } | undefined,
): Check {
  const problems: string[] = [];
  for (const [file, content, wanted] of [
    [paths.html, html, signed?.html],
    [paths.json, json, signed?.json],
  ] as const) {
    const name = path.basename(file);
    if (!content) problems.push(`there is no ${name}`);
    else if (wanted !== undefined && sha256(content) !== wanted) problems.push(`${name} is not as it was signed`);
  }
  if (html && json && !html.includes(sha256(json))) {
    problems.push(`${path.basename(paths.html)} does not belong to ${path.basename(paths.json)}`);
  }
  if (problems.length > 0) return { what: "files", ok: false, findings: problems };
  const names = `${path.basename(paths.html)} and ${path.basename(paths.json)}`;
  return {
    what: "files",
    ok: true,
    findings: [signed ? `${names} are as they were signed` : `${names} belong together`],
  };
}

function documentsCheck(report: Report | undefined, file: string): Check {
  if (!report) return { what: "documents", ok: false, findings: [`${file} is not there, or is not a report`] };
  const problems: string[] = [];
  let count = 0;
  for (const { name, shortId, document, sha256, versions } of report.items) {
    const documents = [
      { document, sha256, of: "" },
      ...versions.map((each) => ({ ...each, of: ` version ${each.version}` })),
    ];
    count += documents.length;
    for (const each of documents) {
      if (documentSha256(each.document) !== each.sha256) {
        problems.push(`${name} (${shortId})${each.of}: the document does not match its checksum`);
      }
    }
  }
  if (documentsSha256(report.items) !== report.documentsSha256)
    problems.push("the checksum over all documents differs");
  if (problems.length > 0) return { what: "documents", ok: false, findings: problems };
  return {
    what: "documents",
    ok: true,
    findings: [`${counted(count, "document")} of ${counted(report.items.length, "item")} match their checksums`],
  };
}

const document = z.record(z.string(), z.unknown());

/** As much of a report as is checked here. Who alters a report may write anything into it. */
const checkedParts = z.looseObject({
  format: z.literal(REPORT_FORMAT),
  at: z.string(),
  subject: z.looseObject({}),
  signer: z.looseObject({ fingerprint: z.string() }).optional(),
  documentsSha256: z.string(),
  items: z.array(
    z.looseObject({
      ...{ id: z.string(), shortId: z.string(), name: z.string(), version: z.number(), sha256: z.string(), document },
      versions: z.array(z.looseObject({ version: z.number(), from: z.string(), sha256: z.string(), document })),
    }),
  ),
});

function reportIn(json: Buffer): Report | undefined {
  try {
    const value: unknown = JSON.parse(json.toString());
    return checkedParts.safeParse(value).success ? (value as Report) : undefined;
  } catch {
    // What is not JSON is not a report, which the check of the documents says.
    return undefined;
  }
}
