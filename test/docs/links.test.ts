import { existsSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { anchors, DOCUMENTS, prose, ROOT, textOf } from "./markdown.ts";

/** Every link in the documents leads somewhere. */

test.each(DOCUMENTS)("%s links only to what there is", (document) => {
  const links = [...prose(textOf(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  expect(links.filter((link) => leadsNowhere(document, link))).toEqual([]);
});

function leadsNowhere(document: string, link: string): boolean {
  if (/^https?:\/\//.test(link)) return false;
  const [place = "", anchor] = link.split("#");
  const file = place === "" ? document : path.join(path.dirname(document), place);
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
