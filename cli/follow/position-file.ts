import { open, readFile, rename } from "node:fs/promises";
import type { Position } from "../../client/follow.ts";
import { formatError } from "../../functions/model/errors.ts";
import { LocalError, UsageError } from "../usage.ts";

/** Where a follower of the log keeps how far it has come. */
export interface PositionFile {
  /** The position that it holds; undefined while there is no file. */
  read(): Promise<Position | undefined>;
  /** Replaces it in one step: killed at any time, the file holds this position or the one before. */
  write(position: Position): Promise<void>;
}

/** Of what a position is: of another inventory, or with another query, it means nothing. */
export interface Followed {
  /** Where the inventory is: its folder, file or address. */
  readonly inventory: string;
  readonly query: Readonly<Record<string, unknown>>;
}

/** The file of a position. One of anything else than what is followed is refused. */
export function positionFile(file: string, { inventory, query }: Followed): PositionFile {
  const wanted = JSON.stringify(query);
  return {
    async read() {
      let text: string;
      try {
        text = await readFile(file, "utf8");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw new LocalError(`position file ${file} cannot be read: ${formatError(error)}`, { cause: error });
      }
      const { inventory: other = inventory, query: reached, position } = parsed(file, text);
      if (other !== inventory) {
        const remedy = "give another file, or change its member `inventory` if that one has moved";
        throw new UsageError(`--position ${file} is of the inventory ${other}, not ${inventory}: ${remedy}`);
      }
      if (JSON.stringify(reached) === wanted) return position;
      throw new UsageError(
        `--position ${file} was reached with ${JSON.stringify(reached)}, not ${wanted}: give the same filters, or another file`,
      );
    },
    async write(position) {
      const part = `${file}.${process.pid}.part`;
      try {
        const handle = await open(part, "w", 0o600);
        try {
          await handle.writeFile(`${JSON.stringify({ inventory, query, position })}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(part, file);
      } catch (error) {
        throw new LocalError(`position file ${file} cannot be written: ${formatError(error)}`, { cause: error });
      }
    },
  };
}

interface Content {
  /** Absent in files of earlier versions. */
  readonly inventory?: string;
  readonly query: object;
  readonly position: Position;
}

function parsed(file: string, text: string): Content {
  try {
    const content = JSON.parse(text);
    if (isContent(content)) return content;
  } catch {
    // It is said below what is wrong with it.
  }
  throw new LocalError(`position file ${file} holds no position: delete it to begin at what changes from now on`);
}

function isContent(value: unknown): value is Content {
  const { query, position } = (value ?? {}) as Partial<Record<string, unknown>>;
  if (typeof query !== "object" || typeof position !== "object") return false;
  const { since, cursor } = (position ?? {}) as Partial<Record<string, unknown>>;
  return [since, cursor].some((member) => typeof member === "string");
}
