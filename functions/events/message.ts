import type { Difference } from "../inventory/differences.ts";

/** What people are told of an event, in Slack or a mail: what, where, and what is different. */
export interface Message {
  readonly title: string;
  readonly where: string;
  readonly lines: readonly string[];
  /** Where to look at it. */
  readonly link?: string;
}

/** A change, as far as a message says it. */
export interface MessageChange {
  readonly kind: "added" | "modified" | "removed";
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly at: string;
  readonly cause?: string | undefined;
  readonly differences?: readonly Difference[] | undefined;
  readonly principal?: string;
}

const MAX_LINES = 6;
const MAX_VALUE = 120;

/** Members that say no more than that something changed, and when. */
const WHEN = /(^|\.)(updateTime|updatedAt|lastModifiedTime|lastUpdatedTime|lastUpdateTime)$/i;

/** The differences that people want to know of; the time of the update only where nothing else differs. */
export function tellingDifferences(differences: readonly Difference[]): readonly Difference[] {
  const telling = differences.filter(({ path }) => !WHEN.test(path));
  return telling.length > 0 ? telling : differences;
}

/** The message of a change. `explorerUrl` is where people open the explorer. */
export function changeMessage(change: MessageChange, explorerUrl?: string): Message {
  const { kind, id, source, account, region, name, at, cause, differences = [], principal } = change;
  const telling = tellingDifferences(differences);
  const shown = telling.slice(0, MAX_LINES).map(differenceText);
  const left = telling.length - shown.length;
  return {
    title: `${kind[0]?.toUpperCase()}${kind.slice(1)}: ${cut(name)} (${source})`,
    where: `${account} ${region}, ${at}`,
    lines: [
      ...shown,
      ...(left > 0 ? [`and ${left} more differences`] : []),
      ...(kind === "removed" && cause !== undefined ? [`cause: ${cause}`] : []),
      ...(principal === undefined ? [] : [`last event by ${principal}`]),
    ],
    ...(explorerUrl !== undefined && { link: `${explorerUrl.replace(/\/$/, "")}/#/items/${id}` }),
  };
}

/** `status: ACTIVE -> REMOVED` */
export function differenceText({ path, before, after }: Difference): string {
  return `${cut(path)}: ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return "(none)";
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}

/** One line, not longer than a line should be. */
function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > MAX_VALUE ? `${line.slice(0, MAX_VALUE - 1).toWellFormed()}…` : line;
}

/** The message as plain text. */
export function messageText({ title, where, lines, link }: Message): string {
  return [title, where, ...lines, ...(link === undefined ? [] : [link])].join("\n");
}

/** The message as Slack's text: what the inventory holds cannot mention anybody, or be a link. */
export function slackText({ title, where, lines, link }: Message): string {
  const shown = lines.map((line) => `• ${escaped(line)}`);
  return [
    `*${escaped(title)}*`,
    escaped(where),
    ...shown,
    ...(link === undefined ? [] : [`<${link}|Open in the explorer>`]),
  ].join("\n");
}

/** Slack's three control characters. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
