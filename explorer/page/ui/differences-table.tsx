import type { Difference } from "./answers.ts";
import { dateTime, isInstant } from "./time.ts";
import { plain } from "./values.ts";
import { headOf } from "./words.ts";

const text = (value: unknown): string => (isInstant(value) ? dateTime(value, { ms: true }) : plain(value));

interface DifferencesProps {
  readonly differences: readonly Difference[];
}

/** Where two versions differ, before and after side by side. */
export function DifferencesTable({ differences, label = "Differences" }: DifferencesProps & { label?: string }) {
  if (differences.length === 0) return <p class="quiet">Nothing differs.</p>;
  return (
    <table class="differences" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Member</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {differences.map((difference) => (
          <tr key={difference.path}>
            <th scope="row">{difference.path || "(all of it)"}</th>
            <td>
              {Object.hasOwn(difference, "before") ? (
                <del>{text(difference.before)}</del>
              ) : (
                <span class="quiet">not there</span>
              )}
            </td>
            <td>
              {Object.hasOwn(difference, "after") ? (
                <ins>{text(difference.after)}</ins>
              ) : (
                <span class="quiet">not there</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same in one line. */
export function DifferencesLine({ differences }: DifferencesProps) {
  // When something else changed, that AWS updated its time says nothing more.
  const isTime = ({ before, after }: Difference) => isInstant(before) && isInstant(after);
  const others = differences.filter((difference) => !isTime(difference));
  const shown = (others.length > 0 ? others : differences).slice(0, 3);
  return (
    <span class="line">
      {shown.map(({ path, before, after }) => (
        <span key={path}>
          <b title={path}>{headOf(`document.${path}`)}</b>{" "}
          {before !== undefined && (
            <>
              <del>{text(before)}</del> →{" "}
            </>
          )}
          {after !== undefined ? <ins>{text(after)}</ins> : "gone"}
        </span>
      ))}
      {differences.length > shown.length && <span class="quiet">and {differences.length - shown.length} more</span>}
    </span>
  );
}
