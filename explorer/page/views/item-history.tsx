import type { ItemVersion } from "../ui/answers.ts";
import { collect, historyEndpoint } from "../ui/api.ts";
import type { OnChange } from "../ui/controls.tsx";
import { differencesBetween } from "../ui/differences.ts";
import { DifferencesLine, DifferencesTable } from "../ui/differences-table.tsx";
import { Failure } from "../ui/failure.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { paramsWith } from "../ui/params.ts";
import { href } from "../ui/route.ts";
import { ago, dateTime } from "../ui/time.ts";
import { counted } from "../ui/values.ts";

const MAX_VERSIONS = 2_000;
const MARKS = { added: "+", modified: "~", removed: "−" };

interface ItemHistoryProps {
  readonly id: string;
  readonly params: URLSearchParams;
  readonly onChange: OnChange;
}

/** Every version of an item, newest first, and what differed between any two of them. */
export function ItemHistory({ id, params, onChange }: ItemHistoryProps) {
  const loaded = useLoaded((signal) => collect(historyEndpoint(id), {}, { max: MAX_VERSIONS, signal }), [id]);
  const { data, busy } = loaded;
  const versions = data?.entries ?? [];
  const [newest, ...older] = versions;
  return (
    <section aria-labelledby="history">
      <h2 id="history">History {data && <span class="quiet">{counted(versions.length, "version")}</span>}</h2>
      <Failure of={loaded} />
      {!data && busy && <Skeleton lines={4} />}
      {data?.more && <p class="notice">There are more than {MAX_VERSIONS} versions; these are the newest.</p>}
      <ol class="timeline">
        {versions.map((version) => (
          <VersionRow key={version.version} id={id} params={params} version={version} />
        ))}
      </ol>
      {newest && older.length > 0 && <Comparison versions={[newest, ...older]} params={params} onChange={onChange} />}
    </section>
  );
}

function VersionRow({ id, params, version }: { id: string; params: URLSearchParams; version: ItemVersion }) {
  const { kind = "added", from, differences, cause, state } = version;
  const link = href("items", paramsWith(params, { at: from }), id);
  return (
    <li class={`kind-${kind}`}>
      <span class="mark" aria-hidden="true">
        {MARKS[kind]}
      </span>
      <div>
        <a href={link}>
          <time datetime={from} title={ago(from)}>
            {dateTime(from, { ms: true })}
          </time>
        </a>{" "}
        version {version.version}, <b>{kind}</b>
        {cause && `: ${cause}`}
        {differences && differences.length > 0 && <DifferencesLine differences={differences} />}
        {state === "removed" && <span class="line quiet">its last content is kept</span>}
      </div>
    </li>
  );
}

interface ComparisonProps {
  /** Newest first. */
  readonly versions: readonly [ItemVersion, ...ItemVersion[]];
  readonly params: URLSearchParams;
  readonly onChange: OnChange;
}

/** Compares two versions; the newest with the one before it, until others are chosen. */
function Comparison({ versions, params, onChange }: ComparisonProps) {
  const chosen = (name: string) => versions.find(({ version }) => version === Number(params.get(name)));
  const after = chosen("to") ?? versions[0];
  const before = chosen("from") ?? versions[versions.indexOf(after) + 1] ?? after;
  const choice = (name: string, label: string, chosen: ItemVersion) => (
    <label class="field">
      <span>{label}</span>
      <select value={String(chosen.version)} onChange={(event) => onChange({ [name]: event.currentTarget.value })}>
        {versions.map(({ version, from }) => (
          <option key={version} value={String(version)}>
            version {version}, {dateTime(from)}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <section class="comparison" aria-labelledby="comparison">
      <h3 id="comparison">What differed</h3>
      <div class="fields">
        {choice("from", "Between", before)} {choice("to", "and", after)}
      </div>
      <DifferencesTable
        differences={differencesBetween(before.document, after.document)}
        label="What differed between the two versions"
      />
    </section>
  );
}
