import { createHash } from "node:crypto";
import type { Document, ItemBody } from "../../functions/api/items.ts";
import type { Entry } from "../../functions/api/schemas/responses.ts";
import { canonical } from "../../functions/model/canonical.ts";
import type { Instant } from "../../functions/model/instant.ts";

/** What a report of an inventory says, as it stands in report.json. */
export interface Report {
  readonly format: typeof REPORT_FORMAT;
  readonly madeBy: string;
  readonly madeAt: Instant;
  /** The inventory that it was read from: a deployed API's URL, or where this machine keeps it. */
  readonly inventory: string;
  /** It is of the demo's simulated account. */
  readonly simulated?: true;
  readonly subject: Subject;
  /** The instant that it is about. */
  readonly at: Instant;
  /** The newest instant up to `at` at which everything was complete: no change between the two is missing. */
  readonly asOf: Instant;
  /** Who signs it; absent of a report that is not signed. */
  readonly signer?: SignerFacts;
  readonly items: readonly ReportedItem[];
  /** Of a lineage. */
  readonly graph?: ReportedGraph;
  /** What shows that the items were listed, whole and lately. */
  readonly listings: readonly Listing[];
  /** SHA-256 over the checksums of all documents. */
  readonly documentsSha256: string;
}

export const REPORT_FORMAT = "stocktake-report/1";

/** What a report is about: an item, a lineage, or what a source, an account or a region has; everything if nothing is named. */
export interface Subject {
  readonly item?: string;
  readonly lineage?: { readonly node: string; readonly direction: "upstream" | "downstream"; readonly depth: number };
  readonly source?: string;
  readonly account?: string;
  readonly region?: string;
}

export interface SignerFacts {
  readonly algorithm: string;
  /** `sha256:` and the SHA-256 of the public key (DER, SubjectPublicKeyInfo) in hexadecimal digits. */
  readonly fingerprint: string;
  /** The key's ARN, of a key of AWS KMS. */
  readonly kmsKey?: string;
}

/** An item as of the instant, with every version up to it that the log keeps, newest first. */
export interface ReportedItem extends ItemBody {
  readonly shortId: string;
  readonly name: string;
  readonly sha256: string;
  readonly versions: readonly ReportedVersion[];
}

export type ReportedVersion = Entry<"History"> & { readonly sha256: string };

export interface ReportedGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  readonly node: string;
  readonly name?: string;
  readonly type?: string;
  readonly state?: string;
  readonly itemId?: string;
  readonly dangling: boolean;
  readonly names: readonly string[];
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly relation?: string;
  readonly itemId: string;
  readonly source: string;
}

/** How a scope was listed around the instant. */
export interface Listing {
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly scope: string;
  /** How often it is listed whole. */
  readonly intervalMinutes: number;
  readonly verdict: Verdict;
  /** When it was last listed completely, at the instant or before it. */
  readonly listedAt?: Instant;
  /** When it was first listed completely after the instant. */
  readonly listedAfter?: Instant;
  /** When it was last listed whole, of a source that is also listed incrementally. */
  readonly wholeAt?: Instant;
  /** The syncs that say so, newest first: the API's own entries. */
  readonly syncs: readonly Entry<"SyncList">[];
}

/** Whether a scope was listed completely and lately: `old` if the last listing was longer ago than three intervals. */
export type Verdict = "fresh" | "old" | "failed" | "held" | "unavailable" | "never listed";

/** The SHA-256 of a document: of its JSON with sorted members and no spaces (RFC 8785), in hexadecimal digits. */
export function documentSha256(document: Document): string {
  return sha256(canonical(document) ?? "");
}

/** The SHA-256 over the checksums of all documents: a line of id, version and checksum for each, in the order of the report. */
export function documentsSha256(
  items: readonly Pick<ReportedItem, "id" | "version" | "sha256" | "versions">[],
): string {
  const lines = items.flatMap(({ id, version, sha256, versions }) => [
    `${id} ${version} ${sha256}\n`,
    ...versions.map((each) => `${id} ${each.version} ${each.sha256}\n`),
  ]);
  return sha256(lines.join(""));
}

export function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
