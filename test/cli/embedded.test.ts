import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Level } from "level";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openEmbedded } from "../../cli/embedded.ts";
import { settingsFrom } from "../../cli/settings.ts";
import { openStore } from "../../cli/store.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { seedAccount } from "../../simulator/seed/seed.ts";
import { startSimulator } from "../../simulator/server.ts";
import {
  dataOf,
  environment,
  finished,
  newFolder,
  runCommand,
  startCommand,
  storedOf,
  TARGET,
  TARGET_ARGUMENTS,
  withStored,
} from "./cli.ts";
import { essenceOf, listedBy } from "./listings.ts";
import { addressIn, startTicking, type Ticking } from "./ticking.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;
let data: string;

beforeEach(async () => {
  folder = await newFolder();
  data = dataOf(folder.folder);
});
afterEach(() => folder.remove());

const open = () => openStore(settingsFrom(environment(folder.folder)));

function ticking(): Ticking {
  const process = startTicking(folder.folder);
  onTestFinished(async () => {
    await process.end("SIGKILL");
  });
  return process;
}

/** A service that answers anything with an empty object, on a port of its own or a given one. */
async function startImpostor(port = 0): Promise<{ url: string; asked: readonly string[] }> {
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.method ?? "");
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("it does not listen");
  return { url: `http://127.0.0.1:${address.port}`, asked };
}

describe("the embedded database", () => {
  test("keeps what is stored from one opening to the next", async () => {
    const first = await open();
    const issued = await first.store.tick(Date.now());
    await first.close();
    const second = await open();
    expect(await second.store.readClock()).toBe(issued);
    await second.close();
  });

  test("is used through the one who runs it by whoever comes second", async () => {
    const first = await open();
    const second = await open();
    const issued = await second.store.tick(Date.now());
    expect(await first.store.readClock()).toBe(issued);
    await second.close();
    expect(await first.store.readClock()).toBe(issued);
    await first.close();
  });

  test("is run by another that uses it when the one who ran it leaves", async () => {
    const first = await open();
    const others = [await open(), await open(), await open()];
    const issued = await first.store.tick(Date.now());
    await first.close();
    expect(await Promise.all(others.map(({ store }) => store.readClock()))).toEqual([issued, issued, issued]);
    for (const [place, other] of others.entries()) {
      await other.close();
      for (const { store } of others.slice(place + 1)) expect(await store.readClock()).toBe(issued);
    }
  });

  test("is opened in spite of an address that a killed process left", async () => {
    await mkdir(data);
    await writeFile(path.join(data, "database.json"), '{"url":"http://127.0.0.1:1","pid":1}\n');
    const local = await open();
    expect(await local.store.tick(Date.now())).toMatch(/Z$/);
    await local.close();
  });

  test("that is no database is refused with what to do", async () => {
    await mkdir(data);
    await writeFile(path.join(data, "database"), "not a folder");
    await expect(openEmbedded(data)).rejects.toThrow(/cannot be opened: .+\. Move it away, or set STOCKTAKE_DATA/);
  });

  test("makes a table usable that a process killed while creating it left behind", async () => {
    const first = await open();
    await first.close();
    const level = new Level<string, { TableStatus: string }>(path.join(data, "database"), { valueEncoding: "json" });
    const table = await level.get("table~stocktake-Scopes");
    expect(table).toMatchObject({ TableStatus: "ACTIVE" });
    await level.put("table~stocktake-Scopes", { ...table, TableStatus: "CREATING" });
    await level.close();
    const second = await open();
    expect(await second.store.tick(Date.now())).toMatch(/Z$/);
    await second.close();
  });
});

describe("another service at the address of the embedded database", () => {
  test("is not taken for it when the database is opened", async () => {
    const impostor = await startImpostor();
    await mkdir(data);
    const left = { url: impostor.url, pid: 1, password: "old", countersign: "old" };
    await writeFile(path.join(data, "database.json"), JSON.stringify(left));
    const local = await open();
    expect(impostor.asked).toEqual(["GET"]);
    expect(await local.store.tick(Date.now())).toMatch(/Z$/);
    expect(impostor.asked).toEqual(["GET"]);
    await local.close();
  });

  test("is not taken for it when it takes the port of a killed process", async () => {
    const owner = ticking();
    await owner.more(10);
    const local = await open();
    const before = await local.store.tick(0);
    const { port } = new URL((await addressIn(folder.folder)).url);
    await owner.end("SIGKILL");
    const impostor = await startImpostor(Number(port));
    const after = await Promise.all(Array.from({ length: 12 }, () => local.store.tick(0)));
    expect(new Set([before, ...after, ...owner.ticks]).size).toBe(1 + after.length + owner.ticks.length);
    expect(after.filter((tick) => tick <= before)).toEqual([]);
    // Many a request finds out, and the owner is looked for once.
    expect(impostor.asked.filter((method) => method === "GET")).toHaveLength(1);
    await local.close();
  });
});

describe("the process that runs the embedded database", () => {
  /** No instant is issued twice, nor out of order: so the database was one at all times. */
  function expectOneDatabase(processes: readonly Ticking[]): void {
    const all = processes.flatMap(({ ticks }) => ticks);
    expect(new Set(all).size).toBe(all.length);
    for (const { ticks } of processes) expect(ticks).toEqual(ticks.toSorted());
  }

  test("may be killed again and again: of many that use it, one goes on running it", { timeout: 60_000 }, async () => {
    const processes = [ticking(), ticking(), ticking(), ticking(), ticking()];
    await Promise.all(processes.map((process) => process.more(20)));
    let living = processes;
    while (living.length > 1) {
      const { pid } = await addressIn(folder.folder);
      const owner = living.find((process) => process.pid === pid);
      expect(owner, `the owner, ${pid}, is one of ${living.map((process) => process.pid)}`).toBeDefined();
      await owner?.end("SIGKILL");
      living = living.filter((process) => process !== owner);
      await Promise.all(living.map((process) => process.more(20)));
    }
    expect(await living[0]?.end("SIGTERM")).toEqual({ code: 0, stderr: "" });
    expectOneDatabase(processes);
  });

  test("may leave in order while others are in the middle of it, as may its successors", {
    timeout: 60_000,
  }, async () => {
    const processes = [ticking(), ticking(), ticking(), ticking()];
    await Promise.all(processes.map((process) => process.more(20)));
    let living = processes;
    while (living.length > 0) {
      const { pid } = await addressIn(folder.folder);
      const owner = living.find((process) => process.pid === pid);
      expect(await owner?.end("SIGTERM")).toEqual({ code: 0, stderr: "" });
      living = living.filter((process) => process !== owner);
      await Promise.all(living.map((process) => process.more(20)));
    }
    expectOneDatabase(processes);
  });

  test("answers the requests under way before it leaves, and takes no new ones", async () => {
    const owner = ticking();
    await owner.more(1);
    const address = await addressIn(folder.folder);
    const body = '{"TableName":"stocktake-Scopes"}';
    const socket = await halfAsked(address, body);
    const ended = owner.end("SIGTERM");
    while (existsSync(path.join(data, "database.json"))) await sleep(5);
    await expect(fetch(address.url)).rejects.toThrow("fetch failed");

    socket.write(body.slice(1));
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).toContain('"TableStatus":"ACTIVE"');
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });

  /** A connection on which a request has been sent but for all except the first character of its body. */
  async function halfAsked(address: Awaited<ReturnType<typeof addressIn>>, body: string): Promise<Socket> {
    const { hostname, port, host } = new URL(address.url);
    const lines = [
      "POST / HTTP/1.1",
      `Host: ${host}`,
      `stocktake-password: ${address.password}`,
      "Content-Type: application/x-amz-json-1.0",
      "X-Amz-Target: DynamoDB_20120810.DescribeTable",
      "X-Amz-Date: 20260301T000000Z",
      "Authorization: AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
      "Expect: 100-continue",
      `Content-Length: ${body.length}`,
    ];
    const socket = connect(Number(port), hostname);
    socket.write(`${lines.join("\r\n")}\r\n\r\n${body.slice(0, 1)}`);
    // The server says so once it has read the request's head.
    await new Promise((resolve) => socket.once("readable", resolve));
    expect(String(socket.read())).toMatch(/^HTTP\/1\.1 100 Continue/);
    return socket;
  }

  test("runs it again when its thread dies of a request", async () => {
    const local = await open();
    const before = await local.store.tick(0);
    const { url, password } = await addressIn(folder.folder);
    const deadly = fetch(url, {
      method: "POST",
      headers: {
        "stocktake-password": password,
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "DynamoDB_20120810.DescribeTable",
        "x-amz-date": "20260301T000000Z",
        authorization: "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c",
      },
      body: "null",
    });
    await expect(deadly).rejects.toThrow("fetch failed");
    expect((await local.store.tick(0)) > before).toBe(true);
    expect((await addressIn(folder.folder)).url).not.toBe(url);
    await local.close();
  });
});

describe("a long sync", () => {
  test.each(["SIGKILL", "SIGTERM"] as const)(
    "outlives the process that ran its database, ended by %s, while readers come and go",
    { timeout: 60_000 },
    async (signal) => {
      const account = seedAccount({ baseTime: Date.UTC(2026, 2, 1), accountId: TARGET.account, associations: 1_500 });
      const simulator = await startSimulator({ account });
      onTestFinished(() => simulator.close());
      const env = environment(folder.folder, { AWS_ENDPOINT_URL: simulator.url });
      const owner = ticking();
      await owner.more(1);

      const child = startCommand(["sync", ...TARGET_ARGUMENTS], env);
      const synced = finished(child);
      while (simulator.requests.ListAssociations < 5) await owner.more(1);
      simulator.faults.add({ kind: "slow", delayMs: 2_000 });
      expect((await addressIn(folder.folder)).pid).toBe(owner.pid);
      await owner.end(signal);
      for (let readers = 0; readers < 3; readers += 1) {
        const reader = await runCommand(["items", "--source", "sagemaker.associations", "--json"], env);
        expect(reader).toMatchObject({ code: 0, stderr: expect.stringMatching(/^(stocktake: no items\n)?$/) });
      }
      expect(child.exitCode).toBeNull();
      simulator.faults.clear();

      const { code, stderr } = await synced;
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/fail|again/) });
      const listed = listedBy(account);
      await withStored(env, async (store) => {
        for (const { id } of SOURCES) {
          const { items, changes } = await storedOf(store, id);
          expect(essenceOf(items.map(({ document }) => JSON.parse(document)))).toBe(essenceOf(listed[id] ?? []));
          expect(changes).toHaveLength(items.length);
        }
      });
    },
  );
});
