import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Reads the documents for the tests. */

export const ROOT = path.resolve(import.meta.dirname, "../..");

/** Every Markdown file of the project, by its path from the root. */
export const DOCUMENTS: readonly string[] = [
  ...readdirSync(ROOT),
  ...readdirSync(path.join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((file) => `docs/${file}`),
]
  .filter((file) => file.endsWith(".md"))
  .sort();

export function textOf(document: string): string {
  return readFileSync(path.join(ROOT, document), "utf8");
}

/** All TypeScript of a folder, in one text. */
export function codeIn(folder: string): string {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => textOf(path.join(folder, file)))
    .join("\n");
}

/** A block of code, and the file that the line before it names, if one does. */
export interface CodeBlock {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  readonly file?: string;
}

/** The blocks between fences, and the indented ones, which have no language. */
export function codeBlocks(text: string): CodeBlock[] {
  const lines = text.split("\n");
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\w*)$/.exec(lines[at] ?? "");
    const setIn = /^ {4}\S/.test(lines[at] ?? "") && lines[at - 1] === "";
    if (!fence && !setIn) continue;
    const begin = fence ? at + 1 : at;
    const ends = (line: string) => (fence ? line.startsWith("```") : !/^( {4}|$)/.test(line));
    const length = lines.slice(begin).findIndex(ends);
    const end = length === -1 ? lines.length : begin + length;
    const body = lines.slice(begin, end).map((line) => (fence ? line : line.slice(4)));
    const file = fileNamedBefore(lines, at);
    blocks.push({
      language: fence?.[1] ?? "",
      text: `${body.join("\n").trimEnd()}\n`,
      line: begin + 1,
      ...(file && { file }),
    });
    at = fence ? end : end - 1;
  }
  return blocks;
}

/** A line that is only a path in backticks names the file of the blocks after it. */
function fileNamedBefore(lines: readonly string[], at: number): string | undefined {
  const before = lines
    .slice(0, at)
    .reverse()
    .find((line) => /^`[^`]+`$/.test(line) || line.startsWith("#") || line === "```sh");
  return before?.startsWith("`") && !before.startsWith("```") ? before.slice(1, -1) : undefined;
}

/** The text without its code blocks. */
export function prose(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "").replaceAll(/^ {4}\S.*$/gm, "");
}

/** The anchors that GitHub gives headings. */
export function anchors(text: string): string[] {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, "")
      .replaceAll(" ", "-"),
  );
}
