import { readdir } from "node:fs/promises";
import { cruise, type IReporterOutput } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import { describe, expect, test } from "vitest";
import { SOURCES } from "../functions/sources/registry.ts";

describe("layers", () => {
  test("no layer imports what it may not", { timeout: 120_000 }, async () => {
    const options = await extractOptions("./.dependency-cruiser.mjs");
    const answer: IReporterOutput = await cruise(["functions", "cli", "simulator", "explorer", "infra"], options);
    if (typeof answer.output === "string") throw new Error(answer.output);
    const violations = answer.output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
    expect(violations).toEqual([]);
    expect(answer.output.summary.totalCruised).toBeGreaterThan(40);
  });
});

describe("the registry", () => {
  test("holds every source file's source", async () => {
    const files = (await readdir(new URL("../functions/sources", import.meta.url), { recursive: true })).filter(
      (file) => file.endsWith(".ts") && file !== "registry.ts",
    );
    const ids = files.map((file) => file.replace(/\.ts$/, ""));
    expect(SOURCES.map((source) => source.id.replace(".", "/")).sort()).toEqual(ids.sort());
  });

  test("has no id twice", () => {
    expect(new Set(SOURCES.map((source) => source.id)).size).toBe(SOURCES.length);
  });
});
