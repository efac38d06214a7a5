import { Duration } from "aws-cdk-lib";

/** How far an alarm looks back. */
export interface AlarmWindow {
  readonly period: Duration;
  readonly periods: number;
}

const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * 60;
/** How much later than its interval a source's next sync may end: its schedule's window, its message's wait, its invocation. */
const MAX_DELAY_MINUTES = 50;
const SHORT_PERIOD_MINUTES = 5;

/** Three intervals, in periods of at most a day, which is CloudWatch's maximum. */
export function staleWindow(intervalMinutes: number): AlarmWindow {
  const minutes = Math.min(intervalMinutes, DAY_MINUTES);
  return { period: Duration.minutes(minutes), periods: Math.ceil((3 * intervalMinutes) / minutes) };
}

/** From a source's sync to the end of its next one. Periods shorter than an hour may cover one day, longer ones seven. */
export function repeatWindow(intervalMinutes: number): AlarmWindow {
  const minutes = intervalMinutes + MAX_DELAY_MINUTES;
  const period = minutes <= DAY_MINUTES ? SHORT_PERIOD_MINUTES : HOUR_MINUTES;
  return { period: Duration.minutes(period), periods: Math.ceil(minutes / period) };
}
