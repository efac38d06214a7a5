import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { createLocalApi } from "../../cli/local-api.ts";
import { collectionOf, ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import type { CollectionRecord } from "../../functions/model/collection-record.ts";
import { NO_COUNTS } from "../../functions/model/counters.ts";
import { instantOf } from "../../functions/model/instant.ts";
import { initialState, type ScopeState } from "../../functions/model/scope-state.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Store } from "../../functions/store/port.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import { DAY, describeInBrowser, eventually, NOW, TODAY } from "./browser.ts";
import { syncSource } from "./history.ts";

const iso = (ms: number) => new Date(ms).toISOString();
const rows = (page: Page) => page.locator("main tbody tr");
/** The number that a view's status line begins with, once it has one. */
async function stated(page: Page, what: RegExp): Promise<number> {
  const line = page.locator("main .lead[role=status]").filter({ hasText: what });
  await line.waitFor();
  return Number.parseInt(((await line.textContent()) ?? "").replaceAll(",", ""), 10);
}

/** What is recorded of 40 accounts' 10 regions and every source in each, some of which fail, have pending removals or are stale. */
function fleet() {
  const states = new Map<string, ScopeState>();
  const records: CollectionRecord[] = [];
  const targets = Array.from({ length: 400 }, (_, n) => ({
    account: String(111_111_111_111 + Math.floor(n / 10)),
    region: `eu-west-${n % 10}`,
  }));
  for (const { id } of SOURCES) {
    for (const target of targets) {
      const n = records.length;
      const collection = collectionOf(id, target);
      const at = instantOf(NOW - (n % 3_000) * 1_000);
      const error = n % 499 === 0 && ({ code: "denied", message: "not authorized to list it ".repeat(8) } as const);
      const pending = n % 997 === 0 && {
        count: 12,
        reason: "12 of 20 items disappeared at once",
        since: at,
        sample: [],
      };
      const lastCompleteAt = n % 811 === 0 ? instantOf(NOW - 9 * DAY) : at;
      states.set(collection, {
        ...{
          ...initialState(collection, ENTIRE_COLLECTION),
          count: 20,
          committedAt: at,
          lastCompleteAt,
          lastAttemptAt: at,
        },
        ...{
          outcome: error ? "failed" : pending ? "held" : "complete",
          ...(error && { error }),
          ...(pending && { pending }),
        },
        unchanged: { since: at, until: at, count: 3 },
      });
      records.push({
        ...{ collection, revision: 1, status: "active", nextAt: NOW, freshAt: lastCompleteAt, committedAt: at },
        ...{
          totals: { items: 20, ...(error && { failed: 1 }) },
          syncedAt: Date.parse(at),
          ...(pending && { pending: 12 }),
        },
      });
    }
  }
  records.sort((a, b) => (a.collection < b.collection ? -1 : 1));
  return { states, records };
}

/** A store that has a fleet, beside what another one has. */
function fleetOf(store: Store, { states, records }: ReturnType<typeof fleet>): Store {
  return {
    ...store,
    collectionRecords: async () => records,
    scopeStates: async (collection) => [states.get(collection)].filter((state) => state !== undefined),
    async syncs(collection) {
      const startedAt = states.get(collection)?.committedAt ?? "";
      const sync = { ...NO_COUNTS, collection, scope: "all", startedAt, kind: "full", outcome: "complete" } as const;
      return { syncs: [{ ...sync, at: startedAt, listed: 20, modified: 1, durationMs: 900 }] };
    },
  };
}

describeInBrowser("the explorer's lists", (explorer) => {
  test("the overview shows every source, its count, freshness, outcome and activity", async () => {
    const page = await explorer.open();
    for (const { id, operation } of SOURCES) {
      const card = page.getByRole("region", { name: id, exact: true });
      const items = await explorer.all(`/v1/items?source=${id}&fields=key`);
      await card
        .locator(".figure")
        .getByText(new RegExp(`^${items.length.toLocaleString("en")} `))
        .waitFor();
      await card.getByText(operation).waitFor();
      await card.getByText("complete", { exact: true }).waitFor();
      await card.getByRole("img", { name: /the last .*: \d+ added, \d+ modified, \d+ removed/ }).waitFor();
    }
    expect(await page.locator(".latest li").count()).toBeGreaterThan(3);
  });

  test("pending removals, failed syncs and what is unavailable are told apart", async () => {
    const page = await explorer.open("#/items");
    await page.route("**/v1/collections?*", async (route) => {
      // As if nothing were asked for but all of them.
      const answer = await route.fetch({ url: `${explorer.url}/v1/collections?limit=3` });
      const body = (await answer.json()) as {
        items: Record<string, unknown>[];
        totals: { pending: number; conditions: Record<string, number> };
      };
      const scope = { id: "all", items: 20, stale: false, syncing: false };
      const [held, failing, lacking] = body.items;
      const pending = { count: 12, reason: "12 of 20 would be removed", since: "2026-03-01T12:00:00.000Z" };
      Object.assign(held ?? {}, { condition: "held", scopes: [{ ...scope, held: pending }] });
      const denied = { code: "denied", message: "<b>not allowed</b>" };
      Object.assign(failing ?? {}, { condition: "failed", scopes: [{ ...scope, error: denied }] });
      const lack = { code: "unsupported", message: "not enabled" };
      Object.assign(lacking ?? {}, { condition: "unavailable", scopes: [{ ...scope, error: lack }] });
      body.totals.pending = 12;
      Object.assign(body.totals.conditions, { held: 1, failed: 1, unavailable: 1 });
      await route.fulfill({ response: answer, json: body });
    });
    await page.goto(`${explorer.url}/#/`);
    await page
      .getByText("12 pending removals in scope all since 2026-03-01 12:00:00: 12 of 20 would be removed")
      .waitFor();
    await page.getByText("denied: <b>not allowed</b>", { exact: true }).waitFor();
    await page.getByText("removals pending", { exact: true }).waitFor();
    await page.locator(".outcome-failed").waitFor();
    await page.getByText("Nothing to list here, tried daily: not enabled").waitFor();
    await page.getByText("1 failing").waitFor();
    await page.getByText("1 unavailable in the account").waitFor();

    await page.getByRole("link", { name: "12 removals pending" }).click();
    await page
      .getByText(
        "npx stocktake sync --region eu-west-1 --source cleanrooms.collaborations --approve-removals cleanrooms.collaborations",
      )
      .waitFor();
    await page.getByRole("combobox", { name: "Source" }).selectOption("workspaces.images");
    const syncs = await explorer.all("/v1/syncs?source=workspaces.images");
    await eventually(() => rows(page).count()).toBe(syncs.length);
  });

  test("one click shows what changed yesterday, and in the last hour", async () => {
    const page = await explorer.open();
    await page.getByRole("link", { name: "What changed yesterday?" }).click();
    const changes = await explorer.all(`/v1/changes?initial=false&since=${iso(TODAY - DAY)}&until=${iso(TODAY)}`);
    expect(changes.length).toBeGreaterThan(10);
    await eventually(() => stated(page, /changes? since/)).toBe(changes.length);
    // The newest come first.
    const instants = await page
      .locator(".changes > li time")
      .evaluateAll((all) => all.map((each) => each.getAttribute("datetime")));
    expect(instants).toEqual([...instants].sort().reverse());
    expect(instants[0]).toBe(
      changes
        .map(({ at }) => at)
        .sort()
        .at(-1),
    );
    expect(await page.locator(".changes > li").count()).toBe(Math.min(50, changes.length));
    await page.getByRole("button", { name: "Yesterday", pressed: true }).waitFor();

    await page.getByRole("button", { name: "Last hour" }).click();
    const latest = await explorer.all(`/v1/changes?initial=false&since=${iso(NOW - DAY / 24)}`);
    await eventually(() => stated(page, /changes? since/)).toBe(latest.length);

    // A day of the calendar leads to its changes.
    await page.getByText("Calendar", { exact: true }).click();
    const day = iso(TODAY - DAY).slice(0, 10);
    await page
      .getByRole("region", { name: "Changes a day" })
      .getByRole("link", { name: new RegExp(`^${day}: `) })
      .click();
    await eventually(() => stated(page, /changes? since/)).toBe(changes.length);

    // Net of what happened in between, by any key from anywhere.
    await page.keyboard.press("/");
    await page.keyboard.type("differs");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Compare", level: 1 }).waitFor();
    const from = new URLSearchParams(page.url().split("?")[1]).get("from");
    const net = await explorer.all(`/v1/diff?source=workspaces.images&from=${from}`);
    const images = page.getByRole("region", { name: "workspaces.images", exact: true });
    await eventually(() => images.locator(".changes > li").count()).toBe(Math.min(20, net.length));
  });

  test("items are filtered by source, by a value in the table, by a path, and by state", async () => {
    const page = await explorer.open("#/items");
    await page.getByRole("combobox", { name: "Source" }).selectOption("sagemaker.associations");
    await page.getByRole("button", { name: "Produced", exact: true }).first().click();
    await page.getByRole("button", { name: "Remove filter[AssociationType]=Produced" }).waitFor();
    await page.getByLabel("Filter: path in the document").fill("DestinationType");
    await page.getByLabel("Filter: value").fill("Model");
    await page.getByLabel("Filter: value").press("Enter");
    const query = "filter[AssociationType]=Produced&filter[DestinationType]=Model";
    const expected = await explorer.all(`/v1/items?source=sagemaker.associations&${query}`);
    await page.getByRole("button", { name: "Remove filter[DestinationType]=Model" }).waitFor();
    await eventually(() => stated(page, /^\d+ items, as of/)).toBe(expected.length);
    expect(page.url()).toContain(query);

    await page.goto(`${explorer.url}/#/items?source=sagemaker.associations`);
    await page.getByLabel("Filter: path in the document").fill("SourceName");
    await page.getByLabel("Filter: comparison").selectOption("does not contain");
    await page.getByLabel("Filter: value").fill("train");
    await page.getByLabel("Filter: value").press("Enter");
    const others = await explorer.all("/v1/items?source=sagemaker.associations&filter=SourceName!~train");
    await eventually(() => stated(page, /^\d+ items, as of/)).toBe(others.length);
    await page.getByText("Counts by value").click();
    const models = await explorer.all(
      "/v1/items?source=sagemaker.associations&filter=SourceName!~train&filter[AssociationType]=ContributedTo",
    );
    const counts = page.getByRole("group", { name: "Relation", exact: true });
    await counts.getByRole("link", { name: `ContributedTo ${models.length}`, exact: true }).click();
    await eventually(() => stated(page, /^\d+ items, as of/)).toBe(models.length);

    const removed = await explorer.all("/v1/items?state=removed&fields=key");
    await page.goto(`${explorer.url}/#/items?state=removed`);
    await eventually(() => stated(page, /^\d+ items?, as of/)).toBe(removed.length);
    await eventually(() => page.locator("tr.gone").count()).toBe(removed.length);
  });

  test("an instant is chosen by date and time, and back to now", async () => {
    const at = iso(TODAY - DAY * 0.4);
    const then = await explorer.all(`/v1/items?source=workspaces.image-associations&at=${at}&fields=key`);
    const page = await explorer.open("#/items?source=workspaces.image-associations");
    await page.getByLabel("As of UTC").fill(at.slice(0, 19).replace("T", " "));
    await page.getByLabel("As of UTC").press("Enter");
    await page.waitForURL((url) => url.hash.includes(`at=${at.slice(0, 19)}`));
    await eventually(() => stated(page, new RegExp(`as of ${at.slice(0, 10)}`))).toBe(then.length);
    await page.getByRole("button", { name: "As of: now" }).click();
    await page.waitForURL((url) => !url.hash.includes("at="));
  });

  test("pages go forward and back, and each has its own address", async () => {
    const page = await explorer.open("#/items?source=sagemaker.associations");
    const first = await rows(page).first().textContent();
    await page.getByRole("button", { name: "Next" }).click();
    await page.waitForURL((url) => url.hash.includes("cursor="));
    await eventually(() => rows(page).first().textContent()).not.toBe(first);
    const second = await rows(page).first().textContent();
    const linked = await explorer.open(new URL(page.url()).hash);
    await eventually(() => rows(linked).first().textContent()).toBe(second);
    await page.getByRole("button", { name: "Previous" }).click();
    await eventually(() => rows(page).first().textContent()).toBe(first);
  });

  test("columns can be chosen, and the table sorts by them", async () => {
    const page = await explorer.open("#/items?source=iot.account-associations");
    await page.locator("summary", { hasText: "Columns" }).click();
    await page.getByRole("checkbox", { name: "Account association ID" }).check();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Account association ID" }).click();
    await page.getByRole("columnheader", { name: /Account association ID/ }).waitFor();
    await page.waitForURL((url) => url.hash.includes("sort=document.AccountAssociationId"));
    const shown = rows(page).locator("td:last-child");
    const ids = (await explorer.all("/v1/items?source=iot.account-associations"))
      .map(({ document }) => (document as { AccountAssociationId: string }).AccountAssociationId)
      .sort();
    await eventually(() => shown.allInnerTexts()).toEqual(ids.slice(0, 50));
  });

  test("all filtered items are downloaded, as JSON and as CSV without formulas", async () => {
    const filter = "source=sagemaker.associations&filter[AssociationType]=ContributedTo";
    const expected = await explorer.all(`/v1/items?${filter}`);
    expect(expected.length).toBeGreaterThan(50);
    const page = await explorer.open(`#/items?${filter}`);
    const fetched = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Download ${name}` }).click(),
      ]);
      return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
    };
    const csv = await fetched("CSV");
    expect(csv.name).toMatch(/^sagemaker\.associations-\d{8}T\d{6}\.csv$/);
    const lines = csv.text.trimEnd().split("\r\n");
    expect(lines[0]).toBe("\ufeffid,key,state,AssociationType,SourceType,DestinationType,CreationTime,changedAt");
    expect(lines).toHaveLength(expected.length + 1);
    const json = JSON.parse((await fetched("JSON")).text) as { items: { id: string }[] };
    expect(json.items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  });

  test("an item shows its document, its history, what differed between any two versions, and its edges", async () => {
    const changes = await explorer.all("/v1/changes?source=cleanrooms.memberships&kind=modified");
    const often = changes.find(({ version }) => Number(version) >= 2) as { id: string };
    const versions = (await explorer.all(`/v1/items/${often.id}/history`)) as { document: { status: string } }[];
    const page = await explorer.open(`#/items/${often.id}`);
    await page.getByRole("region", { name: "Document" }).getByText("collaborationArn").waitFor();
    await eventually(() => page.locator(".timeline li").count()).toBe(versions.length);
    await page.getByRole("combobox", { name: "Between" }).selectOption("1");
    await page.getByRole("combobox", { name: "and" }).selectOption(String(versions.length));
    await page.waitForURL((url) => url.hash.includes("from=1"));
    const differences = page.getByRole("table", { name: "What differed between the two versions" });
    await differences.getByText("updateTime").waitFor();
    await page.getByRole("region", { name: "Edges" }).getByText("MemberOf").first().waitFor();

    // A version's link shows the item as it was then.
    await page.locator(".timeline li a").last().click();
    const [oldest] = versions.slice(-1);
    await page
      .getByRole("region", { name: "Document" })
      .getByText(oldest?.document.status ?? "")
      .waitFor();

    // Later than the last sync there is no data, and before the first one nothing was recorded.
    await page.goto(`${explorer.url}/#/items/${often.id}?at=2027-01-01T00:00:00.000Z`);
    await page.getByText(/^data only through 2026-0/).waitFor();
    await page.getByText("present when last listed", { exact: true }).waitFor();
    await page.goto(`${explorer.url}/#/items/${often.id}?at=1h`);
    await page.getByText(/there, as of 2026-0/).waitFor();
    await page.goto(`${explorer.url}/#/items/${often.id}?at=2026-02-01T00:00:00.404Z`);
    await page.getByText(/^Not recorded yet: .*first seen at 2026-02/).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("changes are filtered by kind, and show what differed", async () => {
    const page = await explorer.open(`#/changes?source=iot.account-associations&since=${iso(TODAY - 80 * DAY)}`);
    await page.getByRole("combobox", { name: "Kind" }).selectOption("modified");
    const expected = await explorer.all("/v1/changes?source=iot.account-associations&kind=modified");
    await page.waitForURL((url) => url.hash.includes("kind=modified"));
    await eventually(() => stated(page, /changes since/)).toBe(expected.length);
    const first = page.locator(".changes > li").first();
    await first.locator("summary").click();
    await first.getByRole("table", { name: "Differences" }).waitFor();
    await first.getByRole("link", { name: "Open the item" }).click();
    await page.getByRole("heading", { name: "History" }).waitFor();
  });

  test("an error of the API is shown in one line", async () => {
    const page = await explorer.open("#/items?region=wanted-problem");
    const said = await page.getByRole("alert").textContent();
    expect(said).toMatch(/^400: region must be a region name.*wanted-problem/);
    await page.getByRole("textbox", { name: "Region" }).fill("");
    await page.getByRole("textbox", { name: "Region" }).press("Enter");
    await page.locator("tbody tr").first().waitFor();
    await page.goto(`${explorer.url}/#/nowhere`);
    await page.getByRole("heading", { name: "No such view" }).waitFor();

    // What is passing can be tried again, and what was shown before stays meanwhile.
    await page.goto(`${explorer.url}/#/items?source=workspaces.images`);
    await page.route("**/v1/items?*wanted-problem*", (route) =>
      route.fulfill({ status: 503, json: { detail: "busy" } }),
    );
    await rows(page).first().waitFor();
    const images = await rows(page).count();
    await page.goto(`${explorer.url}/#/items?source=workspaces.images&filter[Name]=wanted-problem`);
    await page.getByRole("alert").getByText("503: busy").waitFor();
    expect(await rows(page).count()).toBe(images);
    await page.unroute("**/v1/items?*wanted-problem*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("No items match these filters.").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.goto(`${explorer.url}/#/items?source=workspaces.images&filter=Nome~x`);
    await page.getByText('has the path "Nome": they have').waitFor();
  });

  test("parts that fail alike say it once, one press loads all of them, and what is no JSON is said", async () => {
    const page = await explorer.open("#/nowhere");
    // Another program's answer may be JSON as well.
    await page.route("**/v1/items/0*", (route) => route.fulfill({ json: {} }));
    await page.goto(`${explorer.url}/#/items/000000000000`);
    await page.getByText("The server is not Stocktake's. Check that Stocktake runs at this address.").first().waitFor();
    await page.route("**/v1/diff?*", (route) => route.fulfill({ status: 200, body: "<html>Sign in</html>" }));
    await page.goto(`${explorer.url}/#/compare`);
    await page.getByRole("alert").getByText("answered something else than JSON (status 200)").waitFor();
    await page.getByText("Not loaded.").nth(1).waitFor();
    expect(await page.getByRole("alert").count()).toBe(1);
    await page.unroute("**/v1/diff?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".changes > li").first().waitFor();
    await eventually(() => page.getByText("Not loaded.").count()).toBe(0);
    await eventually(() => page.getByRole("alert").count()).toBe(0);
  });

  test("a phone folds the fields, and says how many are set", async () => {
    const page = await explorer.open("#/items?source=workspaces.images&filter[State]=AVAILABLE", {
      viewport: { width: 390, height: 844 },
    });
    await rows(page).first().waitFor();
    expect(await page.getByRole("combobox", { name: "Source" }).count()).toBe(0);
    const top = await page.getByRole("region", { name: "Items" }).boundingBox();
    expect(top?.y).toBeLessThan(844 / 2);
    await page.getByRole("button", { name: "Filters (2)" }).click();
    await page.getByRole("combobox", { name: "Source" }).selectOption("");
    await page.getByRole("button", { name: "Filters (1)" }).waitFor();
  });

  test("wrong values in an address are explained, with a way on", async () => {
    const wrong: [string, RegExp][] = [
      ["#/items?at=wanted-problem", /^400: at must be a date/],
      ["#/items/wanted-problem%zz", /^400: .*wanted-problem/],
      ["#/changes?since=wanted-problem", /^400: since must be a date/],
      ["#/changes?until=wanted-problem", /^400: until must be a date/],
      ["#/lineage?node=arn:x&at=wanted-problem", /^400: at must be a date/],
    ];
    const page = await explorer.open();
    for (const [address, said] of wrong) {
      await page.goto(`${explorer.url}/${address}`);
      await eventually(() => page.getByRole("alert").allTextContents()).toEqual([expect.stringMatching(said)]);
    }
    await page.getByRole("button", { name: "As of: now" }).click();
    await eventually(() => page.url()).not.toContain("wanted-problem");
    await page.getByRole("link", { name: "Overview" }).click();
    await page.locator(".card").first().waitFor();
  });

  test("syncs that found nothing are a row a collection, until one finds something", async () => {
    const page = await explorer.open();
    const [any] = await explorer.all("/v1/syncs");
    const sync = (source: string, scope: string, minute: number, added = 0) => {
      const startedAt = `2026-02-28T12:${minute}:00.000Z`;
      const { at: _at, ...rest } = any ?? {};
      return {
        ...rest,
        source,
        scope,
        startedAt,
        outcome: "complete",
        listed: 2,
        added,
        modified: 0,
        removed: 0,
        refused: 0,
      };
    };
    const [images, members] = ["workspaces.image-associations", "cleanrooms.members"];
    const items = [
      ...[sync(images, "a", 59), sync(members, "a", 58), sync(images, "b", 57), sync(members, "b", 56)],
      ...[sync(images, "c", 55, 1), sync(images, "d", 54), sync(members, "c", 53)],
    ];
    await page.route("**/v1/syncs?*", (route) => route.fulfill({ json: { items, asOf: any?.startedAt } }));
    await page.goto(`${explorer.url}/#/syncs`);
    const rows = page.getByRole("region", { name: "Syncs" }).locator("tbody tr");
    await eventually(() => rows.locator("td:nth-of-type(3)").allTextContents()).toEqual([
      "2 scopes",
      "3 scopes",
      "c",
      "d",
    ]);
  });

  test("an address that changes while the page starts is followed", async () => {
    const page = await explorer.open();
    await page.addInitScript(`new MutationObserver((_, observer) => {
      if (!document.querySelector("nav a[aria-current]")) return;
      observer.disconnect();
      location.hash = "#/items";
    }).observe(document, { childList: true, subtree: true, attributes: true })`);
    await page.reload();
    await page.getByRole("heading", { name: "Items", level: 1 }).waitFor();
  });

  test("a view that cannot be drawn says so, and an empty inventory has no date", async () => {
    const page = await explorer.open();
    const answerWith = async (items: unknown) => {
      await page.unroute("**/v1/items?*");
      await page.route("**/v1/items?*", (route) =>
        route.fulfill({ json: { items, asOf: "1970-01-01T00:00:00.000Z" } }),
      );
    };
    await answerWith([{ id: "1" }]);
    await page.goto(`${explorer.url}/#/items`);
    await page.getByRole("heading", { name: "This view cannot be shown" }).waitFor();
    await answerWith([]);
    await page.goto(`${explorer.url}/#/items?source=workspaces.images`);
    await page.getByText("0 items, nothing recorded yet", { exact: true }).waitFor();
  });

  test("an API of an earlier version that does not know names is asked without them", async () => {
    const page = await explorer.open();
    const asked: string[] = [];
    await page.route("**/v1/items?*", async (route) => {
      const url = route.request().url();
      asked.push(new URL(url).searchParams.get("names") ?? "none");
      if (!url.includes("names=")) return route.continue();
      const json = { status: 400, parameter: "names", detail: 'Unknown parameter "names"' };
      await route.fulfill({ status: 400, json });
    });
    await page.goto(`${explorer.url}/#/items?source=workspaces.images&filter=ImageId!:wanted-problem`);
    await rows(page).first().waitFor();
    await page.goto(`${explorer.url}/#/items?source=workspaces.images&filter=ImageId!:wanted-problem&sort=changedAt`);
    await eventually(() => asked.length).toBe(3);
    // It is refused once.
    expect(asked).toEqual(["true", "none", "none"]);
  });

  let large: ReturnType<typeof fleet> | undefined;

  test.each([
    ["the overview", "", 3, ".collections li"],
    ["syncs", "#/syncs", 3, "tbody tr"],
    ["where lineage starts", "#/lineage", 1, ".tags .tag"],
  ])("of 14,400 collections, %s loads what it shows, and asks for that at once", async (_, view, atOnce, shown) => {
    large ??= fleet();
    const api = createLocalApi(fleetOf(explorer.store, large), { retentionDays: 400 });
    const page = await explorer.open("#/compare");
    await page.getByRole("heading", { name: "Compare", level: 1 }).waitFor();
    let asked = 0;
    let bytes = 0;
    let release: (() => void) | undefined;
    const allAsked = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/v1/**", async (route) => {
      asked += 1;
      if (asked === atOnce) release?.();
      // No request waits for another's answer.
      await allAsked;
      const answer = await api.fetch(new Request(route.request().url()));
      const body = await answer.text();
      bytes += body.length;
      await route.fulfill({ status: answer.status, contentType: "application/json", body });
    });
    await page.goto("about:blank");
    await page.goto(`${explorer.url}/${view}`);
    await page.locator(shown).first().waitFor();
    await eventually(() => asked).toBeGreaterThanOrEqual(atOnce);
    await eventually(() => page.locator("main [aria-busy=true], main .skeleton").count()).toBe(0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(200_000);
  });

  // Last, since it removes items.
  test("the page approves removals that a sync holds back, and the next sync removes the items", async () => {
    const source = SOURCES.find(({ id }) => id === "iot.account-associations");
    if (!source) throw new Error("no such source");
    const present = async () => (await explorer.all(`/v1/items?source=${source.id}&fields=key`)).length;
    const before = await present();
    const account = seedAccount({ baseTime: NOW - 400 * DAY, associations: 1, images: 1, accountAssociations: 2 });
    const simulator = await startSimulator({ account, now: () => NOW });
    try {
      // Few of them are listed.
      await syncSource(explorer.store, simulator, source);
      const listed = account.accountAssociations.length;
      expect(await present()).toBeGreaterThanOrEqual(before);
      const held = (await present()) - listed;
      const page = await explorer.open("#/syncs");
      page.on("dialog", (dialog) => dialog.accept());
      await page.getByRole("button", { name: `Approve ${held} removals` }).click();
      await page.getByText("Approved. The next sync removes them.").waitFor();
      await syncSource(explorer.store, simulator, source);
      expect(await present()).toBe(listed);
      await page.goto(`${explorer.url}/#/items?source=${source.id}`);
      await eventually(() => rows(page).count()).toBe(listed);
      await page.goto(`${explorer.url}/#/syncs`);
      await page.getByText("None. Everything that is not listed any more is removed.").waitFor();
    } finally {
      await simulator.close();
    }
  });
});
