import type { Api, Query } from "../read/api.ts";
import type { Answer } from "./tool.ts";

/*
 * An agent reads all of an answer, and has room for little: an answer is at most so long, says when it was cut, and how to go on.
 */

export const MAX_ANSWER_BYTES = 40_000;
/** Of these the list itself; the rest is what is said beside it. */
const MAX_CONTENT_BYTES = MAX_ANSWER_BYTES - 2_000;

interface Page<Entry> {
  readonly items: readonly Entry[];
  readonly asOf: string;
  readonly freshAt?: string;
  readonly nextCursor?: string;
}

export interface ListRequest<Entry> {
  readonly path: string;
  readonly query: Query;
  readonly limit: number;
  readonly cursor: string | undefined;
  /** What an agent is shown of an entry. */
  readonly show: (entry: Entry) => Answer | readonly Answer[];
}

/** A page of a list, no longer than an answer may be: what is too long is asked for again in smaller pages. */
export async function listAnswer<Entry>(api: Api, request: ListRequest<Entry>): Promise<Answer> {
  const { path, query, cursor, show } = request;
  for (let limit = request.limit, isCut = false; ; isCut = true) {
    const page = await api.get<Page<Entry>>(path, [...query, ["limit", String(limit)], ["cursor", cursor]]);
    const { items, asOf, freshAt, nextCursor, ...others } = page;
    const shown = items.flatMap((entry) => show(entry));
    const fitting = countFitting(shown);
    if (fitting < shown.length && limit > 1) {
      limit = Math.max(1, Math.min(limit - 1, fitting));
      continue;
    }
    const fits = fitting === shown.length;
    return {
      asOf,
      ...(freshAt !== undefined && { freshAt }),
      ...others,
      ...(isCut && fits && { cut: `Cut to ${shown.length} entries: an answer has at most ${MAX_ANSWER_BYTES} bytes.` }),
      ...(!fits && { cut: TOO_LONG }),
      items: fits ? shown : shortened(shown, MAX_CONTENT_BYTES),
      ...(nextCursor !== undefined && { nextCursor, more: MORE }),
    };
  }
}

const MORE = "There is more: call again with the same arguments and nextCursor as cursor.";
const TOO_LONG = "Long texts and lists in it are cut. To read one whole, name its path in documentPaths.";

/** One thing with its document, whose long texts and lists are cut when it is longer than an answer may be. */
export function wholeAnswer(answer: Answer): Answer {
  if (sizeOf(answer) <= MAX_CONTENT_BYTES) return answer;
  return { ...(shortened(answer, MAX_CONTENT_BYTES) as Answer), cut: TOO_LONG };
}

/** An answer that has no pages: one that is too long is asked for again with a smaller limit. */
export async function fittingAnswer(most: number, ask: (limit: number) => Promise<Answer>): Promise<Answer> {
  for (let limit = most; ; ) {
    const answer = await ask(limit);
    const bytes = sizeOf(answer);
    if (bytes <= MAX_CONTENT_BYTES || limit === 1) {
      const cut = `Cut to limit ${limit}: an answer has at most ${MAX_ANSWER_BYTES} bytes.`;
      return wholeAnswer(limit < most ? { ...answer, cut } : answer);
    }
    limit = Math.max(1, Math.min(limit - 1, Math.floor((limit * MAX_CONTENT_BYTES) / bytes)));
  }
}

/** How many of the entries, from the first on, an answer has room for. */
function countFitting(entries: readonly unknown[]): number {
  let bytes = 0;
  const first = entries.findIndex((entry) => {
    bytes += sizeOf(entry) + 1;
    return bytes > MAX_CONTENT_BYTES;
  });
  return first === -1 ? entries.length : first;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** How much is kept, less until it is short enough: characters of a text, elements and members of a list or object, and levels. */
const CUTS = [
  { length: 1_000, levels: 20 },
  { length: 300, levels: 10 },
  { length: 100, levels: 8 },
  { length: 30, levels: 6 },
  { length: 10, levels: 4 },
] as const;

function shortened(value: unknown, room: number): unknown {
  for (const { length, levels } of CUTS) {
    const cut = cutTo(value, length, levels);
    if (sizeOf(cut) <= room) return cut;
  }
  return cutTo(value, 5, 3);
}

function cutTo(value: unknown, length: number, levels: number): unknown {
  if (typeof value === "string") {
    return value.length <= length ? value : `${value.slice(0, length).toWellFormed()}… (${value.length} characters)`;
  }
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return "…";
  if (Array.isArray(value)) {
    const kept = value.slice(0, length).map((element) => cutTo(element, length, levels - 1));
    return value.length <= length ? kept : [...kept, `… (${value.length} elements)`];
  }
  const members = Object.entries(value);
  const kept = members.slice(0, length).map(([name, member]) => [name, cutTo(member, length, levels - 1)]);
  return Object.fromEntries(members.length <= length ? kept : [...kept, ["…", `${members.length} members`]]);
}
