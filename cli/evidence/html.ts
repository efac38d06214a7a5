import { html, raw } from "hono/html";
import type { Difference } from "../../functions/inventory/differences.ts";
import { sidesText } from "../read/differences.ts";
import type { Listing, Report, ReportedItem, ReportedVersion, Subject } from "./contents.ts";
import { STYLE } from "./style.ts";

/** The report as one page that loads nothing, to read and to print. `json` is the SHA-256 of report.json, which it belongs to. */
export function pageOf(report: Report, json: string): string {
  const { items, graph, listings } = report;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>${shown(`Inventory report: ${subjectText(report.subject)}, ${report.at}`)}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<header>
<p class="kind">Inventory report</p>
<h1>${shown(subjectText(report.subject))}</h1>
<p class="lead">as of <time datetime="${report.at}">${instant(report.at)}</time></p>
</header>
<main>
${report.simulated ? SIMULATED : ""}
${signatureOf(report)}
${summaryOf(report, json)}
${listingsOf(listings)}
${graph ? edgesOf(graph.edges) : ""}
${indexOf(items)}
${items.map(sectionOf)}
</main>
<footer><p>Made by ${report.madeBy} at ${instant(report.madeAt)}. Instants are UTC.</p></footer>
</body>
</html>
`;
  return String(page);
}

const SIMULATED = html`<p class="notice bad"><strong>Simulated.</strong> This is the demo's account: none of it exists.</p>`;

/** What a report is about, in a few words. */
export function subjectText({ item, lineage, source, account, region }: Subject): string {
  if (item !== undefined) return item;
  if (lineage) return `Lineage of ${lineage.node}`;
  const where = [account, region].filter((each) => each !== undefined).join("/");
  const what = source ?? "All sources";
  return where ? `${what} in ${where}` : what;
}

/** A text with everything visible that could hide in it, such as marks that reverse the direction of writing. */
function shown(text: string): string {
  return text.toWellFormed().replace(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
  });
}

function instant(text: string): string {
  return text.replace("T", " ").replace(/(\.000)?Z$/, " UTC");
}

function signatureOf({ signer }: Report) {
  if (!signer) {
    return html`<p class="notice bad"><strong>This report is not signed.</strong> Nothing shows who made it, or that it was not altered.</p>`;
  }
  return html`<section class="notice">
<h2>Signature</h2>
<dl>
<dt>Algorithm</dt><dd>${signer.algorithm}</dd>
<dt>Key</dt><dd class="code">${signer.fingerprint}</dd>
${signer.kmsKey === undefined ? "" : html`<dt>AWS KMS</dt><dd class="code">${shown(signer.kmsKey)}</dd>`}
</dl>
<p>The signature is in the .sig file beside this one, and covers this page and the .json file. Check all three with
<code>npx stocktake verify-report FILE --key PUBLIC_KEY</code>. This page alone proves nothing.</p>
</section>`;
}

function summaryOf(report: Report, json: string) {
  const { asOf, inventory, items, listings, documentsSha256 } = report;
  const fresh = listings.filter(({ verdict }) => verdict === "fresh").length;
  const versions = items.reduce((sum, item) => sum + item.versions.length, 0);
  return html`<section>
<h2>Summary</h2>
<dl>
<dt>Items</dt><dd>${items.length}, with ${versions} versions up to this instant</dd>
<dt>Listings</dt><dd class="${fresh === listings.length ? "" : "bad"}">${fresh} of ${listings.length} complete and fresh at this instant</dd>
<dt>Last change</dt><dd>${instant(asOf)}: the inventory has no change between then and the instant of this report</dd>
<dt>Read from</dt><dd>${shown(inventory)}</dd>
<dt>Documents</dt><dd class="code">sha256:${documentsSha256}</dd>
<dt>JSON file</dt><dd class="code">sha256:${json}</dd>
</dl>
</section>`;
}

function listingsOf(listings: readonly Listing[]) {
  return html`<section>
<h2>Listings</h2>
<p>When the service was last asked for all of it, at the instant or before, and first after it. A listing that failed changes nothing. Fresh: no
longer ago than three intervals.</p>
${table(
  ["Source", "Account", "Region", "Scope", "Every", "Listed", "Listed again", "Verdict"],
  listings.map((each) => [
    each.source,
    each.account,
    each.region,
    each.scope === "all" ? "" : shown(each.scope),
    `${each.intervalMinutes} min`,
    listedText(each),
    each.listedAfter === undefined ? "" : instant(each.listedAfter),
    html`<span class="${each.verdict === "fresh" ? "good" : "bad"}">${verdictText(each)}</span>`,
  ]),
)}
</section>`;
}

function listedText({ listedAt, wholeAt, syncs }: Listing): string {
  if (listedAt === undefined) return "never before";
  const run = syncs.find(({ unchangedSyncs }) => unchangedSyncs)?.unchangedSyncs;
  const same =
    run && run.count > 1 ? `; ${run.count} times unchanged, ${instant(run.since)} to ${instant(run.until)}` : "";
  const whole = wholeAt !== undefined && wholeAt !== listedAt ? `; all of it ${instant(wholeAt)}` : "";
  return `${instant(listedAt)}${same}${whole}`;
}

function verdictText({ verdict, syncs }: Listing): string {
  const why = syncs.find(({ outcome }) => outcome === verdict);
  const said = why?.error?.message ?? why?.heldReason;
  return shown(said === undefined ? verdict : `${verdict}: ${said}`);
}

function edgesOf(edges: NonNullable<Report["graph"]>["edges"]) {
  return html`<section>
<h2>Lineage</h2>
${table(
  ["From", "Relation", "To", "Stated by"],
  edges.map(({ from, to, relation = "", source }) => [codeOf(from), shown(relation), codeOf(to), source]),
)}
</section>`;
}

function codeOf(text: string) {
  return html`<span class="code">${shown(text)}</span>`;
}

function indexOf(items: readonly ReportedItem[]) {
  if (items.length === 0) return html`<section><h2>Items</h2><p>There were no items at this instant.</p></section>`;
  return html`<section>
<h2>Items</h2>
${table(
  ["Item", "Source", "State", "First seen", "Last changed"],
  items.map((item) => [
    html`<a href="#${item.shortId}">${shown(item.name)}</a>`,
    item.source,
    item.state,
    instant(item.firstSeenAt),
    instant(item.changedAt),
  ]),
)}
</section>`;
}

function sectionOf(item: ReportedItem) {
  const { edge } = item;
  return html`<section class="item" id="${item.shortId}">
<h2>${shown(item.name)}</h2>
<dl>
<dt>Key</dt><dd class="code">${shown(item.key)}</dd>
<dt>Listed by</dt><dd>${item.source} in ${item.account}/${item.region}${item.scope === "all" ? "" : `, scope ${shown(item.scope)}`}</dd>
<dt>State</dt><dd>${item.state}${item.cause === undefined ? "" : `: ${item.cause}`}</dd>
<dt>Version</dt><dd>${item.version}, since ${instant(item.changedAt)}; first seen ${instant(item.firstSeenAt)}</dd>
${edge ? html`<dt>Relation</dt><dd class="code">${shown(`${edge.from} ${edge.relation ?? "→"} ${edge.to}`)}</dd>` : ""}
<dt>Id</dt><dd class="code">${item.id}</dd>
<dt>Document</dt><dd class="code">sha256:${item.sha256}</dd>
</dl>
<pre>${shown(JSON.stringify(item.document, null, 2))}</pre>
${table(["Version", "From", "Until", "What changed", "SHA-256"], item.versions.map(versionRow))}
</section>`;
}

function versionRow({ version, from, until, sha256, ...rest }: ReportedVersion) {
  return [
    String(version),
    instant(from),
    until === undefined ? "" : instant(until),
    changeText(rest),
    html`<span class="code">${sha256}</span>`,
  ];
}

function changeText({
  kind,
  state,
  cause,
  differences,
}: Omit<ReportedVersion, "version" | "from" | "until" | "sha256">): string {
  const what = differences
    ?.map(({ path, ...sides }) => `${path}: ${sidesText(sides as Omit<Difference, "path">)}`)
    .join("\n");
  return shown(what ?? [kind ?? state, cause].filter((each) => each !== undefined).join(": "));
}

type Cell = string | ReturnType<typeof html>;

function table(headings: readonly string[], rows: readonly (readonly Cell[])[]) {
  return html`<div class="table"><table>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map((cell, column) => html`<td data-label="${headings[column] ?? ""}">${cell}</td>`)}</tr>\n`)}</tbody>
</table></div>`;
}
