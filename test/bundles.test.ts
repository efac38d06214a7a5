import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../infra/bundle.ts";

const KB = 1_000;

describe.each([
  { entry: "sync", limit: 700 * KB },
  { entry: "api", limit: 500 * KB },
] as const)("the bundle of $entry", ({ entry, limit }) => {
  let folder: string;
  let contents: Metafile;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "stocktake-bundle-"));
    contents = bundle(entry, folder);
  }, 60_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const code = () => readFile(path.join(folder, "index.mjs"), "utf8");

  test(`is smaller than ${limit / KB} KB`, async () => {
    expect(Buffer.byteLength(await code())).toBeLessThanOrEqual(limit);
  });

  test.each(["@aws-sdk/core", "@smithy/core", "@smithy/types", "zod"])("holds at most one copy of %s", (name) => {
    expect(copiesOf(name, contents).length).toBeLessThanOrEqual(1);
  });

  test("holds the SDK's core", () => {
    expect(copiesOf("@aws-sdk/core", contents)).toEqual(["node_modules/@aws-sdk/core/dist-es"]);
    expect(copiesOf("@smithy/core", contents)).toEqual(["node_modules/@smithy/core/dist-es"]);
  });

  test("has a source map that names its sources", async () => {
    expect(await code()).toMatch(/\n\/\/# sourceMappingURL=index\.mjs\.map\n$/);
    const map = JSON.parse(await readFile(path.join(folder, "index.mjs.map"), "utf8"));
    const sources: string[] = map.sources.map((source: string) => path.resolve(folder, source));
    expect(sources).toContain(path.resolve(`functions/${entry}.ts`));
    expect(sources).toContain(path.resolve("functions/store/dynamodb.ts"));
  });

  test("needs nothing but Node", () => {
    const { imports } =
      contents.outputs[Object.keys(contents.outputs).find((name) => name.endsWith(".mjs")) ?? ""] ?? {};
    const needed = imports?.filter(({ external }) => external).map(({ path: name }) => name.replace(/^node:/, ""));
    const { builtinModules } = process.getBuiltinModule("node:module");
    expect(needed?.filter((name) => !builtinModules.includes(name))).toEqual([]);
  });

  test("is the same when it is built again", async () => {
    const before = await code();
    bundle(entry, folder);
    expect(await code()).toBe(before);
  });
});

test("the API holds no client of a service that is inventoried", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "stocktake-bundle-"));
  const files = Object.keys(bundle("api", folder).inputs);
  await rm(folder, { recursive: true });
  expect(files.filter((file) => /@aws-sdk\/client-(?!dynamodb\/)|functions\/(sources|clients)\//.test(file))).toEqual(
    [],
  );
});

/** The folders from which a package came into a bundle: installed twice, or in both module formats, it is there twice. */
function copiesOf(name: string, { inputs }: Metafile): string[] {
  const folder = new RegExp(`^.*node_modules/${name}/(dist-[a-z]+)?`);
  const files = Object.keys(inputs).filter((file) => !file.endsWith("/package.json"));
  return [...new Set(files.flatMap((file) => folder.exec(file)?.[0] ?? []))];
}
