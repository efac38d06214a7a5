import { createConfig, lintFromString } from "@redocly/openapi-core";
import openapiTypescript, { astToString, type OpenAPI3 } from "openapi-typescript";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { contractFiles } from "../../functions/api/openapi.ts";
import { sourceMetadata } from "../../functions/api/service.ts";
import { SOURCES } from "../../functions/sources/registry.ts";

const document = JSON.parse(contractFiles(SOURCES.map(sourceMetadata), "1.0.0")["openapi.json"]) as OpenAPI3;

describe("the OpenAPI document", () => {
  test("passes the linter", async () => {
    const config = await createConfig({ extends: ["recommended"] });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  });

  test("generates a typed client that accepts correct calls and rejects wrong ones", { timeout: 120_000 }, async () => {
    const types = astToString(await openapiTypescript(document));
    expect(problemsOf(types, RIGHT)).toEqual([]);
    expect(problemsOf(types, WRONG)).toEqual([
      expect.stringContaining(`Type '"deleted"' is not assignable`),
      expect.stringContaining("Property 'colour' does not exist"),
    ]);
  });
});

const RIGHT = `
import type { operations } from "./types";
type Items = operations["listItems"];
type Answer = Items["responses"][200]["content"]["application/json"];
export const query: Items["parameters"]["query"] = { source: "sagemaker.associations", state: "removed", limit: 10 };
export function newest(answer: Answer): string | undefined {
  const instant: string = answer.asOf;
  const cursor: string | undefined = answer.nextCursor;
  return answer.items[0]?.id ?? cursor ?? instant;
}
type Graph = operations["walkGraph"];
export const walk: Graph["parameters"]["query"] = { node: "arn:x", depth: 2, fields: "firstSeenAt,document.Name" };
export function since(answer: Graph["responses"][200]["content"]["application/json"]): (string | undefined)[] {
  return answer.edges.map(({ item }) => item?.firstSeenAt);
}
`;

const WRONG = `
import type { operations } from "./types";
type Items = operations["listItems"];
export const query: Items["parameters"]["query"] = { state: "deleted" };
export const colour = (answer: Items["responses"][200]["content"]["application/json"]) => answer.colour;
`;

/** What the compiler says of a program that uses the generated types. */
function problemsOf(types: string, use: string): string[] {
  const files = new Map([
    ["/types.ts", types],
    ["/use.ts", use],
  ]);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.getSourceFile = (name, ...rest) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  const program = ts.createProgram(["/use.ts"], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}
