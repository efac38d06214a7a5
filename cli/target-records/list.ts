import type { DiscoveryRecord, TargetRecord } from "../../functions/model/target-record.ts";
import { counted } from "../counted.ts";
import { note } from "../output.ts";
import { printEntries, printOptions } from "../read/print.ts";
import type { Settings } from "../settings.ts";
import type { Column } from "../table.ts";
import { hasInventory, type InventoryOptions, openInventory } from "./inventory.ts";

export interface ListOptions extends InventoryOptions {
  readonly json?: boolean;
}

/** Prints the targets, and beside them how the organization was last discovered. */
export async function listTargets({ json = false, ...options }: ListOptions, settings: Settings): Promise<void> {
  if (!hasInventory(options, settings)) return note("No targets.");
  const { host, close } = await openInventory(options, settings);
  try {
    const targets = await host.store.targets();
    await printEntries(targets, { ...printOptions({ json }, COLUMNS), what: "targets" });
    const discovery = await host.store.discovery();
    if (discovery) for (const line of discoveryLines(discovery)) note(line);
  } finally {
    await close();
  }
}

const COLUMNS: readonly Column<TargetRecord>[] = [
  { heading: "ACCOUNT", text: ({ account }) => account },
  { heading: "REGION", text: ({ region }) => region },
  { heading: "STATUS", text: statusOf, color: ({ status }) => (status === "active" ? "green" : undefined) },
  { heading: "SINCE (UTC)", text: ({ since, goneSince }) => (goneSince ?? since).slice(0, 19).replace("T", " ") },
  { heading: "FROM", text: ({ origin }) => origin },
  { heading: "SOURCES", text: ({ sources }) => sources?.join(", ") ?? "all", cut: "end", spare: true },
];

function statusOf({ status, goneSince }: TargetRecord): string {
  return goneSince === undefined ? status : "gone";
}

function discoveryLines({ at, accounts, targets, pending, unanswered, error }: DiscoveryRecord): string[] {
  const found = `${counted(accounts, "account")}, ${counted(targets, "target")}`;
  return [
    `The organization was last discovered at ${at}: ${found}.`,
    ...(pending > 0
      ? [`${counted(pending, "target")} gone, too many to retire unasked: \`stocktake targets retire --gone\`.`]
      : []),
    ...(unanswered > 0 ? [`${counted(unanswered, "account")} could not be asked: ${error}`] : []),
    ...(unanswered === 0 && error !== undefined ? [`Nothing was concluded: ${error}`] : []),
  ];
}
