import { expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { codeBlocks, textOf } from "./markdown.ts";

/** The policy in docs/security.md grants exactly what the sources call. */

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string;
}

test("the least policy for a laptop grants exactly the actions that the sources declare", () => {
  const block = codeBlocks(textOf("docs/security.md")).find(({ language }) => language === "json");
  const { Statement: statements } = JSON.parse(block?.text ?? "") as { Statement: readonly Statement[] };
  const granted = statements.flatMap(({ Effect, Action, Resource }) =>
    [Action].flat().map((action) => [Effect, action, Resource].join(" ")),
  );
  const target = { partition: "aws", account: "123456789012", region: "*" };
  const declared = SOURCES.flatMap(({ grants }) =>
    grants.flatMap(({ action, resources }) => resources(target).map((resource) => `Allow ${action} ${resource}`)),
  );
  expect(granted.sort()).toEqual([...new Set(declared)].sort());
});
