import type { Collection } from "../model/collection.ts";
import { mapConcurrent } from "../model/map-concurrent.ts";
import type { ReadPage } from "./page.ts";

/** Lists of several collections to be read as one. `Next` is where to go on in one of them, `Position` in all. */
export interface MergedLists<Row, Next, Position> {
  readonly collections: readonly Collection[];
  /**
   * Whether something in the collection's list may come before the row, by what is known without reading it. Collections are then read only when
   * that is so, in the order given: first those whose lists may begin first. Without it all are.
   */
  readonly mayPrecede?: (collection: Collection, row: Row) => boolean;
  /** Told how many collections will have been read, before they are: it may refuse that. */
  readonly onOpen?: (opened: number) => void;
  /** About how many entries will be read. */
  readonly expected: number;
  /** Negative when `a` comes before `b`. */
  readonly compare: (a: Row, b: Row) => number;
  readonly startOf: (collection: Collection) => Next;
  readonly positionOf: (row: Row) => Position;
  readonly read: (collection: Collection, next: Next, limit: number) => Promise<ReadPage<Row, Next>>;
}

const CONCURRENT_READS = 32;
const MIN_CHUNK = 4;
const MAX_CHUNK = 1_000;

/** What was read of one collection's list and not given yet. */
interface Stream<Row, Next> {
  readonly collection: Collection;
  rows: readonly Row[];
  given: number;
  chunk: number;
  /** Absent at the end. */
  next: Next | undefined;
}

/**
 * Reads lists that are each in order as one that is. Each call goes on where the last one ended. Of each list a few entries are read, and
 * more only of those whose entries are wanted: about twice what is given, and one read a collection.
 */
export function mergeLists<Row, Next, Position>(
  lists: MergedLists<Row, Next, Position>,
): (limit: number) => Promise<ReadPage<Row, Position>> {
  const { collections, expected, compare, mayPrecede, onOpen } = lists;
  const chunk = Math.min(Math.max(Math.ceil((2 * expected) / Math.max(collections.length, 1)), MIN_CHUNK), MAX_CHUNK);
  let read = 0;
  let streams: Stream<Row, Next>[] = [];
  let opened = 0;
  const fill = async (stream: Stream<Row, Next>) => {
    // A stretch may have no entry.
    while (stream.next !== undefined && stream.given === stream.rows.length) {
      const page = await lists.read(stream.collection, stream.next, stream.chunk);
      read += page.read;
      Object.assign(stream, { rows: page.rows, given: 0, next: page.next });
      stream.chunk = Math.min(2 * stream.chunk, MAX_CHUNK);
    }
  };
  const openMore = async () => {
    const more = collections.slice(opened, mayPrecede ? opened + CONCURRENT_READS : undefined);
    opened += more.length;
    onOpen?.(opened);
    const added = more.map(
      (collection): Stream<Row, Next> => ({
        ...{ collection, rows: [], given: 0, chunk, next: lists.startOf(collection) },
      }),
    );
    await mapConcurrent(CONCURRENT_READS, added, fill);
    streams.push(...added);
  };
  /** The stream with the next entry, once no list that is not read yet can have an earlier one. */
  const first = async () => {
    for (;;) {
      streams = streams.filter((stream) => nextOf(stream) !== undefined);
      const stream = firstOf(streams, compare);
      const entry = stream && nextOf(stream);
      const unread = collections[opened];
      if (unread === undefined || (entry !== undefined && mayPrecede && !mayPrecede(unread, entry))) return stream;
      await openMore();
    }
  };
  return async (limit) => {
    const before = read;
    const rows: Row[] = [];
    for (;;) {
      const stream = await first();
      const row = stream && nextOf(stream);
      if (!stream || row === undefined || rows.length === limit) {
        const last = row === undefined ? undefined : rows.at(-1);
        return { rows, read: read - before, ...(last !== undefined && { next: lists.positionOf(last) }) };
      }
      rows.push(row);
      stream.given += 1;
      await fill(stream);
    }
  };
}

/** The stream whose next entry comes first. */
function firstOf<Row, Next>(
  streams: readonly Stream<Row, Next>[],
  compare: (a: Row, b: Row) => number,
): Stream<Row, Next> | undefined {
  let first: Stream<Row, Next> | undefined;
  let least: Row | undefined;
  for (const stream of streams) {
    const entry = nextOf(stream);
    if (entry === undefined || (least !== undefined && compare(entry, least) >= 0)) continue;
    first = stream;
    least = entry;
  }
  return first;
}

function nextOf<Row, Next>({ rows, given }: Stream<Row, Next>): Row | undefined {
  return rows[given];
}
