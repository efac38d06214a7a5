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

/** The file of a position that is reached with `query`: of another query it means nothing, and is refused. */
export function positionFile(file: string, query: Readonly<Record<string, unknown>>): PositionFile {
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
      const { query: reached, position } = parsed(file, text);
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
          await handle.writeFile(`${JSON.stringify({ query, position })}\n`);
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

function parsed(file: string, text: string): { readonly query: object; readonly position: Position } {
  try {
    const { query, position } = JSON.parse(text);
    if (typeof query === "object" && typeof position === "object") return { query, position };
  } catch {
    // It is said below what is wrong with it.
  }
  throw new LocalError(`position file ${file} holds no position: delete it to begin at what changes from now on`);
}
