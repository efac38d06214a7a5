import { type Browser, chromium, type Page } from "playwright-core";
import { serveOnLoopback } from "../../cli/loopback.ts";
import { layeredGraph } from "./graph.ts";

/** What the explorer takes in a browser, and what an empty page does in the same one. */

const FILE = "/usr/bin/chromium";
const ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const VIEWPORT = { width: 1440, height: 900 };
const TIMEOUT_MS = 60_000;
const EMPTY = "<!doctype html><title>Empty</title><p>Empty</p>";
const PAINT = `new Promise((done) => new PerformanceObserver((list) => {
  for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") done(startTime);
}).observe({ type: "paint", buffered: true }))`;

export interface InBrowser {
  /** Milliseconds to the first paint of the explorer, with nothing cached, and of an empty page. */
  paint(): Promise<{ readonly explorer: number; readonly empty: number }>;
  /** Milliseconds until a graph of so many nodes is drawn, as it first is. */
  graph(size: number): Promise<number>;
  /** Frames a second while a graph of so many nodes, all drawn, is dragged; and on an empty page while the pointer moves. */
  panning(size: number): Promise<{ readonly graph: number; readonly empty: number }>;
  close(): Promise<void>;
}

/** Opens a browser for the explorer at an address. */
export async function openBrowser(explorer: string): Promise<InBrowser> {
  const browser = await chromium.launch({ executablePath: FILE, args: ARGUMENTS });
  const headers = { "content-type": "text/html" };
  const empty = await serveOnLoopback(async () => new Response(EMPTY, { headers }), 0);
  return {
    paint: async () => ({
      explorer: await paintOf(browser, `${explorer}/`),
      empty: await paintOf(browser, `${empty.url}/`),
    }),
    graph: (size) =>
      inPage(browser, async (page) => {
        await openGraph(page, explorer, { size, grouped: true });
        // From the page's start to the frame after the graph is in it.
        return Number(
          await page.evaluate("new Promise((done) => requestAnimationFrame(() => done(performance.now())))"),
        );
      }),
    async panning(size) {
      const graph = await inPage(browser, async (page) => {
        await openGraph(page, explorer, { size, grouped: false });
        return framesWhileDragging(page);
      });
      const baseline = await inPage(browser, async (page) => {
        await page.goto(empty.url);
        return framesWhileDragging(page);
      });
      return { graph, empty: baseline };
    },
    async close() {
      await browser.close();
      await empty.close();
    },
  };
}

/** Lends a page of its own, with nothing cached. */
async function inPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    return await use(page);
  } finally {
    await context.close();
  }
}

function paintOf(browser: Browser, url: string): Promise<number> {
  return inPage(browser, async (page) => {
    await page.goto(url);
    return Number(await page.evaluate(PAINT));
  });
}

async function openGraph(
  page: Page,
  explorer: string,
  { size, grouped }: { readonly size: number; readonly grouped: boolean },
): Promise<void> {
  const json = layeredGraph(size);
  await page.route("**/v1/graph?*", (route) => route.fulfill({ json }));
  await page.goto(`${explorer}/#/lineage?node=n0&limit=5000${grouped ? "" : "&group=off"}`);
  await page.getByRole("group", { name: /^Graph of [\d,]+ nodes/ }).waitFor();
}

const COUNT_FRAMES = `(() => {
  const frames = { count: 0, from: performance.now() };
  const next = () => { frames.count += 1; requestAnimationFrame(next); };
  requestAnimationFrame(next);
  globalThis.countedFrames = frames;
})()`;
const FRAMES_A_SECOND = "1000 * countedFrames.count / (performance.now() - countedFrames.from)";
const DRAGS = 240;

/** Drags to and fro for some seconds, and answers how many frames a second there were. */
async function framesWhileDragging(page: Page): Promise<number> {
  const { width, height } = VIEWPORT;
  await page.mouse.move(width / 2, height / 2);
  await page.mouse.down();
  await page.evaluate(COUNT_FRAMES);
  for (let step = 1; step <= DRAGS; step += 1) {
    const turn = (step / DRAGS) * 4 * Math.PI;
    await page.mouse.move(width / 2 + 200 * Math.sin(turn), height / 2 + 100 * Math.sin(2 * turn));
  }
  const frames = Number(await page.evaluate(FRAMES_A_SECOND));
  await page.mouse.up();
  return frames;
}
