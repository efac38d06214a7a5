import { expect, test } from "vitest";
import { CLIENTS, coverageOf, coveragePage, outdatedReasons } from "../../bin/pages/operations.ts";
import { sourcesPage } from "../../bin/pages/sources.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { textOf } from "./markdown.ts";

/** What is inventoried, what is left out, and the pages that say so. */

test.each([
  ["docs/sources.md", sourcesPage],
  ["docs/coverage.md", coveragePage],
])("%s is what `npm run pages` writes", (document, page) => {
  expect(textOf(document)).toBe(page());
});

test.each(Object.keys(CLIENTS))("every list operation of %s's client has a source, or a reason why not", (service) => {
  const covered = coverageOf(service);
  expect(covered.length).toBeGreaterThan(4);
  const unknown = covered.filter(({ source, leftOut }) => source === undefined && leftOut === undefined);
  expect(unknown.map(({ operation }) => operation)).toEqual([]);
  expect(outdatedReasons(service)).toEqual([]);
});

test("every source lists an operation of its service's client", () => {
  const covered = Object.keys(CLIENTS).flatMap((service) => coverageOf(service).flatMap(({ source }) => source ?? []));
  expect(covered.sort()).toEqual(SOURCES.map(({ id }) => id).sort());
});
