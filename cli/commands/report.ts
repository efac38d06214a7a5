import { Command } from "commander";
import type { Subject } from "../evidence/contents.ts";
import { note, print } from "../output.ts";
import { type ApiOptions, openApi } from "../read/api.ts";
import { settingsFrom } from "../settings.ts";
import { UsageError } from "../usage.ts";
import { addExamples, READING_CODES } from "./help.ts";
import { type FilterOptions, instantOption, wholeNumber, withCollections, withInventory } from "./options.ts";

interface ReportOptions extends ApiOptions, Omit<FilterOptions, "scope"> {
  readonly item?: string;
  readonly lineage?: string;
  readonly downstream?: boolean;
  readonly depth?: number;
  readonly at?: string;
  readonly sign?: string;
  readonly to: string;
}

const MAX_DEPTH = 10;

/** `stocktake report` */
export function reportCommand(): Command {
  const command = withCollections(
    new Command("report")
      .summary("write a signed report of what there was at an instant")
      .description(
        "Writes what there was at an instant as one HTML page, as JSON, and a detached signature: the items, every version of them up to " +
          "then, the syncs that show that they were listed completely and lately, and checksums. `verify-report` checks it.",
      )
      .addOption(instantOption("--at", "as of this instant, or this long ago: 2026-03-01, 24h, 7d (default: now)"))
      .option("--item <item>", "an item: its id, its name, or its key, such as an ARN")
      .option("--lineage <node>", "what a node was made from and depends on")
      .option("--downstream", "with --lineage: what was made from it and depends on it")
      .option(
        "--depth <n>",
        `with --lineage: how many edges away to go (default: ${MAX_DEPTH})`,
        wholeNumber("--depth", `a whole number from 1 to ${MAX_DEPTH}`, MAX_DEPTH),
      ),
  )
    .option("--sign <key>", "a file with an Ed25519 private key (PEM), or the ARN or alias of a key of AWS KMS")
    .option("--to <path>", "where to write it, without the ending", "report");
  return addExamples(
    withInventory(command).action(report),
    [
      [
        "what a source listed on 1 March, signed",
        "npx stocktake report --at 2026-03-01 --source cleanrooms.memberships --sign key.pem",
      ],
      [
        "where a model came from, signed in AWS KMS",
        "npx stocktake report --lineage churn --sign alias/evidence --to churn-lineage",
      ],
      ["make a key", "openssl genpkey -algorithm ed25519 -out key.pem"],
    ],
    ["0  written", ...READING_CODES.slice(1)],
  );
}

async function report(options: ReportOptions): Promise<void> {
  const subject = subjectOf(options);
  const { makeReport, pathsOf, writeReport } = await import("../evidence/make.ts");
  const signer = options.sign === undefined ? undefined : await openSigner(options.sign, options);
  try {
    // The profile may be there for the key alone.
    const { profile, ...local } = options;
    const api = await openApi(options.api === undefined ? local : options, settingsFrom(process.env));
    try {
      const made = await makeReport(api, { subject, at: options.at, signer });
      const files = await writeReport(made, pathsOf(options.to), signer);
      for (const file of files) await print(`${file}\n`);
      const notFresh = made.listings.filter(({ verdict }) => verdict !== "fresh").length;
      if (notFresh > 0)
        note(
          `${notFresh} of ${made.listings.length} listings were not complete and fresh then: the report says which.`,
        );
      if (signer) note(`Signed with ${signer.algorithm}, key ${signer.fingerprint}.`);
      else note("The report is not signed: give --sign to show who made it, and that nobody alters it.");
    } finally {
      await api.close();
    }
  } finally {
    signer?.close?.();
  }
}

async function openSigner(key: string, { profile }: Pick<ReportOptions, "profile">) {
  const { isKmsKey, openKmsSigner } = await import("../evidence/kms.ts");
  if (isKmsKey(key)) return openKmsSigner(key, profile === undefined ? {} : { profile });
  const { readSigner } = await import("../evidence/keys.ts");
  return { ...(await readSigner(key)), close: undefined };
}

function subjectOf(options: ReportOptions): Subject {
  const { item, lineage, source, account, region, downstream, depth } = options;
  const isList = source !== undefined || account !== undefined || region !== undefined;
  if ([item !== undefined, lineage !== undefined, isList].filter(Boolean).length > 1) {
    throw new UsageError(
      "--item, --lineage and --source (or --account, --region) are three kinds of report: give one of them",
    );
  }
  if (lineage === undefined && (downstream || depth !== undefined)) {
    throw new UsageError("--downstream and --depth are of a lineage: they need --lineage");
  }
  if (item !== undefined) return { item };
  if (lineage !== undefined) {
    return { lineage: { node: lineage, direction: downstream ? "downstream" : "upstream", depth: depth ?? MAX_DEPTH } };
  }
  return {
    ...(source !== undefined && { source }),
    ...(account !== undefined && { account }),
    ...(region !== undefined && { region }),
  };
}
