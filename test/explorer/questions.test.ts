import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { DAY, describeInBrowser, eventually, NOW, TODAY } from "./browser.ts";

/* What people come to ask, each answered within three actions, on a large screen and on a phone. */

const MAX_ACTIONS = 3;
const LARGE = { viewport: { width: 1440, height: 900 }, colorScheme: "light" } as const;
const PHONE = { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true } as const;

const iso = (ms: number) => new Date(ms).toISOString();

/** A reader, whose actions are counted. */
interface Reader {
  readonly page: Page;
  act(action: () => Promise<void>): Promise<void>;
}

describeInBrowser("the explorer's questions", (explorer) => {
  /** Asks a question at both sizes at once. Its view is there in the other colours as well, and as wide as the screen. */
  async function ask(question: (reader: Reader) => Promise<void>): Promise<void> {
    const one = async (look: typeof LARGE | typeof PHONE) => {
      const page = await explorer.open("", look);
      let actions = 0;
      await question({
        page,
        async act(action) {
          actions += 1;
          expect(actions).toBeLessThanOrEqual(MAX_ACTIONS);
          await action();
        },
      });
      await page.emulateMedia({ colorScheme: look.colorScheme === "dark" ? "light" : "dark" });
      await page.getByRole("heading", { level: 1 }).waitFor();
      await eventually(() => page.evaluate("document.documentElement.scrollWidth")).toBe(look.viewport.width);
    };
    await Promise.all([one(LARGE), one(PHONE)]);
  }

  const type = (page: Page, text: string) => async () => {
    await page.getByRole("button", { name: /^Search/ }).click();
    await page.getByRole("combobox", { name: "Search" }).fill(text);
  };

  /** The number that a view's status line begins with, once it is as expected. */
  const states = (page: Page, what: RegExp) => {
    const line = page.locator("main .lead[role=status]").filter({ hasText: what });
    return eventually(async () => Number.parseInt(((await line.textContent()) ?? "").replaceAll(",", ""), 10));
  };

  test("which models did a data set feed?", async () => {
    const associations = (await explorer.all("/v1/items?source=sagemaker.associations")) as {
      document: { SourceArn: string; SourceName?: string };
    }[];
    const raw = associations.find(({ document }) => document.SourceName?.endsWith("-events"))?.document;
    if (!raw?.SourceName) throw new Error("the account has no raw data");
    const { SourceArn: node, SourceName: name } = raw;
    const query = new URLSearchParams({ node, direction: "downstream", depth: "4", limit: "500" });
    const graph = (await (await fetch(`${explorer.url}/v1/graph?${query}`)).json()) as {
      nodes: { node: string; type?: string }[];
    };
    const fed = graph.nodes.filter(({ type }) => type?.toLowerCase() === "model").map((each) => each.node);
    expect(fed.length).toBeGreaterThan(0);
    await ask(async ({ page, act }) => {
      await act(() => page.getByRole("link", { name: "What did a data set feed?" }).click());
      await act(() => page.getByRole("link", { name, exact: true }).click());
      const models = page.locator("details.reached", { has: page.locator("summary", { hasText: /^Model \d+$/ }) });
      await act(() => models.locator("summary").click());
      const shown = () =>
        models.locator("li button").evaluateAll((all) => all.map((each) => each.getAttribute("title")));
      await eventually(async () => (await shown()).sort()).toEqual([...fed].sort());
    });
  });

  test("what changed in the last hour?", async () => {
    const changes = await explorer.all(`/v1/changes?initial=false&since=${iso(NOW - DAY / 24)}`);
    expect(changes.length).toBeGreaterThan(0);
    await ask(async ({ page, act }) => {
      await act(() => page.getByRole("link", { name: "What changed in the last hour?" }).click());
      await states(page, /changes? since/).toBe(changes.length);
      await eventually(() => page.locator(".changes > li").count()).toBe(Math.min(50, changes.length));
    });
  });

  test("which memberships ended?", async () => {
    const now = new Date(NOW);
    const month = (offset: number) => iso(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
    const ended = (await explorer.all("/v1/items?source=cleanrooms.memberships"))
      .map(({ document }) => document as { status: string; updateTime: string; collaborationName: string })
      .filter(({ status }) => ["REMOVED", "COLLABORATION_DELETED"].includes(status))
      .filter(({ updateTime }) => updateTime >= month(-1) && updateTime < month(0));
    expect(ended.length).toBeGreaterThan(1);
    await ask(async ({ page, act }) => {
      await act(() => page.getByRole("link", { name: "Which memberships ended last month?" }).click());
      await states(page, /^\d+ items?, as of/).toBe(ended.length);
      for (const { collaborationName } of ended) {
        await page.getByRole("link", { name: collaborationName, exact: true }).first().waitFor();
      }
    });
  });

  test("was something there at an instant?", async () => {
    const removals = (await explorer.all("/v1/changes?kind=removed&source=sagemaker.associations")) as {
      at: string;
      document: { SourceName?: string; DestinationName?: string };
    }[];
    const removal = removals.find(({ document }) => document.SourceName && document.DestinationName);
    if (!removal) throw new Error("no association was removed");
    const { SourceName, DestinationName } = removal.document;
    await ask(async ({ page, act }) => {
      // A second in which the API may answer that there is nothing.
      const askAt = (ms: number) => async () => {
        await page.getByLabel("As of UTC").fill(`${iso(ms).slice(0, 19)}.404`.replace("T", " "));
        await page.getByLabel("As of UTC").press("Enter");
      };
      await act(type(page, `${SourceName} ${DestinationName}`));
      await act(() =>
        page.getByRole("option", { name: `Removed Relation ${SourceName} → ${DestinationName} ` }).click(),
      );
      await page.getByText("It was there, as of").waitFor();
      await act(askAt(Date.parse(removal.at) + 1_000));
      await page.getByText("It was not there any more: removed").waitFor();
      // Before the first sync nobody knows.
      await askAt(TODAY - 90 * DAY)();
      await page.getByText("Not recorded yet:").waitFor();
    });
  });

  test("which image has an application?", async () => {
    const all = (await explorer.all("/v1/items?source=workspaces.image-associations")).map(
      ({ document }) => document as { AssociatedResourceId: string },
    );
    const [{ AssociatedResourceId: application } = { AssociatedResourceId: "" }] = all;
    const images = all.filter(({ AssociatedResourceId }) => AssociatedResourceId === application);
    await ask(async ({ page, act }) => {
      await act(() => page.getByRole("link", { name: "Which image has an application?" }).click());
      await act(() => page.getByRole("button", { name: application, exact: true }).first().click());
      await states(page, /^\d+ items?, as of/).toBe(images.length);
    });
  });

  test("what has this part of a name?", async () => {
    const [name = ""] = (await explorer.all("/v1/items?source=cleanrooms.memberships")).map(
      ({ document }) => (document as { collaborationName: string }).collaborationName,
    );
    await ask(async ({ page, act }) => {
      await act(type(page, name.slice(2).toUpperCase()));
      await act(() =>
        page
          .getByRole("option", { name: `Membership ${name} cleanrooms.memberships` })
          .first()
          .click(),
      );
      await page.getByRole("heading", { name, level: 1 }).waitFor();
    });
  });
});
