import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, eventually } from "./browser.ts";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { html: string; failureSummary: string }[];
}

/** What a view may load of the API before it is used. */
const MAX_FIRST_BYTES = 200_000;
const BYTES_ANSWERED = `performance.getEntriesByType("resource").filter(({ name }) => name.includes("/v1/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`;

/** The rules that depend on colours. All others find the same in the light and in the dark. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];
/** What is listed is alike: the first of it stand for all. */
const FEW_ROWS = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":is(tbody > tr, .changes > li, .cards > *, .days > *, .tags > *):nth-child(n + 9) { display: none !important }");
  document.adoptedStyleSheets.push(sheet);
})()`;

/** What axe-core finds wrong, by all of its rules or by those about colours, as lines. */
async function violations(page: Page, rules: "all" | "colours"): Promise<string[]> {
  // Half a megabyte, which a page is sent once.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(`(() => { ${axe.source} })()`);
  const only = rules === "colours" && { runOnly: COLOUR_RULES };
  const options = JSON.stringify({ resultTypes: ["violations"], preload: false, ...only });
  // Only these leave the page: all results of a run take longer to send than to find.
  const found = (await page.evaluate(
    `axe.run(document, ${options}).then(({ violations }) => violations.map(({ id, nodes }) =>
      ({ id, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  )) as readonly Violation[];
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

describeInBrowser("the explorer's accessibility", (explorer) => {
  const views = async () => {
    const [association] = await explorer.all("/v1/items?source=sagemaker.associations&fields=edge");
    const [change] = await explorer.all("/v1/changes?source=cleanrooms.memberships&kind=modified");
    const { edge } = association as { edge: { from: string } };
    return {
      overview: { view: "", ready: ".latest li" },
      items: {
        view: "#/items?source=sagemaker.associations&filter[AssociationType]=Produced&sort=changedAt",
        ready: "tbody tr",
      },
      item: { view: `#/items/${(change as { id: string }).id}`, ready: ".differences" },
      syncs: { view: "#/syncs", ready: "tbody tr" },
      changes: { view: "#/changes?source=cleanrooms.memberships", ready: ".changes li" },
      compare: { view: "#/compare", ready: ".changes li" },
      "where lineage starts": { view: "#/lineage", ready: "tbody tr" },
      lineage: { view: `#/lineage?node=${edge.from}&depth=2&play=35d`, ready: "svg [data-node]" },
      "an error": { view: "#/items?account=wanted-problem", ready: "[role=alert]" },
    };
  };

  test("axe finds no violation in any view, light and dark, wide and narrow; none loads more than it shows", {
    timeout: 400_000,
  }, async () => {
    const wrong: string[] = [];
    for (const [name, { view, ready }] of Object.entries(await views())) {
      const note = (how: string, found: readonly string[]) =>
        wrong.push(...found.map((each) => `${name}, ${how}: ${each}`));
      const page = await explorer.open(view);
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.locator(ready).first().waitFor();
      // The player reads a history, once it is asked to.
      const answered = Number(await page.evaluate(BYTES_ANSWERED));
      if (answered > MAX_FIRST_BYTES && !view.includes("play=")) note("first", [`${answered} bytes`]);
      if (name === "items") await page.getByText("Counts by value").click();
      if (name === "changes") await page.getByText("Calendar", { exact: true }).click();
      if (name === "an error") await page.keyboard.press("/");
      await page.evaluate(FEW_ROWS);
      note("wide, light", await violations(page, "all"));
      await page.emulateMedia({ colorScheme: "dark" });
      note("wide, dark", await violations(page, "colours"));
      await page.setViewportSize({ width: 390, height: 844 });
      note("narrow, dark", await violations(page, "colours"));
      await page.emulateMedia({ colorScheme: "light" });
      note("narrow, light", await violations(page, "all"));
      const width = await page.evaluate("document.documentElement.scrollWidth");
      if (Number(width) > 390) note("narrow", [`${width} px wide`]);
      await page.close();
    }
    expect(wrong).toEqual([]);
  });

  test("every view works with the keyboard alone", async () => {
    const page = await explorer.open();
    await page.locator(".card").first().waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    expect(new URL(page.url()).hash).toBe("");
    const link = page.getByRole("link", { name: "Changes", exact: true });
    await link.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Changes", level: 1 }).waitFor();
    // A new view has the focus, and its name is the page's title.
    await eventually(() => page.evaluate("document.activeElement.id")).toBe("main");
    expect(await page.title()).toBe("Changes · Stocktake");
    await page.locator(".changes > li summary").first().waitFor();
    for (let presses = 0; presses < 40; presses += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate("document.activeElement.matches('.changes summary')")) break;
    }
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Open the item" }).waitFor();
  });

  test("what the reader chose is remembered: colours, the zone of times, and views", async () => {
    const page = await explorer.open("", { colorScheme: "light", timezoneId: "Australia/Brisbane" });
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.getByText("Settings").click();
    await page.getByRole("combobox", { name: "Colours" }).selectOption("dark");
    await eventually(background).not.toBe(light);
    const dark = await background();
    await page.reload();
    expect(await background()).toBe(dark);
    // Paper is white.
    await page.emulateMedia({ media: "print" });
    expect(await background()).toBe("rgb(255, 255, 255)");
    expect(await page.evaluate("getComputedStyle(document.documentElement).colorScheme")).toBe("light");
    await page.emulateMedia({ media: "screen" });
    await page.getByText("Settings").click();
    await page.getByRole("combobox", { name: "Colours" }).selectOption("auto");
    await eventually(background).toBe(light);

    // Between a phone and a desk the bar fits as well.
    for (const width of [660, 900]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    }

    // So are the zone of times, and views that were named.
    await page.getByRole("combobox", { name: "Times" }).selectOption("local");
    await page.getByText("Times are Australia/Brisbane.").waitFor();
    await page.goto(`${explorer.url}/#/changes?since=2026-02-01T00:00:00.000Z`);
    await eventually(() => page.getByLabel("Since Australia/Brisbane").inputValue()).toBe("2026-02-01 10:00:00");
    await page.getByText("Saved views").click();
    await page.getByRole("textbox", { name: "Name of this view" }).fill("February");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.goto(`${explorer.url}/#/items`);
    await page.reload();
    await page.getByText("Saved views").click();
    await page.getByRole("link", { name: "February" }).click();
    await page.getByLabel("Since Australia/Brisbane").fill("2026-02-03 00:00");
    await page.getByLabel("Since Australia/Brisbane").press("Enter");
    await page.waitForURL((url) => url.hash.includes("since=2026-02-02T14:00:00.000Z"));

    // A name that is taken replaces its view; forgetting one leaves the keyboard in the menu.
    await page.getByText("Saved views").click();
    const name = page.getByRole("textbox", { name: "Name of this view" });
    await name.fill("February");
    await page.getByRole("button", { name: "Replace" }).waitFor();
    await page.getByRole("button", { name: "Forget February" }).click();
    await eventually(() => page.evaluate("document.activeElement.ariaLabel")).toBe("Name of this view");
    // A browser that refuses to keep anything is said to, and the view is there until the page is left.
    await page.evaluate("Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }");
    await name.press("Enter");
    await page.getByText("This browser refuses to keep views.").waitFor();
    await page.getByRole("link", { name: "February" }).waitFor();
  });
});
