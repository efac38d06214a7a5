/** What runs on Lambda: the API, the discovery of an organization's accounts, the daily export, or the sync function of one service. */
export type Program = "api" | "discover" | "export" | { readonly sync: string };

/** The name of a program in paths and in the names of its function and role. */
export function programName(program: Program): string {
  return typeof program === "string" ? program : program.sync;
}
