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
  test("paints the document alone, and then requests everything else at once", async () => {
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
    expect(loaded.filter(({ blocks }) => blocks)).toEqual([]);
    expect(Buffer.byteLength(document)).toBeLessThan(40 * KB);
    expect(document).not.toMatch(/@import|url\(|<script[^>]+src/);

    // The document names every file, so none is found only by reading another, and none is fetched twice.
    const places = files.map(({ path }) => path).filter((path) => path !== "/");
    expect(places.filter((path) => !named.has(path))).toEqual([]);
    expect(new Set(places).size).toBe(places.length);
    expect(sum(files)).toBeLessThan(153 * KB);

    // The frame of the views is painted before any module has run, just as the module then draws it.
    const [, nav = ""] = /<nav[^>]*>(.*?)<\/nav>/s.exec(document) ?? [];
    expect([...nav.matchAll(/href="([^"]+)">([^<]+)/g)].map(([, ...link]) => link)).toEqual(
      await page
        .locator("nav[aria-label=Views] a")
        .evaluateAll((all) => all.map((each) => [each.getAttribute("href"), each.textContent])),
    );
    expect(document).toContain('<div class="skeleton"');
  });
});
