import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Metafile } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceOf } from "../functions/model/collection.ts";
import { SOURCES } from "../functions/sources/registry.ts";
import { bundle } from "../infra/bundle.ts";
import { type Program, programName } from "../infra/program.ts";
import { assembly } from "./lambda/assembly.ts";

const KB = 1_000;
const SERVICES = [...new Set(SOURCES.map(({ id }) => serviceOf(id)))];

/** Of the bundles that were made, by their programs. */
const metafiles = new Map<string, Metafile>();

describe.each([
  { name: "the API", program: "api", entry: "functions/api.ts", limit: 400 * KB },
  ...SERVICES.map((service) => ({
    name: `the function of ${service}`,
    program: { sync: service },
    entry: "functions/sync.ts",
    limit: 800 * KB,
  })),
  { name: "the daily export", program: "export", entry: "functions/export.ts", limit: 800 * KB },
  { name: "the discovery", program: "discover", entry: "functions/discover.ts", limit: 800 * KB },
] as const)("the bundle of $name", ({ program, entry, limit }) => {
  let folder: string;
  let contents: Metafile;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "stocktake-bundle-"));
    contents = bundle(program, folder);
    metafiles.set(JSON.stringify(program), contents);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The text of every file of code, by its name. */
  const code = async (folder: string) => {
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".mjs")).sort();
    const texts = await Promise.all(files.map((file) => readFile(path.join(folder, file), "utf8")));
    return new Map(files.map((file, index) => [file, texts[index] ?? ""]));
  };

  test(`is smaller than ${limit / KB} KB`, async () => {
    const sizes = [...(await code(folder)).values()].map((text) => Buffer.byteLength(text));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(limit);
  });

  test("contains the files that it imports and no others", async () => {
    const files = await code(folder);
    const imported = [...files.values()].flatMap((text) =>
      [...text.matchAll(/"\.\/([^"/]+\.mjs)"/g)].map(([, name]) => name),
    );
    expect([...new Set(imported)].sort()).toEqual([...files.keys()].filter((file) => file !== "index.mjs"));
  });

  test.each(["@aws-sdk/core", "@smithy/core", "@smithy/types", "zod"])("contains at most one copy of %s", (name) => {
    expect(copiesOf(name, contents).length).toBeLessThanOrEqual(1);
  });

  test("contains the SDK's core", () => {
    expect(copiesOf("@aws-sdk/core", contents)).toEqual(["node_modules/@aws-sdk/core/dist-es"]);
    expect(copiesOf("@smithy/core", contents)).toEqual(["node_modules/@smithy/core/dist-es"]);
  });

  test("has a source map of its own code", async () => {
    const sources: string[] = [];
    for (const [file, text] of await code(folder)) {
      expect(text).toMatch(new RegExp(`\\n//# sourceMappingURL=${path.basename(file)}\\.map\\n$`));
      const map = JSON.parse(await readFile(path.join(folder, `${file}.map`), "utf8"));
      const from = path.join(folder, path.dirname(file));
      sources.push(...map.sources.map((source: string) => path.relative(".", path.resolve(from, source))));
    }
    expect(sources).toContain(entry);
    expect(sources).toContain("functions/store/dynamodb/store.ts");
    expect(sources.filter((source) => source.includes("node_modules"))).toEqual([]);
  });

  test("contains neither the store in SQLite nor its driver", () => {
    const files = Object.keys(contents.inputs);
    expect(files.filter((file) => /libsql|functions\/store\/sqlite/.test(file))).toEqual([]);
    expect(files).toContain("functions/store/dynamodb/store.ts");
  });

  test("needs nothing but Node", () => {
    const imports = Object.values(contents.outputs).flatMap((output) => output.imports);
    const needed = imports
      .filter(({ path: name, external }) => external && name !== "./later.mjs")
      .map(({ path: name }) => name.replace(/^node:/, ""));
    const { builtinModules } = process.getBuiltinModule("node:module");
    expect(needed.length).toBeGreaterThan(0);
    expect(needed.filter((name) => !builtinModules.includes(name))).toEqual([]);
  });

  test("is the same as the one that is deployed", async () => {
    const { functions } = await assembly();
    const deployed = functions.find(({ name: other }) => other === `Stocktake-${programName(program)}`);
    if (!deployed) throw new Error("the assembly has no such function");
    expect(await code(folder)).toEqual(await code(deployed.folder));
  });
});

describe("the code that is read at the start", () => {
  test.each([
    ["api", /powertools\/logger/],
    [{ sync: "sagemaker" }, /nested-clients/],
    ["discover", /nested-clients/],
  ] as const)("of %o is only what every invocation needs", async (program, rare) => {
    const contents = await bundled(program);
    const all = Object.values(contents.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    expect(all.filter((file) => rare.test(file))).not.toEqual([]);
    expect(readAtStart(contents).filter((file) => rare.test(file))).toEqual([]);
  });
});

test.each([
  ["sagemaker", "node_modules/@aws-sdk/client-sagemaker"],
  ["cleanrooms", "node_modules/@aws-sdk/client-cleanrooms"],
  ["iot", "functions/aws/iot-managed-integrations"],
  ["workspaces", "node_modules/@aws-sdk/client-workspaces"],
])("the function of %s contains its service's client and no other's", async (service, client) => {
  const inventoried =
    /^(node_modules\/@aws-sdk\/client-(?!dynamodb\/|lambda\/|eventbridge\/)[^/]+|functions\/aws\/[^/.]+(?=\/))/;
  const clients = Object.keys((await bundled({ sync: service })).inputs).flatMap(
    (file) => inventoried.exec(file)?.[0] ?? [],
  );
  expect([...new Set(clients)]).toEqual([client]);
});

test("the API contains no client of an inventoried service, and nothing that only describes the API", async () => {
  const files = Object.keys((await bundled("api")).inputs);
  expect(files.filter((file) => /@aws-sdk\/client-(?!dynamodb\/)|functions\/(sources|aws)\//.test(file))).toEqual([]);
  const describing = /zod-openapi|zod\/v4\/classic|api\/(schemas|contract|openapi|examples|reference)/;
  expect(files.filter((file) => describing.test(file))).toEqual([]);
  expect(files).toContain("node_modules/zod/v4/mini/schemas.js");
});

/** The metafile of a program's bundle. */
async function bundled(program: Program): Promise<Metafile> {
  const made = metafiles.get(JSON.stringify(program));
  if (made) return made;
  const folder = await mkdtemp(path.join(tmpdir(), "stocktake-bundle-"));
  try {
    return bundle(program, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The files whose code is in the entry. */
function readAtStart({ outputs }: Metafile): string[] {
  return Object.entries(outputs).flatMap(([name, { inputs }]) =>
    name.endsWith("/index.mjs") ? Object.keys(inputs) : [],
  );
}

/** The folders of a package's files in a bundle: two if it is installed twice, or bundled in both module formats. */
function copiesOf(name: string, { inputs }: Metafile): string[] {
  const folder = new RegExp(`^.*node_modules/${name}/(dist-[a-z]+)?`);
  const files = Object.keys(inputs).filter((file) => !file.endsWith("/package.json"));
  return [...new Set(files.flatMap((file) => folder.exec(file)?.[0] ?? []))];
}
