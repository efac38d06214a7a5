import { createRequire } from "node:module";
import path from "node:path";
import type { Node } from "typescript";
import { OLD_WORDS, type OldWord } from "./words.ts";

/** An old word in a file: `file:line: old -> new`. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly word: OldWord;
}

/** As Node itself loads it: tsx reads an imported package's text first, which takes a second. */
const ts: typeof import("typescript") = createRequire(import.meta.url)("typescript");

const CODE = /\.(?:tsx?|js|mjs)$/;

/** Finds the old words in a file, by its path from the root of the project. */
export function findOldWords(file: string, content: string, words: readonly OldWord[] = OLD_WORDS): Finding[] {
  const lowerCase = content.toLowerCase();
  const isPossible = (word: OldWord) => mayContain(word.as === "text" ? lowerCase : content, word);
  const applying = words.filter((word) => applies(word, file) && isPossible(word));
  const names = applying.filter(({ as }) => as === "name" || as === "prefix");
  return [
    ...applying
      .filter(({ as, old }) => as === "file" && path.basename(file) === old)
      .map((word) => ({ file, line: 1, word })),
    ...(CODE.test(file) && names.length > 0 ? findNames(file, content, names) : []),
    ...applying.filter(({ as }) => as === "text").flatMap((word) => findText(file, content, word)),
  ];
}

function applies({ within, except = [] }: OldWord, file: string): boolean {
  const isUnder = (folder: string) => file.startsWith(folder);
  return !except.some(isUnder) && (within === undefined || within.some(isUnder));
}

/** Whether a text has all that a word is made of. Few have, and only these are parsed. */
function mayContain(text: string, { as, old }: OldWord): boolean {
  if (as === "file") return true;
  if (as === "text")
    return old
      .toLowerCase()
      .split(" ")
      .every((part) => text.includes(part));
  return text.includes(old) && new RegExp(`\\b${old}${as === "name" ? "\\b" : ""}`).test(text);
}

function findNames(file: string, content: string, words: readonly OldWord[]): Finding[] {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.ESNext, false);
  const exact = new Map(words.filter(({ as }) => as === "name").map((word) => [word.old, word]));
  const prefixes = words.filter(({ as }) => as === "prefix");
  const found: Finding[] = [];
  const visit = (node: Node): void => {
    if (ts.isIdentifier(node)) {
      const word = exact.get(node.text) ?? prefixes.find(({ old }) => node.text.startsWith(old));
      if (word) found.push({ file, word, line: source.getLineAndCharacterOfPosition(node.end).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A phrase may continue on the next line, behind the mark of a comment. */
function findText(file: string, content: string, word: OldWord): Finding[] {
  const words = word.old.split(" ").map((each) => each.replaceAll(/[^\w\s]/g, String.raw`\$&`));
  const phrase = new RegExp(`\\b${words.join(String.raw`(?:\s|\*|//)+`)}\\b`, "gi");
  return [...content.matchAll(phrase)].map(({ index }) => ({
    ...{ file, word },
    line: content.slice(0, index).split("\n").length,
  }));
}
