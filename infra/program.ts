/** What runs on Lambda: the API, or the sync function of one source, by the source's id. */
export type Program = "api" | { readonly sync: string };

/** The name of a program in paths. It has no dot: the CDK would take what follows one for an extension. */
export function programName(program: Program): string {
  return program === "api" ? program : program.sync.replace(".", "-");
}
