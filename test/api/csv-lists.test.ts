import { expect, test } from "vitest";
import { MEMBERSHIPS, membership } from "./harness/documents.ts";
import { newWorld, type World } from "./harness/world.ts";

async function withMemberships(): Promise<World> {
  const world = newWorld();
  const documents = [
    membership(1, { Name: "=1+1", tags: [{ Key: "a" }, { Key: "b,c" }] }),
    membership(2, { Name: 'x "y"' }),
  ];
  await world.sync({ source: MEMBERSHIPS, documents });
  world.advance(1_000);
  await world.sync({ source: MEMBERSHIPS, documents: documents.slice(0, 1) });
  return world;
}

test("a list as CSV has a header, a line for each entry, and nothing that a spreadsheet takes for a formula", async () => {
  const world = await withMemberships();
  const query = "/v1/items?state=all&fields=document.Name,state,document.tags.Key,name";
  for (const [path, accept] of [
    [`${query}&format=csv`, undefined],
    [query, "text/csv"],
    [query, "application/json;q=0.5, text/csv"],
  ] as const) {
    const response = await world.get(path, { headers: { ...(accept && { accept }) } });
    expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(response.headers.get("as-of")).toBe("2026-03-01T12:00:01.000Z");
    expect(await response.text()).toBe(
      "document.Name,state,document.tags.Key,name\r\n" +
        `'=1+1,present,"[""a"",""b,c""]",0001\r\n` +
        `"x ""y""",removed,,0002\r\n`,
    );
  }
  for (const accept of ["*/*", "application/json", "text/html", "text/csv;q=0"]) {
    expect((await world.get(query, { headers: { accept } })).headers.get("content-type")).toBe("application/json");
  }
  const json = await world.get(`${query}&format=json`, { headers: { accept: "text/csv" } });
  expect(json.headers.get("content-type")).toBe("application/json");
});

test("a page of CSV leads to the next one in its Link header", async () => {
  const world = await withMemberships();
  let path = "/v1/items?state=all&fields=key&format=csv&limit=1";
  const lines: string[] = [];
  for (let pages = 0; path !== "" && pages < 5; pages += 1) {
    const response = await world.get(path);
    lines.push(...(await response.text()).split("\r\n").slice(1, -1));
    path = /^<(.*)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1] ?? "";
  }
  expect(lines).toEqual([membership(1).arn, membership(2).arn]);
});

test("every list can be had as CSV", async () => {
  const world = await withMemberships();
  const response = await world.get("/v1/items?format=csv");
  const [header = "", first = ""] = (await response.text()).split("\r\n");
  expect(header.split(",").slice(0, 3)).toEqual(["id", "shortId", "source"]);
  const id = first.split(",")[0] ?? "";
  for (const [path, columns, lines] of [
    [`/v1/items/${id}/history?`, "version,state,kind", 1],
    ["/v1/changes?", "at,kind,id", 3],
    ["/v1/diff?source=cleanrooms.memberships&from=2026-03-01T12:00:00Z&", "kind,id,shortId", 1],
    ["/v1/search?q=membership&", "rank,name,matched", 1],
    ["/v1/syncs?", "source,account,region", 2],
  ] as const) {
    const text = await (await world.get(`${path}format=csv`)).text();
    expect(text.startsWith(columns), path).toBe(true);
    expect(text.split("\r\n"), path).toHaveLength(lines + 2);
  }
});
