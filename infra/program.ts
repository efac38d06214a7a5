/** What runs on Lambda: the API, or the sync function of one source, by the source's id. */
export type Program = "api" | { readonly sync: string };
