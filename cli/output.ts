import { once } from "node:events";

/** How commands write to whoever reads them, be it a terminal, a file, or a program that stops reading. */

let readerGone = false;

/** Takes it in that a reader, such as `head`, ends before the command does: nothing crashes, and `print` says so. */
export function expectBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      readerGone ||= stream === process.stdout;
    });
  }
}

/** Nobody reads the output any more. There is nothing to say about it, and nobody to say it to. */
export class ReaderGone extends Error {
  override readonly name = "ReaderGone";
}

/** Writes to standard output, no faster than it is read. Throws ReaderGone when it is not read any more. */
export async function print(text: string): Promise<void> {
  if (readerGone) throw new ReaderGone();
  if (process.stdout.write(text)) return;
  await once(process.stdout, "drain").catch(() => {
    throw new ReaderGone();
  });
}

/** Tells people something beside the output. */
export function note(text: string): void {
  process.stderr.write(`stocktake: ${text}\n`);
}
