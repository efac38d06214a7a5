import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import examples from "../../functions/api/examples.json" with { type: "json" };
import { type Contract, contractOf } from "./harness/contract.ts";
import { exampleRequests, exampleWorld } from "./harness/example-world.ts";
import type { World } from "./harness/world.ts";

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema?: object;
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly content?: Readonly<Record<string, { readonly examples?: object }>> }
    >
  >;
}

interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly Readonly<Record<string, unknown>>[];
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly securitySchemes: Readonly<Record<string, object>>;
  };
}

let world: World;
let document: OpenApi;
let contract: Contract;

beforeAll(async () => {
  world = await exampleWorld();
  document = await world.read<OpenApi>("/v1/openapi.json");
  contract = await contractOf(world);
});

const operations = () => Object.entries(document.paths).map(([path, { get }]) => ({ path, ...get }));

describe("the OpenAPI document", () => {
  test("describes every path that is served", () => {
    expect(document.openapi).toBe("3.1.0");
    const routes = world.app.routes.map(({ path }) => path.replace(":id", "{id}"));
    expect(Object.keys(document.paths).sort()).toEqual([...new Set(routes)].sort());
  });

  test("describes every operation, parameter and response in words", () => {
    const tags = document.tags.map(({ name }) => name);
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operationId, summary, description, tags: own, parameters = [], responses } of operations()) {
      expect(operationId, path).toMatch(/^[a-z][A-Za-z]+$/);
      expect(summary.length, path).toBeGreaterThan(5);
      expect(summary, path).not.toMatch(/\.$/);
      expect(description.length, path).toBeGreaterThan(20);
      expect(tags).toEqual(expect.arrayContaining([...own]));
      for (const { name, description, schema } of parameters) {
        expect(description?.length, `${path} ${name}`).toBeGreaterThan(10);
        expect(schema, `${path} ${name}`).toBeDefined();
      }
      const inPath = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`);
      expect(inPath, path).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(Object.keys(responses), path).toEqual(expect.arrayContaining(["200", "304", "400", "405", "500", "503"]));
      for (const [status, { description }] of Object.entries(responses))
        expect(description, `${path} ${status}`).toBeTruthy();
    }
    expect(document.tags.every(({ description }) => description.length > 5)).toBe(true);
  });

  test("defines every component that it refers to, and no other", () => {
    const text = JSON.stringify(document);
    const referred = new Set([...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
    const schemes = document.security.flatMap((each) => Object.keys(each));
    expect(schemes).toEqual(Object.keys(document.components.securitySchemes));
  });

  test("has real responses as examples", async () => {
    const real: Record<string, Record<string, { request: string; answer: unknown }>> = {};
    for (const [operation, requests] of Object.entries(await exampleRequests(world))) {
      for (const request of requests) {
        const response = await world.get(request);
        const body = await response.text();
        expect(contract(request, response, body)).toBeUndefined();
        real[operation] = { ...real[operation], [response.status]: { request, answer: JSON.parse(body) } };
      }
    }
    // UPDATE_EXAMPLES=1 rewrites them.
    if (process.env.UPDATE_EXAMPLES) {
      await writeFile(
        new URL("../../functions/api/examples.json", import.meta.url),
        `${JSON.stringify(real, null, 2)}\n`,
      );
      return;
    }
    expect(withoutCursors(examples)).toEqual(withoutCursors(real));
    const shown = operations().flatMap(({ operationId, responses }) =>
      Object.entries(responses).flatMap(([status, { content }]) => {
        const own = Object.values(content ?? {})[0]?.examples;
        return own ? [`${operationId} ${status}`] : [];
      }),
    );
    const held = Object.entries(examples).flatMap(([operation, answers]) =>
      Object.keys(answers).map((status) => `${operation} ${status}`),
    );
    expect(shown.sort()).toEqual(held.sort());
  });
});

/** The bytes of a cursor depend on the compression library at hand. */
function withoutCursors(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, member) => (name === "nextCursor" ? "a cursor" : member));
}

describe("the reference page", () => {
  test("shows every operation, schema and problem, and loads nothing", async () => {
    const response = await world.get("/v1/docs");
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const page = await response.text();
    const anchors = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(anchors).toContain(target);
    for (const { path, operationId } of operations()) {
      expect(anchors).toContain(operationId);
      expect(page).toContain(path);
    }
    for (const name of Object.keys(document.components.schemas)) expect(anchors).toContain(`schema-${name}`);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\/(?!www\.apache\.org)/);
  });

  test("has an anchor for every problem's type", async () => {
    const page = await (await world.get("/v1/docs")).text();
    const types = new Set(JSON.stringify(document).match(/\/v1\/docs#problem-[\w-]+/g));
    expect(types.size).toBeGreaterThan(8);
    for (const type of types) expect(page).toContain(`id="${type.split("#")[1]}"`);
  });
});
