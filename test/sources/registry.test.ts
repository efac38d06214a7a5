import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";

describe("the registry", () => {
  test("holds every source file's source", async () => {
    const files = (await readdir(new URL("../../functions/sources", import.meta.url), { recursive: true })).filter(
      (file) => file.endsWith(".ts") && file !== "registry.ts",
    );
    const ids = files.map((file) => file.replace(/\.ts$/, ""));
    expect(SOURCES.map((source) => source.id.replace(".", "/")).sort()).toEqual(ids.sort());
  });

  test("has no id twice", () => {
    expect(new Set(SOURCES.map((source) => source.id)).size).toBe(SOURCES.length);
  });
});
