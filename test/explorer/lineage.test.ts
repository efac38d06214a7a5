import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { describeInBrowser, eventually } from "./browser.ts";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relation?: string;
  readonly itemId: string;
}
interface Node {
  readonly node: string;
  readonly name?: string;
  readonly type?: string;
  readonly depth: number;
}
interface Association {
  readonly SourceArn: string;
  readonly SourceName?: string;
}

/** Finds something out when it is first needed. */
function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find();
    return found;
  };
}

/** Only the nodes that are in sight are drawn. */
const WIDE = { width: 2_600, height: 1_400 };
const nodes = (page: Page) => page.locator("svg [data-node]");

describeInBrowser("the explorer's lineage", (explorer) => {
  const graphOf = async (query: Record<string, string>) => {
    const answer = await fetch(
      `${explorer.url}/v1/graph?${new URLSearchParams({ direction: "downstream", ...query })}`,
    );
    return (await answer.json()) as { nodes: Node[]; edges: Edge[]; asOf: string };
  };
  const associations = once(async () =>
    (await explorer.all("/v1/items?source=sagemaker.associations")).map(({ document }) => document as Association),
  );
  /** Where many a lineage begins: raw data. */
  const rawData = once(async () => {
    const raw = (await associations()).find(({ SourceName }) => SourceName?.endsWith("-events"));
    if (!raw?.SourceName) throw new Error("the account has no raw data");
    return { node: raw.SourceArn, name: raw.SourceName };
  });
  /** A data set of a single run, whose lineage is small. */
  const trainingSet = once(async () => {
    for (const { SourceArn, SourceName } of await associations()) {
      if (!SourceName || !/-train-\w{12}$/.test(SourceName)) continue;
      const { nodes } = await graphOf({ node: SourceArn, depth: "4" });
      if (nodes.length > 5 && nodes.length < 40) return { node: SourceArn, name: SourceName };
    }
    throw new Error("the account has no small lineage");
  });

  test("three clicks and a date show which data trained the model behind an endpoint", async () => {
    const [endpoint] = (await explorer.all("/v1/items?source=sagemaker.endpoints")) as {
      document: { EndpointArn: string; EndpointName: string };
      firstSeenAt: string;
    }[];
    if (!endpoint) throw new Error("the account has no endpoint");
    const { EndpointArn: node, EndpointName: name } = endpoint.document;
    const at = endpoint.firstSeenAt;
    const upstream = await graphOf({ node, direction: "upstream", depth: "4", limit: "500", at });
    const data = upstream.nodes.filter(({ type }) => type === "DataSet");
    expect(data.length).toBeGreaterThan(0);

    const page = await explorer.open();
    await page.getByRole("link", { name: "Which data trained the model behind an endpoint?" }).click();
    await page.getByRole("link", { name, exact: true }).click();
    const sets = page.locator("details.reached", { has: page.locator("summary", { hasText: /^Dataset \d+$/ }) });
    await sets.locator("summary").click();
    await page.getByLabel("As of UTC").fill(at.slice(0, 23).replace("T", " "));
    await page.getByLabel("As of UTC").press("Enter");
    const shown = () => sets.locator("li button").evaluateAll((all) => all.map((each) => each.getAttribute("title")));
    await eventually(async () => (await shown()).sort()).toEqual(data.map((each) => each.node).sort());

    // A name comes first, then what it is; a path leads there, and what it came from is counted however far away.
    const [first] = data;
    await sets
      .getByRole("button", { name: first?.name ?? "" })
      .first()
      .click();
    const about = page.getByRole("region", { name: first?.name ?? "" });
    await about
      .getByText(/^Dataset/)
      .first()
      .waitFor();
    await about.getByText("Path from the start").click();
    await about.getByText(/^[1-4] steps?/).waitFor();
    await about.locator(".path b").filter({ hasText: name }).first().waitFor();
    const impact = await fetch(`${explorer.url}/v1/impact?${new URLSearchParams({ node: first?.node ?? "", at })}`);
    const { count } = (await impact.json()) as { count: number };
    await about.getByText("All that depends on it").click();
    await about.getByText(`${count} nodes, in up to 10 steps.`).waitFor();
    await about.getByRole("link", { name: "Open the item" }).click();
    await page.getByRole("heading", { name: first?.name ?? "", level: 1 }).waitFor();
  });

  test("the search finds a node by part of its name, and by kind", async () => {
    const { name } = await trainingSet();
    const page = await explorer.open("#/lineage");
    await page.getByRole("searchbox").fill(name.slice(2));
    await page.getByRole("searchbox").press("Enter");
    await page.waitForURL((url) => url.hash.includes("find="));
    await page.getByRole("row", { name: new RegExp(`^${name} Dataset`) }).waitFor();
    await page.getByRole("link", { name: /^Processing job \d/ }).click();
    await page.waitForURL((url) => url.hash.includes("source=sagemaker.processing-jobs"));
    const jobs = await explorer.all("/v1/items?source=sagemaker.processing-jobs&fields=key");
    await page.getByText(`${jobs.length} nodes`, { exact: true }).waitFor();

    // Of an unknown name nothing is drawn; of a node without edges in one direction it is said where there are some.
    await page.goto(`${explorer.url}/#/lineage?node=no-such-node`);
    await page.getByText("Nothing is known of no-such-node: no listed item names it.").waitFor();
    expect(await nodes(page).count()).toBe(0);
    const [installed] = (await explorer.all("/v1/items?source=workspaces.image-associations")) as {
      edge: { to: string };
    }[];
    await page.goto(`${explorer.url}/#/lineage?node=${installed?.edge.to}&direction=out`);
    await page.getByRole("link", { name: "See the edges that lead to it" }).click();
    await eventually(() => nodes(page).count()).toBeGreaterThan(1);
  });

  test("the graph is laid out in layers, and every edge is labelled with its relation", async () => {
    const { node } = await trainingSet();
    const graph = await graphOf({ node, depth: "4" });
    const page = await explorer.open(`#/lineage?node=${node}`);
    await page.setViewportSize(WIDE);
    await eventually(() => nodes(page).count()).toBe(graph.nodes.length);
    const xs = Object.fromEntries(
      await nodes(page).evaluateAll((all) =>
        all.map((each) => [
          each.getAttribute("data-node"),
          Number(each.getAttribute("transform")?.match(/-?[\d.]+/)?.[0]),
        ]),
      ),
    ) as Record<string, number>;
    for (const { from, to } of graph.edges) expect(xs[from]).toBeLessThan(xs[to] ?? 0);
    const relations = new Set(await page.locator("text.edge-label").allTextContents());
    for (const { relation } of graph.edges) expect(relations).toContain(relation);
    const { name } = await trainingSet();
    await page.getByRole("button", { name: `Dataset ${name}`, exact: true }).waitFor();
    // On paper too, with the instant that it is as of.
    await page.emulateMedia({ media: "print" });
    expect((await page.locator(".canvas").boundingBox())?.height).toBeGreaterThan(300);
    expect(await page.getByText(/^\d+ nodes, .* as of/).isVisible()).toBe(true);
    expect(await page.getByRole("button", { name: "Expand upstream" }).isVisible()).toBe(false);
    await page.emulateMedia({ media: "screen" });
    await page.getByText("As a table").click();
    await expect
      .poll(() => page.getByRole("region", { name: "Edges" }).locator("tbody tr").count())
      .toBe(graph.edges.length);
  });

  test("a click or a key expands a node, and the address links to the expanded graph", async () => {
    const { node } = await trainingSet();
    const page = await explorer.open(`#/lineage?node=${node}&depth=1`);
    await eventually(() => nodes(page).count()).toBeGreaterThan(1);
    const before = await nodes(page).count();
    await page.locator("[data-expand]").first().click();
    await page.waitForURL((url) => url.hash.includes("expand=downstream"));
    await eventually(() => nodes(page).count()).toBeGreaterThan(before);

    await page.locator(`[data-node="${node}"]`).focus();
    await page.keyboard.press("ArrowRight");
    const focused = () => page.evaluate("document.activeElement.dataset.node");
    await eventually(focused).not.toBe(node);
    const next = await focused();
    expect((await graphOf({ node })).edges.map(({ to }) => to)).toContain(next);
    await page.keyboard.press("ArrowLeft");
    await eventually(focused).toBe(node);
    await page.getByRole("button", { name: "+ Upstream" }).click();
    await page.waitForURL((url) => url.hash.includes("expand=upstream"));
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.getByRole("button", { name: "Fit" }).click();

    const laidOut = /^\d+ nodes?, \d+ edges?, as of [\d: -]+$/;
    const expected = await page.getByText(laidOut).textContent();
    const linked = await explorer.open(new URL(page.url()).hash);
    await eventually(() => linked.getByText(laidOut).textContent()).toBe(expected);
  });

  test("the graph is drawn as of any instant, and the player steps through its changes", async () => {
    const { node } = await rawData();
    const changes = (await explorer.all("/v1/changes?source=sagemaker.associations")) as { at: string }[];
    const instants = [...new Set(changes.map(({ at }) => at))].sort();
    const early = await graphOf({ node, depth: "2", at: instants[0] ?? "" });
    const page = await explorer.open("#/lineage");
    const asked = new Set<string>();
    page.on("request", (request) => asked.add(new URL(request.url()).pathname));
    await page.goto(`${explorer.url}/#/lineage?node=${node}&depth=2&at=${instants[0]}`);
    await page.getByText(`${early.nodes.length} nodes, ${early.edges.length} edges, as of`).waitFor();

    await page.getByRole("button", { name: "Play through time" }).click();
    await page.getByLabel("Period").selectOption("all");
    await page.getByText(/^\d+ of ([2-9]|\d\d+), /).waitFor();
    const slider = page.getByRole("slider", { name: "Instant" });
    const steps = Number(await slider.getAttribute("max")) + 1;

    await slider.focus();
    await page.keyboard.press("Home");
    await page.getByText(new RegExp(`^1 of ${steps}, `)).waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText(new RegExp(`^${steps} of ${steps}, `)).waitFor({ timeout: 120_000 });
    const late = await graphOf({ node, depth: "2" });
    await page.getByText(`${late.nodes.length} nodes, ${late.edges.length} edges, as of`).waitFor();

    // At its end it stands still: now step by step. Whichever way, what changed is said in the order of time.
    await slider.focus();
    await page.keyboard.press("Home");
    const shown = async (index: number) => {
      const line = page.getByText(new RegExp(`^${index} of ${steps}, `));
      await line.waitFor();
      const [, instant = "", changed = ""] =
        /, ([\d-]+ [\d:]{8})(?:: (.*))?/.exec((await line.textContent()) ?? "") ?? [];
      return { instant, changed };
    };
    const first = await shown(1);
    await page.keyboard.press("ArrowRight");
    const second = await shown(2);
    expect(second.changed).toMatch(/edges? (appeared|gone)/);
    await page.getByRole("heading", { name: `Since ${first.instant}`, exact: true }).waitFor();
    await page.keyboard.press("ArrowLeft");
    await page.getByText(`1 of ${steps}, ${first.instant}; until ${second.instant} ${second.changed}`).waitFor();
    await page.getByRole("heading", { name: `Since ${first.instant}, until ${second.instant}` }).waitFor();
    expect(page.url()).toContain("play=");
    // What changed within a group is told beside it; sooner or later an edge that is drawn comes or goes.
    const changed = page.locator(".edge-line.new, .edge-line.gone");
    for (let index = 2; index <= steps && (await changed.count()) === 0; index += 1) {
      await page.keyboard.press("ArrowRight");
      await shown(index);
    }
    expect(await changed.count()).toBeGreaterThan(0);

    // An item that was there at one instant need not be at another: names come with the graph, never from items.
    await page.getByRole("region", { name: "Since" }).getByRole("button").first().waitFor();
    expect(asked).toContain("/v1/graph");
    expect([...asked].filter((path) => path.startsWith("/v1/items/"))).toEqual([]);
  });

  test("the graph is exported as a self-contained SVG", async () => {
    const { node, name } = await trainingSet();
    const graph = await graphOf({ node, depth: "4" });
    const page = await explorer.open(`#/lineage?node=${node}`);
    await page.getByRole("heading", { name, level: 1 }).waitFor();
    await page.setViewportSize(WIDE);
    await eventually(() => nodes(page).count()).toBe(graph.nodes.length);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Export SVG" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^lineage-.*\.svg$/);
    const svg = await readFile(await download.path(), "utf8");
    const parsed = await page.evaluate(`(() => {
      const read = new DOMParser().parseFromString(${JSON.stringify(svg)}, "image/svg+xml");
      return { root: read.documentElement.localName, nodes: read.querySelectorAll("g > rect:first-of-type").length, scripts: read.querySelectorAll("script, image, foreignObject").length };
    })()`);
    expect(parsed).toEqual({ root: "svg", nodes: graph.nodes.length, scripts: 0 });
    expect(svg).not.toContain("var(--");

    // Left in the middle of a movement, it does not go on moving: an error in the page would fail the test.
    await page.evaluate(`(() => {
      const canvas = document.querySelector(".viewport");
      canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -180, clientX: 500, clientY: 500, cancelable: true }));
      location.hash = "#/items";
    })()`);
    await page.locator("tbody tr").first().waitFor();
  });

  test("a graph of thousands of nodes can be read, searched and moved", async () => {
    const page = await explorer.open("#/lineage");
    let graph = bigGraph(5_000);
    await page.route("**/v1/graph?*", (route) => route.fulfill({ json: graph }));
    await page.goto(`${explorer.url}/#/lineage?node=n0&limit=5000`);
    // Nodes that are alike are drawn as one, so that its eight layers can be read.
    const groups = page.getByRole("button", { name: /^Group \d+ nodes$/ });
    await groups.first().waitFor({ timeout: 120_000 });
    await page.getByRole("group", { name: /^Graph of 8 nodes and \d+ edges\./ }).waitFor();
    await page.getByRole("searchbox", { name: "Find in graph" }).fill("N4321");
    await page.getByRole("searchbox", { name: "Find in graph" }).press("Enter");
    await page.getByText("1 of 1", { exact: true }).waitFor();
    await page.getByRole("heading", { name: "n4321", level: 2 }).waitFor();
    await page.locator(".node.group.chosen").focus();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.hash.includes("open="));
    await page.getByRole("group", { name: /^Graph of 7\d\d nodes/ }).waitFor({ timeout: 120_000 });

    graph = bigGraph(2_000);
    await page.goto(`${explorer.url}/#/lineage?node=n0&limit=2000&group=off`);
    await page.getByRole("group", { name: /^Graph of 2,000 nodes/ }).waitFor({ timeout: 120_000 });
    expect(await nodes(page).count()).toBeLessThan(600);

    await page.getByRole("button", { name: "Fit" }).click();
    await page.locator(".viewport path.far-node").first().waitFor();
    await page.mouse.move(500, 500);
    // What makes it usable: however one zooms, the document has few of the 18,000 elements that all of it would be.
    // Each round begins at another zoom, since what is drawn depends on where the last drawing was.
    const most = await page.evaluate(`new Promise((resolve) => {
      const svg = document.querySelector(".viewport");
      const wheel = (deltaY) =>
        svg.dispatchEvent(new WheelEvent("wheel", { deltaY, clientX: 500, clientY: 500, bubbles: true, cancelable: true }));
      let most = 0, turn = 0;
      const step = () => {
        most = Math.max(most, svg.querySelectorAll("*").length);
        if (turn === 120) return resolve(most);
        const [round, at] = [Math.floor(turn / 30), turn % 30];
        if (at === 0) wheel(-45 * round);
        wheel(at < 16 ? -180 : 180);
        turn += 1;
        requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
    })`);
    expect(most).toBeLessThan(4_000);
    await page.getByRole("button", { name: "Fit" }).click();
    await page.locator(`[data-node="n0"]`).focus();
    await page.keyboard.press("ArrowRight");
    await eventually(() => page.evaluate("document.activeElement.dataset.node")).toMatch(/^n[1-9]/);
  });
});

/** Nodes in seven layers, each fed by one to three of the layer before, and one of them by very many. */
function bigGraph(size: number) {
  const layer = Math.ceil(size / 7);
  const nodes = Array.from({ length: size }, (_, index) => ({ node: `n${index}`, depth: Math.ceil(index / layer) }));
  const edges: Edge[] = [];
  for (let index = 1; index < size; index += 1) {
    for (let nth = 0; nth <= (index * 7) % 3; nth += 1) {
      const from = index <= layer ? 0 : index - layer + ((index * 13 + nth * 31) % 9) - 4;
      edges.push({
        from: `n${Math.max(0, from)}`,
        to: `n${index}`,
        relation: "ContributedTo",
        itemId: `${index}-${nth}`,
      });
    }
  }
  return { nodes, edges, truncated: false, asOf: new Date().toISOString() };
}
