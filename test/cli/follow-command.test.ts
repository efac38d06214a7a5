import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { postChanges } from "../../cli/follow/webhook.ts";
import { finished, startCommand } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

/** `stocktake changes --follow`, `--position`, `--exec` and `--webhook`, on a real store of a simulated account that drifts. */

const IMAGES = "workspaces.images";
const world = useWorld({ associations: 5, memberships: 2, images: 4 }, { once: true, run: runInProcess });

let receiver: Server;
let address: string;
/** What the receiver answers, one after another; then 200. */
let statuses: number[] = [];
const received: { text?: string; changes?: Record<string, unknown>[] }[] = [];

beforeAll(async () => {
  expect(await world().sync("--source", IMAGES)).toMatchObject({ code: 0 });
  receiver = createServer(async (request, response) => {
    received.push(JSON.parse(Buffer.concat(await request.toArray()).toString()));
    response.writeHead(statuses.shift() ?? 200).end("no");
  });
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});

afterAll(() => receiver.close());

const file = (name: string) => path.join(world().folder, name);
const positionIn = (name: string) => readFileSync(file(name), "utf8");
let renames = 0;

/** One image gets another name, and a sync finds it. Answers the image's id. */
async function rename(): Promise<string> {
  const [image] = world().account.images;
  if (!image) throw new Error("the seed has no image");
  renames += 1;
  world().account.images.put({ ...image, Name: `renamed ${renames} <!channel>` });
  expect(await world().sync("--source", IMAGES)).toMatchObject({ code: 0 });
  return image.ImageId;
}

describe("with a position and without --follow, what is new is given and the command ends", () => {
  const exec = (command: string) =>
    world().run("changes", "--position", file("exec.json"), "--batch", "1", "--exec", command);
  const out = () =>
    readFileSync(file("out.ndjson"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));

  test("a command gets each change, and again if it fails", async () => {
    const append = `cat >> "${file("out.ndjson")}"`;
    expect(await exec(`touch "${file("out.ndjson")}"; ${append}`)).toMatchObject({ code: 0, stderr: "" });
    const key = await rename();
    await rename();
    const before = positionIn("exec.json");
    expect(await exec("exit 3")).toMatchObject({
      code: 1,
      stderr: "stocktake: --exec exit 3 ended with exit code 3: its 1 change is given again with the next run\n",
    });
    expect(positionIn("exec.json")).toBe(before);
    for (let runs = 0; runs < 2; runs += 1) expect(await exec(append)).toMatchObject({ code: 0, stderr: "" });
    const given = out();
    expect(given).toMatchObject([
      { key, kind: "modified", document: { Name: "renamed 1 <!channel>" } },
      { key, kind: "modified", document: { Name: "renamed 2 <!channel>" } },
    ]);
  });

  test("a position is refused for other filters, and where it is none", async () => {
    const other = await world().run("changes", "--position", file("exec.json"), "--source", IMAGES);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("give the same filters, or another file") });
    const none = await world().run("changes", "--position", file("out.ndjson"));
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("holds no position") });
    for (const position of [{}, null, { since: 5 }, []]) {
      writeFileSync(file("bad.json"), JSON.stringify({ query: {}, position }));
      const bad = await world().run("changes", "--position", file("bad.json"));
      expect(bad).toMatchObject({ code: 1, stderr: expect.stringContaining("holds no position") });
    }
    writeFileSync(file("old.json"), JSON.stringify({ ...JSON.parse(positionIn("exec.json")), inventory: "/another" }));
    const another = await world().run("changes", "--position", file("old.json"));
    expect(another).toMatchObject({ code: 2, stderr: expect.stringContaining("is of the inventory /another, not /") });
    const slack = await world().run("changes", "--follow", "--slack");
    expect(slack).toMatchObject({ code: 2, stderr: expect.stringContaining("give --webhook, too") });
    const both = await world().run("changes", "--follow", "--until", "now");
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining("--until: following goes on") });
  });

  test("a webhook gets them as JSON, and Slack as a message that mentions nobody", async () => {
    const post = (...more: string[]) =>
      world().run("changes", "--position", file(`hook${more.length}.json`), "--webhook", address, ...more);
    for (const more of [[], ["--slack", "--explorer", "http://127.0.0.1:8787"]]) {
      expect(await post(...more)).toMatchObject({ code: 0, stderr: "" });
    }
    const key = await rename();
    statuses = [400];
    expect(await post()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("did not take 1 change: status 400 no"),
    });
    received.length = 0;
    expect(await post()).toMatchObject({ code: 0, stderr: "" });
    expect(received).toMatchObject([{ changes: [{ key, kind: "modified" }] }]);
    received.length = 0;
    expect(await post("--slack", "--explorer", "http://127.0.0.1:8787")).toMatchObject({ code: 0, stderr: "" });
    const [{ text } = { text: "" }] = received;
    expect(text).toContain("*Modified: renamed 3 &lt;!channel&gt; (workspaces.images)*");
    expect(text).toContain("• Name: renamed 2 &lt;!channel&gt; -&gt; renamed 3 &lt;!channel&gt;");
    expect(text).toMatch(/<http:\/\/127\.0\.0\.1:8787\/#\/items\/[\w-]+\|Open in the explorer>/);
  });
});

test("a receiver that is busy is asked again", async () => {
  received.length = 0;
  statuses = [503, 429];
  const target = { url: address, slack: false, fetch, firstPauseMs: 1 };
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await postChanges([], target, new AbortController().signal);
  const notes = said.mock.calls.map(([text]) => String(text));
  said.mockRestore();
  expect(received).toHaveLength(3);
  expect(notes).toEqual([
    expect.stringMatching(
      /^stocktake: webhook at 127\.0\.0\.1:\d+: status 503 no\. Trying again, at most 8 more times\n$/,
    ),
    expect.stringContaining("status 429 no. Trying again, at most 7 more times"),
  ]);
});

test("--follow prints what changes from now on, as it changes, until it is stopped", async () => {
  const position = file("follow.json");
  const args = ["changes", "--follow", "--json", "--every", "1", "--position", position];
  const child = startCommand(args, world().env);
  const ended = finished(child);
  if (!child.stdout) throw new Error("no output");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // It has begun once it has written where.
  await vi.waitUntil(() => existsSync(position), { timeout: 300_000 });
  const key = await rename();
  expect(JSON.parse((await lines.next()).value)).toMatchObject({ key, kind: "modified" });
  child.kill("SIGINT");
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(positionIn("follow.json")).position.since).toMatch(/^\d{4}-/);
});
