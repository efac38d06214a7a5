import { Command } from "commander";
import { toSingleLine } from "../../functions/model/errors.ts";
import type { Check } from "../evidence/verify.ts";
import { print } from "../output.ts";
import { type ApiOptions, openApi } from "../read/api.ts";
import { settingsFrom } from "../settings.ts";
import { addExamples } from "./help.ts";
import { withInventory } from "./options.ts";

interface VerifyReportOptions extends ApiOptions {
  readonly key?: string;
  readonly compare?: boolean;
  readonly json?: boolean;
}

/** `stocktake verify-report` */
export function verifyReportCommand(): Command {
  const command = new Command("verify-report")
    .summary("check a report: its signature, its checksums, and the inventory")
    .description(
      "Checks a report's signature and that no byte of its files was altered, and computes the checksum of every document again. This asks " +
        "nobody. With --compare or --api, asks the inventory whether it still says the same, and names each difference.",
    )
    .argument("<file>", "the report's .html, .json or .sig file; the others are beside it")
    .option(
      "--key <key>",
      "the key that must have signed it: a file with the public key (PEM), or its fingerprint (sha256:…)",
    )
    .option("--compare", "compare with this machine's inventory")
    .option("--json", "print the result as JSON");
  return addExamples(
    withInventory(command).action(verifyReport),
    [
      ["was it altered, and did this key sign it", "npx stocktake verify-report report.html --key public.pem"],
      ["does the inventory still say so", "npx stocktake verify-report report.html --compare"],
    ],
    [
      "0  the report is as it was signed, and the inventory says the same",
      "1  it is not, or is not signed",
      "2  invalid arguments",
    ],
  );
}

async function verifyReport(file: string, options: VerifyReportOptions): Promise<void> {
  const [{ readReport, verifyOffline }, { pathsOf }, { trustedFingerprint }] = await Promise.all([
    import("../evidence/verify.ts"),
    import("../evidence/make.ts"),
    import("../evidence/keys.ts"),
  ]);
  const trusted = options.key === undefined ? undefined : await trustedFingerprint(options.key);
  const paths = pathsOf(file);
  const { checks, report } = verifyOffline(await readReport(paths), { paths, trusted });
  const isAsked = options.compare || options.demo || options.from !== undefined || options.api !== undefined;
  // What the files say stands before an inventory that may not answer.
  const show = async (some: readonly Check[]) => {
    if (!options.json) for (const check of some) for (const line of linesOf(check)) await print(`${line}\n`);
  };
  await show(checks);
  const compared = isAsked && report ? [await compare(report, options)] : [];
  await show(compared);
  const all = [...checks, ...compared];
  const isVerified = all.every(({ ok }) => ok);
  if (options.json) {
    const verdict = { verified: isVerified, checks: all };
    await print(`${JSON.stringify(report ? { ...verdict, at: report.at, signer: report.signer } : verdict)}\n`);
  } else {
    if (!isAsked) await print("inventory  not asked: give --compare, --from or --api to compare\n");
    await print(isVerified ? "The report is verified.\n" : "The report is NOT verified.\n");
  }
  if (!isVerified) process.exitCode = 1;
}

async function compare(
  report: Parameters<typeof import("../evidence/compare.ts").compareWithInventory>[1],
  options: VerifyReportOptions,
) {
  const { compareWithInventory } = await import("../evidence/compare.ts");
  const api = await openApi(options, settingsFrom(process.env));
  try {
    return await compareWithInventory(api, report);
  } finally {
    await api.close();
  }
}

function linesOf({ what, ok, findings }: Check): string[] {
  return findings.map((finding, index) => {
    const label = index === 0 ? `${what.padEnd(9)}  ${ok ? "ok: " : "FAILED: "}` : " ".repeat(11);
    return `${label}${toSingleLine(finding, 2_000)}`;
  });
}
