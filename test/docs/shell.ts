import { codeBlocks, DOCUMENTS, textOf } from "./markdown.ts";

/** Finds the command lines that the documents show. */

export interface ShownCommand {
  readonly document: string;
  readonly line: string;
  /** The program and its arguments, without quotes. */
  readonly words: readonly string[];
  /** The response that the document shows, if it shows one. */
  readonly answer?: string;
}

const SHELL = new Set(["sh", "bash", "shell", "console"]);
const PROGRAM = /^(?:[A-Z_]+=\S* +)*(?:npm|npx|node|curl|aws|cdk|git)\b/;

/** Every command in a block of commands, and every `aws ...`, `npm run ...` and `npx ...` in the prose. */
export function shownCommands(): ShownCommand[] {
  return DOCUMENTS.flatMap((document) => {
    const text = textOf(document);
    const blocks = codeBlocks(text);
    const inBlocks = blocks.flatMap((block, at) => {
      if (!SHELL.has(block.language) && !(block.language === "" && PROGRAM.test(block.text))) return [];
      const next = blocks[at + 1];
      const follows = next?.language === "json" && next.line - block.line - block.text.split("\n").length <= 3;
      const answer = follows ? { answer: next.text } : {};
      return commandsIn(block.text).map((command) => ({ document, ...command, ...answer }));
    });
    const inProse = [...text.matchAll(/`((?:aws|npm run|npx) [^`]+)`/g)].flatMap(([, line = ""]) => commandsIn(line));
    return [...inBlocks, ...inProse.map((command) => ({ document, ...command }))];
  });
}

function commandsIn(text: string): { readonly line: string; readonly words: readonly string[] }[] {
  const lines = text.replaceAll(/\\\n\s*/g, "").split("\n");
  return lines.flatMap((line) =>
    line
      .replace(/(^| +)#.*$/, "")
      .split(" && ")
      .map((command) => ({ line: command.trim(), words: wordsOf(command) }))
      .filter(({ words }) => words.length > 0),
  );
}

/** The words of a command, without variables before it and redirections after it. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:\$\([^)]*\)|'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  const plain = words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  const program = plain.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const end = plain.findIndex((word) => word === "|" || word === ">");
  return program === -1 ? [] : plain.slice(program, end === -1 ? undefined : end);
}
