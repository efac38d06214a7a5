/** A command that cannot be carried out as given: one line that names the value and the remedy. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Something outside this program that stands in its way: one line that says what to do. Exit code 1. */
export class LocalError extends Error {
  override readonly name = "LocalError";
}
