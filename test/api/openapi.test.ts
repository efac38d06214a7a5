import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { clientTypes } from "../../bin/package/client.ts";
import { contractFiles } from "../../functions/api/openapi.ts";
import { sourceMetadata } from "../../functions/api/service.ts";
import { SOURCES } from "../../functions/sources/registry.ts";

// test/package/ generates the typed client from it.
test("the OpenAPI document passes the linter", async () => {
  const source = contractFiles(SOURCES.map(sourceMetadata), "1.0.0")["openapi.json"];
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source, config });
  expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual([]);
});

test("the client's types are those of the OpenAPI document: if not, run `npm run client`", async () => {
  expect(await clientTypes()).toBe(readFileSync("client/openapi.ts", "utf8"));
});
