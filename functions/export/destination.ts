/** Where an export is written: a folder, or a prefix of a bucket. Paths are relative to it, with `/` between folders. */
export interface Destination {
  /** For people: a folder's path, or `s3://bucket/prefix`. */
  readonly name: string;
  /** The paths of all files. */
  list(): AsyncIterable<string>;
  /** The text of a file; undefined when it is not there. */
  read(path: string): Promise<string | undefined>;
  /** Puts a small file, whole or not at all, in the place of what is there. */
  put(path: string, text: string): Promise<void>;
  /** Begins a file that may be large, in the place of what is there. */
  create(path: string): Promise<WritableFile>;
  remove(paths: readonly string[]): Promise<void>;
}

/** A file that is being written. */
export interface WritableFile {
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the file. It is whole once this resolves. */
  close(): Promise<void>;
  /** Gives the file up. */
  abort(): Promise<void>;
}
