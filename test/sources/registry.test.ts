import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";

describe("the registry", () => {
  test("holds the source of every file in a service's folder", async () => {
    const files = (await readdir(new URL("../../functions/sources", import.meta.url), { recursive: true })).filter(
      (file) => /^[^/]+\/.+\.ts$/.test(file),
    );
    const ids = files.map((file) => file.replace(/\.ts$/, ""));
    expect(SOURCES.map((source) => source.id.replace(".", "/")).sort()).toEqual(ids.sort());
  });

  test("has no id twice", () => {
    expect(new Set(SOURCES.map((source) => source.id)).size).toBe(SOURCES.length);
  });
});
