import { expect, test } from "vitest";
import { ownSource } from "../../functions/lambda/own-source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";

const IDS = SOURCES.map(({ id }) => id);

test.each(IDS)("%s is found in the file that is named for it", async (id) => {
  expect(await ownSource(id, IDS)).toBe(SOURCES.find((source) => source.id === id));
});

test.each(["s3.buckets", "registry", "../core/sync"])("%s is refused with the ids that there are", async (id) => {
  await expect(ownSource(id, IDS)).rejects.toThrow(
    `STOCKTAKE_SOURCE=${id} is not a source: choose from ${IDS.join(", ")}`,
  );
});
