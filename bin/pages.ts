import { writeFileSync } from "node:fs";
import { coveragePage } from "./pages/operations.ts";
import { sourcesPage } from "./pages/sources.ts";

/** Writes the documents that follow from the sources' declarations. */
for (const [name, text] of Object.entries({ sources: sourcesPage(), coverage: coveragePage() })) {
  writeFileSync(new URL(`../docs/${name}.md`, import.meta.url), text);
}
