import { collect } from "./api.js";
import { differencesBetween } from "./differences.js";
import { DifferencesLine, DifferencesTable } from "./differences-table.js";
import { html } from "./html.js";
import { Failure, useLoaded } from "./loading.js";
import { href, paramsWith } from "./route.js";
import { ago, dateTime } from "./time.js";
import { counted } from "./values.js";

const MAX_VERSIONS = 2_000;
const MARKS = { added: "+", modified: "~", removed: "−" };

/** Every version of an item, newest first, and what differed between any two of them. */
export function ItemHistory({ id, params, onChange }) {
  const { data, error } = useLoaded(
    (signal) => collect(`/v1/items/${encodeURIComponent(id)}/history`, {}, { most: MAX_VERSIONS, signal }),
    [id],
  );
  const versions = data?.entries ?? [];
  return html`<section aria-labelledby="history">
    <h2 id="history">History ${data && html`<span class="quiet">${counted(versions.length, "version")}</span>`}</h2>
    <${Failure} error=${error} />
    ${data?.more && html`<p class="notice">There are more than ${MAX_VERSIONS} versions; these are the newest.</p>`}
    <ol class="timeline">
      ${versions.map((version) => html`<${VersionRow} id=${id} params=${params} version=${version} />`)}
    </ol>
    ${versions.length > 1 && html`<${Comparison} versions=${versions} params=${params} onChange=${onChange} />`}
  </section>`;
}

function VersionRow({ id, params, version }) {
  const { kind = "added", from, differences, cause, state } = version;
  const link = href("items", paramsWith(params, { at: from }), id);
  return html`<li class=${`kind-${kind}`}>
    <span class="mark" aria-hidden="true">${MARKS[kind]}</span>
    <div>
      <a href=${link}><time datetime=${from} title=${ago(from)}>${dateTime(from, { ms: true })}</time></a>
      ${" "}version ${version.version}, <b>${kind}</b>${cause && `: ${cause}`}
      ${differences?.length > 0 && html`<${DifferencesLine} differences=${differences} />`}
      ${state === "removed" && html`<span class="line quiet">its last content is kept</span>`}
    </div>
  </li>`;
}

/** Compares two versions; the newest with the one before it, until others are chosen. */
function Comparison({ versions, params, onChange }) {
  const find = (number, otherwise) => versions.find(({ version }) => version === number) ?? otherwise;
  const after = find(Number(params.get("to")), versions[0]);
  const before = find(Number(params.get("from")), versions[Math.min(versions.indexOf(after) + 1, versions.length - 1)]);
  const choice = (name, label, chosen) => html`<label class="field">
    <span>${label}</span>
    <select value=${String(chosen.version)} onChange=${(event) => onChange({ [name]: event.target.value })}>
      ${versions.map(({ version, from }) => html`<option value=${String(version)}>version ${version}, ${dateTime(from)}</option>`)}
    </select>
  </label>`;
  return html`<section class="comparison" aria-labelledby="comparison">
    <h3 id="comparison">What differed</h3>
    <div class="fields">${choice("from", "Between", before)} ${choice("to", "and", after)}</div>
    <${DifferencesTable} differences=${differencesBetween(before.document, after.document)} label="What differed between the two versions" />
  </section>`;
}
