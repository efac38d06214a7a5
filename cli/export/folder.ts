import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import type { Destination } from "../../functions/export/destination.ts";
import { formatError } from "../../functions/model/errors.ts";
import { LocalError } from "../usage.ts";

/** Writes to a folder of this machine, which is made when the first file is. Only the user may read what is written. */
export function folderDestination(folder: string): Destination {
  const root = path.resolve(folder);
  const fileOf = (relative: string) => path.join(root, ...relative.split("/"));
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw folderError(folder, error);
    }
  };
  const begin = async (relative: string): Promise<FileHandle> => {
    const file = fileOf(relative);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return open(file, "w", 0o600);
  };
  return {
    name: folder.replace(/(?<=.)\/+$/, ""),
    async *list() {
      const entries = await attempt(() => readdir(root, { recursive: true, withFileTypes: true })).catch(absent);
      for (const entry of entries ?? []) {
        if (entry.isDirectory()) continue;
        yield path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/");
      }
    },
    read: (relative) => attempt(() => readFile(fileOf(relative), "utf8")).catch(absent),
    put: (relative, text) =>
      attempt(async () => {
        const unfinished = `${relative}.part`;
        const file = await begin(unfinished);
        await file.writeFile(text).finally(() => file.close());
        await rename(fileOf(unfinished), fileOf(relative));
      }),
    async create(relative) {
      const file = await attempt(() => begin(relative));
      return {
        write: (bytes) => attempt(() => file.writeFile(bytes)),
        close: () => attempt(() => file.close()),
        abort: () => attempt(() => file.close()),
      };
    },
    remove: (paths) =>
      attempt(async () => {
        for (const relative of paths) await rm(fileOf(relative), { force: true });
        await Promise.all(
          [...new Set(paths.map((relative) => path.dirname(fileOf(relative))))].map((each) => removeEmpty(root, each)),
        );
      }),
  };
}

/** Removes a folder below the root, and those that it is in, as far as they are empty. */
async function removeEmpty(root: string, folder: string): Promise<void> {
  for (let each = folder; each !== root; each = path.dirname(each)) {
    const isRemoved = await rmdir(each).then(
      () => true,
      () => false,
    );
    if (!isRemoved) return;
  }
}

/** Answers undefined for what is not there. */
function absent(error: LocalError): undefined {
  if ((error.cause as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}

function folderError(folder: string, error: unknown): LocalError {
  const { code = "" } = error as NodeJS.ErrnoException;
  const remedy = REMEDIES[code] ?? "name another folder with --to";
  const message = `cannot export into ${folder}: ${formatError(error)}: ${remedy}`;
  return new LocalError(message, { cause: error });
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free space, and export again",
  EACCES: "make it writable, or name another folder with --to",
  ENOTDIR: "it is a file, or below one: name another folder with --to",
  EEXIST: "it is a file, or below one: name another folder with --to",
};
