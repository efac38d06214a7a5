import { copyFileSync } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { serveApi } from "../../cli/api-server.ts";
import type { LoopbackServer } from "../../cli/loopback.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { newFolder } from "../cli/cli.ts";
import { CHROMIUM, describeWith } from "../installed.ts";
import { onceInARun } from "../once-in-a-run.ts";
import { makeHistory } from "./history.ts";

/** The explorer in a real browser, over a store that the real engine filled. */

const ARGUMENTS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

const VIEWPORT = { width: 1280, height: 860 };

export interface Explorer {
  readonly url: string;
  /** What is served, to be changed by a file's last test. */
  readonly store: Store;
  /** Opens a view, `#/items?…`, in a page of its own that is closed, and looked over, after the test. */
  open(view?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Everything of a list of the API. */
  all(path: string): Promise<Record<string, unknown>[]>;
}

export const DAY = 86_400_000;

/**
 * What time it is, for the browser and for the API: always the same, and the most awkward there is. A day, a month and a
 * February have just begun to be the last ones. EXPLORER_NOW sets another.
 */
export const NOW = Date.parse(process.env.EXPLORER_NOW ?? "2026-03-01T00:00:40Z");
export const TODAY = Math.floor(NOW / DAY) * DAY;

/** Playwright's own clock would also stand in for `performance`, which then knows of no paint. */
const STANDING_CLOCK = `globalThis.Date = class extends Date {
  constructor(...values) { super(...(values.length > 0 ? values : [${NOW}])); }
  static now() { return ${NOW}; }
}`;

/** When the account was synced: on three days of last month, twice yesterday, and twice just now. */
function usualInstants(): number[] {
  const date = new Date(NOW);
  const lastMonth = (day: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, day, 9, 30);
  return [
    ...[lastMonth(12), lastMonth(14), lastMonth(16)],
    ...[TODAY - 0.6 * DAY, TODAY - 0.2 * DAY],
    ...[NOW - 90_000, NOW - 20_000],
  ];
}

/** The file of the history that all these tests look at. */
async function usualHistory(): Promise<string> {
  const { file } = await onceInARun("history", async (folder) => {
    const file = path.join(folder, "history.db");
    await makeHistory(file, { instants: usualInstants(), associations: 360, images: 3, drift: 12 });
    return { file };
  });
  return file;
}

/** Expects something of a page that may take a moment. */
export function eventually<T>(find: () => T) {
  return expect.poll(find, { timeout: 120_000 });
}

/** Declares tests that need a browser. */
export function describeInBrowser(name: string, declare: (explorer: Explorer) => void): void {
  describeWith([CHROMIUM], name, () => declare(explorerForTests()));
}

function explorerForTests(): Explorer {
  let folder: Awaited<ReturnType<typeof newFolder>>;
  let store: Store;
  let server: LoopbackServer;
  let browser: Browser;
  let context: BrowserContext;
  const opened: { page: Page; wrong: string[] }[] = [];

  const newContext = async (options?: BrowserContextOptions) => {
    const own = await browser.newContext({ viewport: VIEWPORT, ...options });
    await own.addInitScript(STANDING_CLOCK);
    return own;
  };

  beforeAll(async () => {
    folder = await newFolder();
    const file = path.join(folder.folder, "history.db");
    copyFileSync(await usualHistory(), file);
    store = createSqliteStore(file, { now: () => NOW, retentionDays: 400 });
    server = await serveApi(store, { port: 0, retentionDays: 400 });
    browser = await chromium.launch({ executablePath: CHROMIUM.file, args: ARGUMENTS });
    context = await newContext();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await store?.close();
    await folder?.remove();
  });
  afterEach(async () => {
    const wrong = opened.flatMap((each) => each.wrong);
    for (const { page } of opened.splice(0)) {
      await page.close();
      if (page.context() !== context) await page.context().close();
    }
    expect(wrong, "what went wrong in the page").toEqual([]);
  });

  return {
    get store() {
      return store;
    },
    get url() {
      return server.url;
    },
    async open(view = "", options = undefined) {
      const own = options ? await newContext(options) : context;
      const page = await own.newPage();
      page.setDefaultTimeout(120_000);
      opened.push({ page, wrong: watch(page, server.url) });
      await page.goto(`${server.url}/${view}`);
      return page;
    },
    async all(path) {
      const found: Record<string, unknown>[] = [];
      for (let cursor = "", end = false; !end; ) {
        const next = `${server.url}${path}${path.includes("?") ? "&" : "?"}limit=1000${cursor && `&cursor=${cursor}`}`;
        const page = (await (await fetch(next)).json()) as { items: Record<string, unknown>[]; nextCursor?: string };
        found.push(...page.items);
        cursor = page.nextCursor ?? "";
        end = !page.nextCursor;
      }
      return found;
    },
  };
}

/** Notes every console error, uncaught error and request to another host. A problem that a test wants names itself, or its instant. */
function watch(page: Page, url: string): string[] {
  const wrong: string[] = [];
  page.on("console", (message) => {
    const wanted = /wanted-problem|\.404Z/.test(decodeURIComponent(message.location().url));
    if (["error", "warning"].includes(message.type()) && !wanted) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`uncaught: ${error.message}`));
  page.on("request", (request) => {
    const own = request.url().startsWith(`${url}/`) || request.url().startsWith("blob:");
    if (!own) wrong.push(`request: ${request.url()}`);
  });
  return wrong;
}
