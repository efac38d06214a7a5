import { expect, test } from "vitest";
import { DOCUMENTS, textOf } from "./markdown.ts";
import { sentencesOf, wordsOf } from "./sentences.ts";

/** The documents are short sentences, outside of tables and code. */

const MAX_WORDS = 35;

test.each(DOCUMENTS)("%s has no sentence of more than 35 words", (document) => {
  expect(sentencesOf(textOf(document)).filter((sentence) => wordsOf(sentence) > MAX_WORDS)).toEqual([]);
});

test("a long sentence is found over several lines, in a list and behind a link", () => {
  const long = Array.from({ length: 36 }, (_, index) => `word${index}`).join("\n");
  for (const text of [`${long}.`, `- ${long}.`, `[A link](a.md#b) and ${long}.`]) {
    const found = sentencesOf(`Short. ${text} Short again.\n\n| a table | ${long} |\n`);
    expect(found.filter((sentence) => wordsOf(sentence) > MAX_WORDS)).toHaveLength(1);
  }
});
