import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { ACCOUNT, REGION } from "../../functions/model/collection.ts";
import { formatError } from "../../functions/model/errors.ts";
import { targetName } from "../../functions/model/target-record.ts";
import { addTarget, type TargetEntry } from "../../functions/sync/targets.ts";
import { callerAccount } from "../account.ts";
import { resolveAws } from "../aws.ts";
import { counted } from "../counted.ts";
import { note } from "../output.ts";
import type { Settings } from "../settings.ts";
import { chosenRegions } from "../targets.ts";
import { UsageError } from "../usage.ts";
import { retireAll } from "./change.ts";
import { agree, type InventoryOptions, openToChange, type TargetInventory } from "./inventory.ts";

export interface ImportOptions extends InventoryOptions {
  /** Default: stocktake.config.json, where there is one. */
  readonly config?: string;
  /** Retires what the configuration brought and has no more. */
  readonly retireMissing?: boolean;
  readonly approveRemovals?: boolean;
}

const DEFAULT_FILE = "stocktake.config.json";

/** Only what is needed here: deploying refuses whatever else is wrong with the file. */
const configuration = z.looseObject({
  targets: z
    .array(
      z.looseObject({
        account: z.string().regex(ACCOUNT, "give an account's twelve digits"),
        regions: z.array(z.string().regex(REGION, "give a region, like eu-west-1")).min(1, "give at least one region"),
        sources: z.array(z.string()).optional(),
      }),
    )
    .optional(),
});

/** Enters the configuration's targets. Adds and changes, and retires nothing unless it is asked to. */
export async function importTargets(options: ImportOptions, settings: Settings): Promise<void> {
  const { config, retireMissing = false, approveRemovals = false, ...rest } = options;
  const configured = configuredTargets(config);
  const inventory = await openToChange(rest, settings, { make: true });
  try {
    const entries = configured ?? [await homeTarget(inventory, options)];
    await addAll(inventory, entries);
    const names = new Set(entries.map(targetName));
    const active = (await inventory.host.store.targets()).filter(({ status }) => status === "active");
    const missing = active.filter((target) => target.origin === "configuration" && !names.has(targetName(target)));
    if (missing.length > 0 && retireMissing) return await retireAll(inventory, missing, approveRemovals);
    await agree(inventory);
    if (missing.length > 0) noteMissing(missing.map(targetName));
  } finally {
    await inventory.close();
  }
}

/** Undefined when there is no configuration, or it names no targets. */
function configuredTargets(file: string | undefined): TargetEntry[] | undefined {
  if (file === undefined && !existsSync(DEFAULT_FILE)) return undefined;
  const name = file ?? DEFAULT_FILE;
  const read = configuration.safeParse(parsedFile(name));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new UsageError(`${name}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  return read.data.targets?.flatMap(({ account, regions, sources }) =>
    regions.map((region) => ({ account, region, origin: "configuration" as const, ...(sources && { sources }) })),
  );
}

function parsedFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UsageError(`--config ${file} cannot be read: ${formatError(error)}`, { cause: error });
  }
}

/** The stack's own account and region; on this machine those of the credentials. */
async function homeTarget({ home }: TargetInventory, { region, profile }: ImportOptions): Promise<TargetEntry> {
  if (home) return { ...home, origin: "configuration" };
  const aws = await resolveAws(process.env, profile === undefined ? {} : { profile });
  const [name = ""] = chosenRegions(region === undefined ? [] : [region], aws);
  const { account } = await callerAccount(aws, [name], undefined);
  return { account, region: name, origin: "configuration" };
}

async function addAll({ host }: TargetInventory, entries: readonly TargetEntry[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const entry of entries) {
    const outcome = await addTarget(host.store, entry);
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (outcome !== "kept") continue;
    const name = targetName(entry);
    note(`${name} was retired and stays so: take it out of the configuration, or \`stocktake targets add ${name}\``);
  }
  const said = [...counts].filter(([outcome]) => outcome !== "kept").map(([outcome, count]) => `${count} ${outcome}`);
  if (said.length > 0) process.stdout.write(`Targets: ${said.join(", ")}\n`);
}

const MAX_NAMED = 5;

function noteMissing(names: readonly string[]): void {
  const some = names.slice(0, MAX_NAMED).join(", ");
  const rest = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  note(
    `${counted(names.length, "target")} not in the configuration any more, and still inventoried: ${some}${rest}. ` +
      "To retire them: `stocktake targets import --retire-missing`",
  );
}
