import { expect, test } from "vitest";
import { describeInBrowser, eventually } from "./browser.ts";

interface Loaded {
  readonly path: string;
  readonly host: string;
  readonly start: number;
  readonly bytes: number;
  readonly blocks: boolean;
}

const KB = 1_000;

describeInBrowser("a cold load of the explorer", (explorer) => {
  test("paints after three small files, and requests everything else at once", async () => {
    const document = await (await fetch(`${explorer.url}/`)).text();
    const named = new Set(
      [...document.matchAll(/(?:src|href)="(\/explorer\/[^"]+)"/g)].map(([, address]) => address ?? ""),
    );

    // A context of its own has nothing cached.
    const page = await explorer.open("", {});
    await page.locator(".latest li").first().waitFor();
    await eventually(() => page.evaluate("performance.getEntriesByName('first-contentful-paint').length")).toBe(1);
    const painted = Number(await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"));
    const loaded =
      (await page.evaluate(`[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(
      ({ name, startTime, encodedBodySize, renderBlockingStatus }) => ({
        path: new URL(name).pathname, host: new URL(name).host,
        start: startTime, bytes: encodedBodySize, blocks: renderBlockingStatus === "blocking",
      }),
    )`)) as Loaded[];
    const sum = (some: readonly Loaded[]) => some.reduce((total, { bytes }) => total + bytes, 0);
    const files = loaded.filter(({ path }) => !path.startsWith("/v1/"));
    // How long it takes is this machine's business, so it is told; what it takes is ours, so it is held to.
    console.log(
      `The explorer's first paint: ${painted.toFixed(0)} ms; ${files.length} files, ${(sum(files) / KB).toFixed(0)} KB.`,
    );

    expect(new Set(loaded.map(({ host }) => host))).toEqual(new Set([new URL(explorer.url).host]));
    const blocking = loaded.filter(({ blocks }) => blocks);
    expect(blocking.map(({ path }) => path).sort()).toEqual(["/explorer/style.css", "/explorer/theme.js"]);
    expect(sum(blocking) + Buffer.byteLength(document)).toBeLessThan(40 * KB);
    expect(await (await fetch(`${explorer.url}/explorer/style.css`)).text()).not.toMatch(/@import|url\(/);

    // The document names every file, so none is found only by reading another, and none is fetched twice.
    const places = files.map(({ path }) => path).filter((path) => path !== "/");
    expect(places.filter((path) => !named.has(path))).toEqual([]);
    expect(new Set(places).size).toBe(places.length);
    expect(sum(files)).toBeLessThan(150 * KB);

    // Something can be painted before any module has run.
    const [, body = ""] = document.split("<body>");
    expect(body).toContain('<span class="brand">Stocktake</span>');
  });
});
