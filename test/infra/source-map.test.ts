import { decode } from "@jridgewell/sourcemap-codec";
import { expect, test } from "vitest";
import { onlyOwnCode } from "../../infra/source-map.ts";

test("a package's code is removed, and is not mapped to the code before it", () => {
  const map = {
    version: 3,
    sources: ["own.ts", "../node_modules/a/index.js", "other.ts"],
    names: ["hers", "mine"],
    // own.ts at 0 and 4, the package at 9 and 12, other.ts at 20
    mappings: "AAAA,IAAIC,KCAJD,GAAG,QCAC",
  };
  const kept = JSON.parse(onlyOwnCode(JSON.stringify(map)));
  expect(kept.sources).toEqual(["own.ts", "other.ts"]);
  expect(kept.names).toEqual(["mine"]);
  expect(decode(kept.mappings)).toEqual([[[0, 0, 0, 0], [4, 0, 0, 4, 0], [9], [20, 1, 0, 4]]]);
});
