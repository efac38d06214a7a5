import { expect, test } from "vitest";
import { PROBLEMS } from "../../functions/api/problems.ts";
import { codeIn, textOf } from "./markdown.ts";

/** docs/troubleshooting.md quotes what the program says. */

// A message may go on in the next string.
const code = ["cli", "functions"]
  .map(codeIn)
  .join("\n")
  .replaceAll(/["`] \+\s+["`]/g, "");

/** The messages in the first column; `…` stands for what differs. */
const messages = [...textOf("docs/troubleshooting.md").matchAll(/^\| `([^`]* [^`]*)` \|/gm)].map(
  ([, message = ""]) => message,
);

test("the page quotes messages", () => {
  expect(messages.length).toBeGreaterThan(20);
});

test.each(messages)("the program says: %s", (message) => {
  const parts = message.split("…").map((part) => part.trim());
  for (const part of parts.filter((each) => each.length > 3)) expect(code).toContain(part);
});

test("the page names problems of the API that exist, with their status", () => {
  const named = [...textOf("docs/troubleshooting.md").matchAll(/^\| status (\d+), `([a-z-]+)` \|/gm)];
  expect(named.length).toBeGreaterThan(1);
  for (const [, status, name = ""] of named) {
    expect([name, PROBLEMS[name as keyof typeof PROBLEMS]?.status]).toEqual([name, Number(status)]);
  }
});
