import { createHash } from "node:crypto";
import { collectionOf } from "../model/collection.ts";
import type { Instant } from "../model/instant.ts";
import type { ItemRef } from "../model/item.ts";
import { type NamedItemBody, rowOf } from "./columns.ts";
import type { Destination } from "./destination.ts";
import { createEncoder } from "./encoders.ts";
import type { Format } from "./formats.ts";
import type { ExportedFile } from "./manifest.ts";

/** The last item of a file, and which part of its collection the file is: an export can go on after it. */
export interface FileEnd extends ItemRef {
  readonly part: number;
}

export interface WrittenFile {
  readonly file: ExportedFile;
  readonly end: FileEnd;
}

export interface WriteOptions {
  readonly destination: Destination;
  readonly format: Format;
  readonly asOf: Instant;
  /** What all paths begin with: nothing, or folders with a `/` after each. */
  readonly folder?: string;
  /** Where an earlier export of the same instant ended: the items are those after it. */
  readonly after?: FileEnd | undefined;
  /** The most items of a file. */
  readonly maxItems?: number;
}

/** A larger collection is several files, so that an export that is cut off goes on in the middle of it. */
const MAX_FILE_ITEMS = 250_000;

/**
 * Writes items, which come in order of collection, into files of one collection each, below `source=…/account=…/region=…/`. Answers each
 * file when it is whole. Nothing is in memory but a stretch of one file. A file that fails is given up.
 */
export async function* writeFiles(
  items: AsyncIterable<NamedItemBody>,
  { destination, format, asOf, folder = "", after, maxItems = MAX_FILE_ITEMS }: WriteOptions,
): AsyncGenerator<WrittenFile> {
  let open: OpenFile | undefined;
  let last = after;
  try {
    for await (const item of items) {
      const collection = collectionOf(item.source, item);
      if (open && (open.collection !== collection || open.count === maxItems)) {
        const written: WrittenFile = await open.close();
        last = written.end;
        open = undefined;
        yield written;
      }
      if (!open) {
        const part = last?.collection === collection ? last.part + 1 : 0;
        open = await openFile(item, part, { destination, format, asOf, folder });
      }
      await open.add(item);
    }
    if (open) {
      const written = await open.close();
      open = undefined;
      yield written;
    }
  } finally {
    await open?.abort();
  }
}

interface OpenFile {
  readonly collection: string;
  readonly count: number;
  add(item: NamedItemBody): Promise<void>;
  close(): Promise<WrittenFile>;
  abort(): Promise<void>;
}

async function openFile(
  first: NamedItemBody,
  part: number,
  { destination, format, asOf, folder }: Required<Pick<WriteOptions, "destination" | "format" | "asOf" | "folder">>,
): Promise<OpenFile> {
  const { source, account, region } = first;
  const collection = collectionOf(source, first);
  const name = `items-${String(part).padStart(5, "0")}.${format}`;
  const path = `${folder}source=${source}/account=${account}/region=${region}/${name}`;
  const encoder = createEncoder(format);
  const hash = createHash("sha256");
  const file = await destination.create(path);
  let [items, bytes, key] = [0, 0, first.key];
  const write = async (chunk: Uint8Array) => {
    hash.update(chunk);
    bytes += chunk.byteLength;
    await file.write(chunk);
  };
  return {
    collection,
    get count() {
      return items;
    },
    async add(item) {
      items += 1;
      key = item.key;
      const chunk = encoder.add(rowOf(item, asOf));
      if (chunk) await write(chunk);
    },
    async close() {
      await write(encoder.end());
      await file.close();
      const written = { path, source, account, region, items, bytes, sha256: hash.digest("hex") };
      return { file: written, end: { collection, key, part } };
    },
    abort: () => file.abort(),
  };
}
