import { SOURCES } from "../../functions/sources/registry.ts";
import { SERVICES } from "../../functions/sources/services.ts";
import { declaredBy } from "./declared.ts";

const OWNER = { account: "{account}", region: "{region}", partition: "aws" };

/** docs/sources.md. */
export function sourcesPage(): string {
  const sections = Object.entries(SERVICES).map(([service, { name }]) => {
    const rows = SOURCES.filter(({ id }) => id.startsWith(`${service}.`)).map(rowOf);
    const head = ["| source | operation | identity | edges | listed | tier |", "| --- | --- | --- | --- | --- | --- |"];
    return [`## ${name}`, "", ...head, ...rows].join("\n");
  });
  const services = Object.values(SERVICES).map(({ name, maxPageSize, regions }) => {
    return `| ${name} | ${maxPageSize} | ${regions.join(", ")} |`;
  });
  const actions = SOURCES.flatMap(({ grants }) =>
    grants.flatMap(({ action, resources }) => resources(OWNER).map((on) => `| \`${action}\` | \`${on}\` |`)),
  );
  return `# Sources

A source is one list operation. This page is written by \`npm run pages\` from their declarations in \`functions/sources/\`.
[coverage.md](coverage.md) lists the operations that are left out, and why. [adding-a-source.md](adding-a-source.md) adds one.

An edge's ends are members of the listed document; the word beside them is its relation. A source that is listed _of_ another one is listed for
each of that one's stored items. A tier includes the ones before it: \`core\`, \`lineage\`, \`all\`.
A deployment inventories \`all\`, unless its [configuration](configuration.md#stocktakeconfigjson) names another.

${sections.join("\n\n")}

## Services

| service | items a page | regions in which it is known to exist |
| --- | --- | --- |
${services.join("\n")}

## Permissions

| action | on |
| --- | --- |
${[...new Set(actions)].sort().join("\n")}
`;
}

function rowOf(source: (typeof SOURCES)[number]): string {
  const { identity, edges } = declaredBy(source);
  const { operation, intervalMinutes, listedByCreation, plannedFrom, tier } = source;
  const related = edges.map(({ between, relation }) => `${between}${relation === "" ? "" : ` (${relation})`}`);
  const every = [
    `every ${duration(intervalMinutes)}`,
    ...(listedByCreation ? [`what is new every ${duration(listedByCreation.incrementalMinutes)}`] : []),
    ...(plannedFrom ? [`of \`${plannedFrom.source}\``] : []),
  ];
  const name = operation.split(" ").at(-1);
  return `| \`${source.id}\` | ${name} | ${identity.join(", ")} | ${related.join("<br>") || "–"} | ${every.join(", ")} | ${tier} |`;
}

function duration(minutes: number): string {
  if (minutes % 60 !== 0) return `${minutes} minutes`;
  return minutes === 60 ? "hour" : `${minutes / 60} hours`;
}
