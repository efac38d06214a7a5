import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { anchors, DOCUMENTS, prose, ROOT, textOf } from "./markdown.ts";

/** Every link in the documents has a target. */

test.each(DOCUMENTS)("%s has no broken link", (document) => {
  const links = [...prose(textOf(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => isBroken(document, link))).toEqual([]);
});

function isBroken(document: string, link: string): boolean {
  if (/^https?:\/\//.test(link)) return false;
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? document : path.join(path.dirname(document), target);
  if (!existsSync(path.join(ROOT, file))) return true;
  return anchor !== undefined && !anchors(textOf(file)).includes(anchor);
}

test("every document can be reached from the README", () => {
  const reached = new Set<string>();
  const queue = ["README.md"];
  for (let document = queue.pop(); document !== undefined; document = queue.pop()) {
    if (reached.has(document)) continue;
    reached.add(document);
    const links = [...prose(textOf(document)).matchAll(/\]\(([^)\s#]+)/g)].map(([, link = ""]) => link);
    const files = links.map((link) => path.join(path.dirname(document), link));
    queue.push(...files.filter((file) => DOCUMENTS.includes(file)));
  }
  const decisions = (document: string) => document.startsWith("docs/decisions/");
  expect(DOCUMENTS.filter((document) => !reached.has(document) && !decisions(document))).toEqual([]);
});
