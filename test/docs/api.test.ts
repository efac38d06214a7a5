import { writeFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { PROBLEMS } from "../../functions/api/problems.ts";
import { exampleWorld } from "../api/harness/example-world.ts";
import type { World } from "../api/harness/world.ts";
import { ROOT, textOf } from "./markdown.ts";

/** docs/api.md agrees with the API. UPDATE_EXAMPLES=1 replaces the responses in it by current ones. */

const PAGE = "docs/api.md";
const EXAMPLE = /^```http\nGET (.+)\n```\n\n```json\n([\s\S]*?)```$/gm;

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  readonly schema?: { readonly maximum?: number; readonly default?: unknown; readonly enum?: readonly string[] };
}

interface Description {
  readonly paths: Readonly<Record<string, { readonly get: { readonly parameters?: readonly Parameter[] } }>>;
}

let world: World;
let described: Description;

beforeAll(async () => {
  world = await exampleWorld();
  described = await world.read<Description>("/v1/openapi.json");
});

const page = textOf(PAGE);
const examples = [...page.matchAll(EXAMPLE)].map(([, request = "", answer = ""]) => ({ request, answer }));
const sections = page.split(/^## /m).filter((section) => section.startsWith("GET "));

/** The ids of the items that the page names by what happened to them. */
async function ids(): Promise<Record<string, string>> {
  const { items } = await world.read<{ items: { id: string }[] }>(
    "/v1/items?source=cleanrooms.memberships&state=all&fields=id",
  );
  const [, modified = "", removed = ""] = items.map(({ id }) => id);
  return { modified, removed };
}

async function answerTo(request: string): Promise<Record<string, unknown>> {
  const known = await ids();
  const response = await world.get(request.replace(/\{(\w+)\}/, (_all, name: string) => known[name] ?? name));
  return (await response.json()) as Record<string, unknown>;
}

/** The bytes of a cursor depend on the compression library at hand. */
function withoutCursor({ nextCursor, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return { ...rest, hasCursor: typeof nextCursor === "string" };
}

describe("docs/api.md", () => {
  test.runIf(process.env.UPDATE_EXAMPLES)("gets the current responses", async () => {
    let text = page;
    for (const { request, answer } of examples) {
      const block = (content: string) => `GET ${request}\n\`\`\`\n\n\`\`\`json\n${content}`;
      const real = JSON.stringify(await answerTo(request), null, 2);
      text = text.replace(`${block(answer)}\`\`\``, () => `${block(real)}\n\`\`\``);
    }
    writeFileSync(path.join(ROOT, PAGE), text);
  });

  test.skipIf(process.env.UPDATE_EXAMPLES).each(examples)(
    "has the response to $request",
    async ({ request, answer }) => {
      expect(withoutCursor(JSON.parse(answer))).toEqual(withoutCursor(await answerTo(request)));
    },
  );

  test("has a section and an entry for every path", () => {
    const paths = Object.keys(described.paths).sort();
    expect(sections.map((section) => section.slice(4, section.indexOf("\n"))).sort()).toEqual(paths);
    expect([...page.matchAll(/^\| \[GET (\S+)\]/gm)].map(([, name]) => name).sort()).toEqual(paths);
  });

  test("has an example of every path that returns data", () => {
    const without = sections.filter((section) => !section.includes("```http"));
    expect(without.map((section) => section.split("\n")[0])).toEqual(["GET /v1/openapi.json", "GET /v1/docs"]);
  });

  test("has every parameter, its limits, its words and whether it is required", () => {
    for (const section of sections) {
      const name = section.slice(4, section.indexOf("\n"));
      const rows = new Map(parameterRows(section));
      const { parameters = [] } = described.paths[name]?.get ?? {};
      expect([...rows.keys()].sort(), name).toEqual(parameters.map((each) => each.name).sort());
      for (const { name: parameter, required = false, schema } of parameters) {
        const row = rows.get(parameter) ?? "";
        if (parameter !== "id") expect(row.endsWith("required"), `${name} ${parameter}`).toBe(required);
        if (schema?.maximum) expect(row, name).toContain(`${schema.default}, at most ${schema.maximum}`);
        if (parameter !== "source") for (const word of schema?.enum ?? []) expect(row, name).toContain(`\`${word}\``);
      }
    }
  });

  test("has every problem and its status", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d+) \|/gm)].map(([, name = "", status]) => [
      name,
      Number(status),
    ]);
    expect(rows).toEqual(Object.entries(PROBLEMS).map(([name, { status }]) => [name, status]));
  });
});

/** The parameters in a section's table, each with its description. */
function parameterRows(section: string): [string, string][] {
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.flatMap((row) => {
    const [, names = "", description = ""] = row.split(" | ").flatMap((cell) => cell.split(/^\| | \|$/));
    return [...names.matchAll(/`(\w+)[^`]*`/g)].map(([, name = ""]): [string, string] => [name, description]);
  });
}
