import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { ROOT } from "./installed-package.ts";

/** What the GitHub workflows run exists, and does what they expect. */

const FOLDER = path.join(ROOT, ".github/workflows");
const workflows = readdirSync(FOLDER).map((name) => readFileSync(path.join(FOLDER, name), "utf8"));
const text = workflows.join("\n");

test("the scripts, test folders and workflows that are named exist", () => {
  const scripts = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script);
  expect(scripts.length).toBeGreaterThan(0);
  expect(Object.keys(packageFile.scripts)).toEqual(expect.arrayContaining(scripts));
  const files = [...text.matchAll(/(?<![\w/])\.?\/?(test\/[\w/]+|\.ci\/run|\.github\/workflows\/[\w.]+)/g)];
  expect(files.length).toBeGreaterThan(5);
  expect(files.map(([, file = ""]) => file).filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test("all Node versions that the package supports are tested", () => {
  const [, versions = ""] = /node: \[([\d, ]+)\]/.exec(text) ?? [];
  expect(versions.split(", ")).toEqual(["20", "22", "24"]);
  expect(packageFile.engines.node).toMatch(/^>=20\./);
});

test("the notes of a release are its section of the changelog", () => {
  const [program = ""] = /awk .*CHANGELOG\.md/.exec(text) ?? [];
  const notes = (version: string) =>
    execFileSync("bash", ["-c", program], { cwd: ROOT, encoding: "utf8", env: { ...process.env, VERSION: version } });
  expect(notes("v0.1.0").trim()).toMatch(/^The first version\.\n/);
  expect(notes("v0.1.0")).not.toMatch(/^## /m);
  expect(notes("v0.1")).toBe("");
});
