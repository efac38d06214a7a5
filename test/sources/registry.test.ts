import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { rateOfWorker, SERVICES } from "../../functions/sources/services.ts";

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

test.each(Object.entries(SERVICES))("two workers in a target call %s no more often than it takes", (service, facts) => {
  const [first, second] = [false, true].map((beside) => rateOfWorker(service, { workers: 2, beside }));
  expect(first).toBeGreaterThan(1);
  expect([first, second].reduce((sum = 0, rate = 0) => sum + rate)).toBe(facts.callsPerSecond);
  expect(rateOfWorker(service, { workers: 1, beside: false })).toBe(facts.callsPerSecond);
});
