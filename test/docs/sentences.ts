import { prose } from "./markdown.ts";

/** The sentences of a document, without code, tables, headings and links' targets. */
export function sentencesOf(text: string): string[] {
  const withoutTables = prose(text)
    .replaceAll(/^\|.*$/gm, "\n")
    .replaceAll(/^#.*$/gm, "\n")
    .replaceAll(/<!--[\s\S]*?-->/g, "\n");
  const paragraphs = withoutTables.split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/);
  return paragraphs.flatMap((paragraph) =>
    paragraph
      .replaceAll(/\]\([^)]*\)/g, "]")
      .replaceAll(/\s+/g, " ")
      .split(/(?<=[.!?]["')*_`]*) (?=\S)/)
      .filter((sentence) => /\w/.test(sentence)),
  );
}

export function wordsOf(sentence: string): number {
  return sentence.split(" ").filter((word) => /\w/.test(word)).length;
}
