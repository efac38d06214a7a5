import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEmbedded } from "../../local/embedded.ts";
import { settingsFrom } from "../../local/settings.ts";
import { openStore } from "../../local/store.ts";
import { newFolder } from "./cli.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;

beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => folder.remove());

const settings = () => settingsFrom({ STOCKTAKE_DATA: folder.folder });

describe("the embedded database", () => {
  test("keeps what is stored from one opening to the next", async () => {
    const first = await openStore(settings());
    const issued = await first.store.tick(Date.now());
    await first.close();
    const second = await openStore(settings());
    expect(await second.store.readClock()).toBe(issued);
    await second.close();
  });

  test("is used through the one who runs it by whoever comes second", async () => {
    const first = await openStore(settings());
    const second = await openStore(settings());
    const issued = await second.store.tick(Date.now());
    expect(await first.store.readClock()).toBe(issued);
    await second.close();
    expect(await first.store.readClock()).toBe(issued);
    await first.close();
  });

  test("is taken over by one of those who use it when the one who runs it ends, as often as that happens", async () => {
    const first = await openStore(settings());
    const second = await openStore(settings());
    const third = await openStore(settings());
    const issued = await first.store.tick(Date.now());
    const asking = Array.from({ length: 50 }, () => second.store.readClock());
    await first.close();
    expect(await Promise.all(asking)).toEqual(asking.map(() => issued));
    expect(await Promise.all([third.store.readClock(), second.store.readClock()])).toEqual([issued, issued]);
    await second.close();
    expect(await third.store.readClock()).toBe(issued);
    await third.close();
    const last = await openStore(settings());
    expect(await last.store.readClock()).toBe(issued);
    await last.close();
  });

  test("is run by one of many who open it at once", async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(settings())));
    const issued = await Promise.all(stores.map(({ store }) => store.tick(Date.now())));
    expect(new Set(issued).size).toBe(stores.length);
    for (const store of stores) await store.close();
  });

  test("is opened in spite of an address that a killed process left", async () => {
    await writeFile(path.join(folder.folder, "database.json"), '{"url":"http://127.0.0.1:1","pid":1}\n');
    const database = await openEmbedded(folder.folder);
    expect(database.url).not.toBe("http://127.0.0.1:1");
    await database.close();
  });

  test("that is no database is refused with what to do", async () => {
    await writeFile(path.join(folder.folder, "database"), "not a folder");
    await expect(openEmbedded(folder.folder)).rejects.toThrow(
      /cannot be opened: .+\. Move it away, or set STOCKTAKE_DATA/,
    );
  });
});
