import { differencesBetween } from "../../functions/inventory/differences.ts";
import { counted } from "../counted.ts";
import type { Api } from "../read/api.ts";
import { differencesText } from "../read/differences.ts";
import { collect } from "./collect.ts";
import type { Report, ReportedItem, ReportedVersion } from "./contents.ts";
import type { Check } from "./verify.ts";

/** Compares a report with what an inventory says today of the same instant, and names each difference. */
export async function compareWithInventory(api: Api, report: Report): Promise<Check> {
  const { subject, at, items } = report;
  const [first] = items;
  // An item's name may have become another's since: its id has not.
  const same = subject.item !== undefined && first ? { item: first.id } : subject;
  const now = await collect(api, same, at);
  const known = new Map(now.items.map((item) => [item.id, item]));
  const reported = new Set(items.map(({ id }) => id));
  const findings = [
    ...items.flatMap((item) => itemFindings(item, known.get(item.id))),
    ...now.items.filter(({ id }) => !reported.has(id)).map((item) => `${titleOf(item)}: is not in the report`),
    ...edgeFindings(report, now.graph),
  ];
  if (findings.length > 0) return { what: "inventory", ok: false, findings };
  const versions = items.reduce((sum, item) => sum + item.versions.length, 0);
  return {
    what: "inventory",
    ok: true,
    findings: [`${counted(items.length, "item")} and ${counted(versions, "version")} are the same`],
  };
}

function titleOf({ name, shortId }: Pick<ReportedItem, "name" | "shortId">): string {
  return `${name} (${shortId})`;
}

function itemFindings(reported: ReportedItem, stored: ReportedItem | undefined): string[] {
  const title = titleOf(reported);
  if (!stored) return [`${title}: is not in the inventory at this instant`];
  const { versions: were, document: was, sha256: _was, name: _before, ...facts } = reported;
  const { versions: are, document: is, sha256: _is, name: _after, ...now } = stored;
  const of = [...differencesBetween(facts, now), ...differencesBetween({ document: was }, { document: is })];
  return [...named(title, of), ...versionFindings(title, were, are)];
}

function versionFindings(title: string, were: readonly ReportedVersion[], are: readonly ReportedVersion[]): string[] {
  const stored = new Map(are.map((version) => [version.version, version]));
  const reported = new Set(were.map(({ version }) => version));
  const oldest = are.at(-1)?.version ?? 0;
  return [
    ...were.flatMap((version) => {
      const { sha256: _sha256, ...facts } = version;
      const other = stored.get(version.version);
      const of = `${title} version ${version.version}`;
      // The log keeps versions for a time only.
      if (!other) return version.version < oldest ? [] : [`${of}: is not in the inventory`];
      const { sha256: _other, ...now } = other;
      // What the oldest version differed in is in the log no longer.
      const isOldest = version.version === oldest && other.kind === undefined;
      const { kind: _kind, differences: _differences, ...rest } = facts;
      return named(of, differencesBetween(isOldest ? rest : facts, now));
    }),
    ...are
      .filter(({ version }) => !reported.has(version))
      .map(({ version }) => `${title} version ${version}: is not in the report`),
  ];
}

function named(title: string, differences: ReturnType<typeof differencesBetween>): string[] {
  return differences.map((difference) => `${title}: ${differencesText([difference])}`);
}

function edgeFindings({ graph }: Report, now: Report["graph"]): string[] {
  const textsOf = (edges: NonNullable<Report["graph"]>["edges"]) =>
    new Set(edges.map(({ from, to, relation = "→" }) => `edge ${from} ${relation} ${to}`));
  const [were, are] = [textsOf(graph?.edges ?? []), textsOf(now?.edges ?? [])];
  return [
    ...[...were].filter((edge) => !are.has(edge)).map((edge) => `${edge}: is not in the inventory`),
    ...[...are].filter((edge) => !were.has(edge)).map((edge) => `${edge}: is not in the report`),
  ];
}
