import { useState } from "preact/hooks";
import { Failure } from "../ui/failure.tsx";
import { Skeleton, useLoaded } from "../ui/loading.tsx";
import { href } from "../ui/route.ts";
import { DAY, dateTime, instantOf, startOfDay } from "../ui/time.ts";
import { counted } from "../ui/values.ts";
import { type DayTotals, readDays } from "./activity.ts";

const WEEKS = 53;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LEVELS = 4;

/** How much changed on each day of the last year: a day leads to its changes. Read when it is opened, by the records of syncs. */
export function Calendar({ source }: { source: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="as-table" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Calendar</summary>
      {isOpen && <Days key={source} source={source} />}
    </details>
  );
}

function Days({ source }: { source: string }) {
  const since = instantOf(startOfDay(Date.now()) - (WEEKS * 7 - 1) * DAY);
  const loaded = useLoaded((signal) => readDays(source, since, signal), []);
  const { data, busy } = loaded;
  if (!data) return busy ? <Skeleton lines={7} /> : <Failure of={loaded} />;
  const weeks = weeksOf(data.days);
  const most = Math.max(1, ...[...data.days.values()].map(totalOf));
  return (
    <>
      <Failure of={loaded} />
      <div class="calendar" role="region" aria-label="Changes a day" tabindex={0}>
        <table>
          <tbody>
            {WEEKDAYS.map((name, weekday) => (
              <tr key={weekday}>
                <th scope="row">{name}</th>
                {weeks.map((monday) => (
                  <DayCell key={monday} ms={monday + weekday * DAY} days={data.days} most={most} source={source} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        First listings are not counted.{data.isCut && " Only the latest syncs were read, so early days may have more."}
      </p>
    </>
  );
}

const totalOf = ({ added, modified, removed }: DayTotals): number => added + modified + removed;
const dayOf = (ms: number): string => dateTime(instantOf(ms)).slice(0, 10);

/** The Mondays, at noon, from the first day with a change until now. */
function weeksOf(days: ReadonlyMap<string, DayTotals>): number[] {
  const noon = startOfDay(Date.now()) + DAY / 2;
  const weekday = (new Date(dayOf(noon)).getUTCDay() + 6) % 7;
  const thisMonday = noon - weekday * DAY;
  const first = [...days.keys()].sort()[0] ?? dayOf(noon);
  const weeks: number[] = [];
  for (let monday = thisMonday; weeks.length < WEEKS; monday -= 7 * DAY) {
    weeks.unshift(monday);
    if (dayOf(monday) <= first) break;
  }
  return weeks;
}

interface DayCellProps {
  /** A time of the day, about noon. */
  readonly ms: number;
  readonly days: ReadonlyMap<string, DayTotals>;
  /** Of the day with the most changes, how many. */
  readonly most: number;
  readonly source: string;
}

function DayCell({ ms, days, most, source }: DayCellProps) {
  const day = dayOf(ms);
  const totals = days.get(day);
  if (!totals)
    return <td>{ms <= Date.now() + DAY / 2 && <span class="day" title={`${day}: nothing changed`}></span>}</td>;
  const begin = startOfDay(ms);
  const level = Math.ceil(LEVELS * Math.sqrt(totalOf(totals) / most));
  const said = `${day}: ${counted(totalOf(totals), "change")}`;
  const period = { since: instantOf(begin), until: instantOf(startOfDay(begin + DAY * 1.5)) };
  return (
    <td>
      <a class={`day level-${level}`} title={said} href={href("changes", { source, ...period })}>
        <span class="hidden">{said}</span>
      </a>
    </td>
  );
}
