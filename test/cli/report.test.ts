import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import type { GraphNode, Report, ReportedGraph } from "../../cli/evidence/contents.ts";
import { pageOf } from "../../cli/evidence/html.ts";
import { fingerprintOf } from "../../cli/evidence/keys.ts";
import { pathsOf } from "../../cli/evidence/make.ts";
import { checkSignature } from "../../cli/evidence/signature.ts";
import { readReport, verifyOffline } from "../../cli/evidence/verify.ts";
import { createLocalApi } from "../../cli/local-api.ts";
import { serveOnLoopback } from "../../cli/loopback.ts";
import { openLineageEvents } from "../../cli/openlineage.ts";
import type { Api } from "../../cli/read/api.ts";
import { withStored } from "./cli.ts";
import { runInProcess } from "./in-process.ts";
import { useWorld } from "./world.ts";

/*
 * Reports of an account that changed: what is in them, what signs them, and what finds that they were altered, or that the inventory was.
 */
const SOURCES = [
  "cleanrooms.memberships",
  "sagemaker.associations",
  "sagemaker.artifacts",
  "sagemaker.trial-components",
  "sagemaker.actions",
];
const world = useWorld({ associations: 60 }, { once: true, run: runInProcess });
const sync = () => world().sync(...SOURCES.flatMap((source) => ["--source", source]));
const fileOf = (name: string) => path.join(world().folder, name);

/** Between two syncs, the second of which found changes. */
let then: string;
/** The membership that changed. */
let changed: string;
let privateKey: KeyObject;
let publicKey: KeyObject;

const read = (name: string) => readFileSync(fileOf(name));
const reportIn = (name: string) => JSON.parse(read(`${name}.json`).toString()) as Report;
const report = (...args: readonly string[]) => world().run("report", ...args);
const verify = (name: string, ...args: readonly string[]) => world().run("verify-report", fileOf(name), ...args);

beforeAll(async () => {
  ({ privateKey, publicKey } = generateKeyPairSync("ed25519"));
  writeFileSync(fileOf("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
  writeFileSync(fileOf("public.pem"), publicKey.export({ type: "spki", format: "pem" }));
  expect(await sync()).toMatchObject({ code: 0 });
  expect(await sync()).toMatchObject({ code: 0 });
  then = new Date().toISOString();
  const [membership] = [...world().account.memberships];
  if (!membership) throw new Error("the account has no membership");
  world().account.memberships.put({ ...membership, status: "COLLABORATION_DELETED" });
  changed = membership.id;
  expect(await sync()).toMatchObject({ code: 0 });
  const made = await report(
    "--at",
    then,
    "--source",
    "cleanrooms.memberships",
    "--sign",
    fileOf("key.pem"),
    "--to",
    fileOf("past"),
  );
  expect(made).toMatchObject({ code: 0 });
});

test("tells what there was at the instant, each version until then, and the syncs that listed it", async () => {
  const made = reportIn("past");
  expect(made.items).toHaveLength([...world().account.memberships].length);
  const item = made.items.find(({ document }) => document.id === changed);
  expect(item?.document.status).not.toBe("COLLABORATION_DELETED");
  expect(item?.versions.map(({ version, until }) => [version, until])).toEqual([[1, undefined]]);
  const [listing, ...others] = made.listings;
  expect(others).toEqual([]);
  expect(listing).toMatchObject({ source: "cleanrooms.memberships", verdict: "fresh" });
  expect(listing?.syncs.map(({ unchangedSyncs }) => unchangedSyncs?.count)).toEqual([undefined, 1]);
  expect((listing?.listedAt ?? "") <= then && then < (listing?.listedAfter ?? "")).toBe(true);
});

test("of a lineage has its edges and every item in it; of an item, all its versions", async () => {
  const [{ DestinationArn } = { DestinationArn: "" }] = [...world().account.associations];
  expect(await report("--lineage", DestinationArn, "--to", fileOf("lineage"))).toMatchObject({ code: 0 });
  const { graph, items } = reportIn("lineage");
  expect(graph?.edges.length).toBeGreaterThan(0);
  const known = new Set(items.map(({ id }) => id));
  for (const { itemId } of graph?.edges ?? []) expect(known.has(itemId)).toBe(true);
  expect(await report("--item", changed, "--to", fileOf("item"))).toMatchObject({ code: 0 });
  const [item, ...others] = reportIn("item").items;
  expect(others).toEqual([]);
  expect(item?.versions.map(({ version, kind }) => [version, kind])).toEqual([
    [2, "modified"],
    [1, "added"],
  ]);
  expect(item?.versions[1]?.until).toBe(item?.changedAt);
});

test("that is not signed says so, in the page too, and is not verified", async () => {
  const { stderr } = await report("--source", "cleanrooms.memberships", "--to", fileOf("draft"));
  expect(stderr).toContain("The report is not signed: give --sign");
  expect(read("draft.html").toString()).toContain("This report is not signed.");
  const verified = await verify("draft.html");
  expect(verified).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("there is no draft.sig: the report is not signed"),
  });
  expect(verified.stdout).toContain("documents  ok: ");
});

test("is written once: files that are there already are left as they are, and nobody else may read them", async () => {
  const before = read("past.html");
  const again = await report("--source", "cleanrooms.memberships", "--to", fileOf("past"));
  expect(again).toMatchObject({ code: 2, stderr: expect.stringMatching(/past\.html is there already.*--to\n$/) });
  expect(read("past.html")).toEqual(before);
  for (const ending of ["html", "json", "sig"]) expect(statSync(fileOf(`past.${ending}`)).mode & 0o077).toBe(0);
});

describe("verify-report", () => {
  test("finds a report as it was signed, by its key, without an inventory", async () => {
    const fingerprint = fingerprintOf(publicKey);
    const elsewhere = { ...world().env, STOCKTAKE_DATA: fileOf("nothing") };
    for (const key of [["--key", fileOf("public.pem")], ["--key", fingerprint], []]) {
      const { code, stdout } = await runInProcess(["verify-report", fileOf("past.sig"), ...key], elsewhere);
      expect(stdout).toContain(`signature  ok: Ed25519, by the key ${fingerprint}\n`);
      expect(stdout.includes("compare the fingerprint")).toBe(key.length === 0);
      expect(stdout).toMatch(/The report is verified\.\n$/);
      expect(code).toBe(0);
    }
    const other = await verify("past.json", "--key", `sha256:${"0".repeat(64)}`, "--json");
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({
      verified: false,
      checks: [{ what: "signature", ok: false }, {}, {}],
    });
  });

  test("finds every byte that was altered, in whichever file", async () => {
    const paths = pathsOf(fileOf("past"));
    const whole = await readReport(paths);
    const isVerified = (contents: Partial<typeof whole>) =>
      verifyOffline({ ...whole, ...contents }, { paths }).checks.every(({ ok }) => ok);
    expect(isVerified({})).toBe(true);
    const { html, json, sig } = whole;
    if (!html || !json || !sig) throw new Error("a file is missing");
    for (let at = 0; at < sig.length; at += 1) {
      for (const bits of [1, 32]) expect(typeof checkSignature(altered(sig, at, bits)), `byte ${at}`).toBe("string");
    }
    // What the signature covers is found by its checksum: some bytes stand for all.
    for (let part = 0; part < 40; part += 1) {
      for (const [name, content] of Object.entries({ html, json })) {
        const at = Math.floor((content.length * part) / 40) + (part % 7);
        expect(isVerified({ [name]: altered(content, at, 1) }), `${name}, byte ${at}`).toBe(false);
      }
    }
    for (const [name, content] of Object.entries({ html, json, sig })) {
      expect(isVerified({ [name]: content.subarray(0, -1) }), name).toBe(false);
      expect(isVerified({ [name]: Buffer.concat([content, Buffer.from("\n")]) }), name).toBe(false);
      expect(isVerified({ [name]: undefined }), name).toBe(false);
    }
  });

  test("finds documents that do not match their checksums, of a report that nobody signed too", async () => {
    const text = read("past.json").toString();
    const [item] = reportIn("past").items;
    const forged = text.replaceAll(String(item?.document.status), "FORGED");
    const paths = pathsOf(fileOf("forged"));
    const { checks } = verifyOffline({ html: read("past.html"), json: Buffer.from(forged), sig: undefined }, { paths });
    expect(checks.map(({ ok }) => ok)).toEqual([false, false, false]);
    expect(checks[2]?.findings[0]).toMatch(/\): the document does not match its checksum$/);
  });

  test("compares with the inventory, here or over the API, and names each difference", async () => {
    const same = await verify("past", "--compare");
    expect(same.stdout).toMatch(/inventory {2}ok: 12 items and 12 versions are the same/);
    expect(same.code).toBe(0);
    const overApi = await withStored(world().env, async (store) => {
      const api = createLocalApi(store, { retentionDays: 400 });
      const server = await serveOnLoopback((request) => api.fetch(request), 0);
      try {
        return await verify("past", "--api", server.url, "--api-region", "eu-west-1");
      } finally {
        await server.close();
      }
    });
    expect(overApi).toMatchObject({ code: 0, stdout: same.stdout });
    const made = reportIn("past");
    const items = made.items.map((item) =>
      item.document.id === changed ? { ...item, document: { ...item.document, status: "ACTIVE?" } } : item,
    );
    writeFileSync(fileOf("other.json"), JSON.stringify({ ...made, items: items.slice(0, -1) }));
    const differs = await verify("other", "--compare");
    expect(differs.stdout).toMatch(
      /inventory {2}FAILED: .+: document\.status "ACTIVE\?" → "[A-Z_]+"\n {11}.+: is not in the report\n/,
    );
    expect(differs.code).toBe(1);
  });
});

function altered(content: Buffer, at: number, bits: number): Buffer {
  const copy = Buffer.from(content);
  copy[at] = (copy[at] ?? 0) ^ bits;
  return copy;
}

describe("--sign", () => {
  const encoded = (type: "rsa" | "ed448" | "ec", cipher?: string) => {
    const { privateKey: key } =
      type === "rsa"
        ? generateKeyPairSync("rsa", { modulusLength: 2048 })
        : type === "ec"
          ? generateKeyPairSync("ec", { namedCurve: "secp256k1" })
          : generateKeyPairSync("ed448");
    return key.export({ type: "pkcs8", format: "pem", ...(cipher && { cipher, passphrase: "x" }) });
  };
  const pem = (label: string, text = "AAAA") => `-----BEGIN ${label}-----\n${text}\n-----END ${label}-----\n`;

  test.each([
    ["a file that is not there", undefined, /there is no such file: make one with `openssl genpkey/],
    ["no key", () => "hello", /holds no key in PEM format/],
    ["a public key", () => read("public.pem"), /is a public key, which cannot sign: give the private key/],
    ["a certificate", () => pem("CERTIFICATE"), /is a certificate, which cannot sign/],
    ["an OpenSSH key", () => pem("OPENSSH PRIVATE KEY"), /OpenSSH's own format/],
    [
      "an encrypted key",
      () => encoded("ed448", "aes-256-cbc"),
      /is encrypted with a passphrase: decrypt it with `openssl pkey/,
    ],
    ["an RSA key", () => encoded("rsa"), /is an RSA key: reports are signed with Ed25519 or ECDSA/],
    ["another curve", () => encoded("ec"), /is an EC \(secp256k1\) key: /],
    ["a damaged key", () => pem("PRIVATE KEY"), /is no private key that OpenSSL can read/],
    ["a folder", () => "folder", /it is a folder/],
  ])("says in one line what is wrong with %s", async (name, content, message) => {
    const file = name === "a folder" ? world().folder : fileOf(`${name.replaceAll(" ", "-")}.pem`);
    if (content && name !== "a folder") writeFileSync(file, content());
    const { code, stderr } = await report("--sign", file, "--to", fileOf("never"));
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^stocktake: --sign [^\n]+\n$/);
    expect(code).toBe(2);
  });

  describe("with a key of AWS KMS", () => {
    const ARN = "arn:aws:kms:eu-west-1:123456789012:key/1";

    /** Answers as KMS does for one key. */
    async function startKms(
      pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
      algorithm: string,
    ) {
      const server: Server = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const asked = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>;
        const answer = (status: number, body: object) =>
          response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
        if (asked.KeyId === "alias/none")
          return answer(400, { __type: "NotFoundException", message: "Alias is not found." });
        if (asked.KeyId === "alias/symmetric") return answer(400, { __type: "UnsupportedOperationException" });
        if (request.headers["x-amz-target"] === "TrentService.GetPublicKey") {
          const PublicKey = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
          return answer(200, { KeyId: ARN, PublicKey, KeyUsage: "SIGN_VERIFY", SigningAlgorithms: [algorithm] });
        }
        expect(asked).toMatchObject({ KeyId: "alias/evidence", MessageType: "RAW", SigningAlgorithm: algorithm });
        const message = Buffer.from(asked.Message ?? "", "base64");
        expect(message.length).toBeLessThanOrEqual(4_096);
        const signature = sign(algorithm.startsWith("ECDSA") ? "sha256" : null, message, pair.privateKey);
        return answer(200, { KeyId: ARN, Signature: signature.toString("base64"), SigningAlgorithm: algorithm });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    }

    test.each([
      ["ED25519_SHA_512", "Ed25519", () => generateKeyPairSync("ed25519")],
      ["ECDSA_SHA_256", "ECDSA P-256 SHA-256", () => generateKeyPairSync("ec", { namedCurve: "P-256" })],
    ])("signs with %s, and is verified without KMS", async (algorithm, name, make) => {
      const pair = make();
      const { server, url } = await startKms(pair, algorithm);
      const env = { ...world().env, AWS_ENDPOINT_URL_KMS: url, AWS_REGION: "eu-west-1" };
      const run = (key: string, to: string) =>
        runInProcess(["report", "--item", changed, "--sign", key, "--to", fileOf(to)], env);
      try {
        expect(await run("alias/evidence", algorithm)).toMatchObject({ code: 0 });
        expect(reportIn(algorithm).signer).toEqual({
          algorithm: name,
          fingerprint: fingerprintOf(pair.publicKey),
          kmsKey: ARN,
        });
        expect((await run("alias/none", "never")).stderr).toMatch(/there is no such key in eu-west-1: give its ARN/);
        expect((await run("alias/symmetric", "never")).stderr).toMatch(
          /not a key for signing: make one with `aws kms create-key/,
        );
        expect(await run("arn:aws:s3:::x", "never")).toMatchObject({
          code: 2,
          stderr: expect.stringContaining("not the ARN of a KMS key"),
        });
      } finally {
        server.close();
      }
      const { code, stdout } = await verify(algorithm, "--key", fingerprintOf(pair.publicKey));
      expect(stdout).toContain(`signature  ok: ${name}, by the key `);
      expect(code).toBe(0);
    });
  });
});

test("the page escapes what documents hold, shows what hides in it, and loads nothing", () => {
  const made = reportIn("past");
  const [item] = made.items;
  if (!item) throw new Error("the report has no item");
  const hostile = `</pre><script>alert(1)</script>"'&\u202egnp.exe\u0000`;
  const document = { [hostile]: hostile };
  const page = pageOf(
    { ...made, subject: { item: hostile }, items: [{ ...item, name: hostile, key: hostile, document }] },
    createHash("sha256").digest("hex"),
  );
  expect(page).not.toMatch(/<script|<img|<link|<iframe|src=|href="(?!#)|url\(|@import|\son\w+=/i);
  for (const hidden of ["\u202e", "\u0000"]) expect(page).not.toContain(hidden);
  expect(page).toContain("&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).toContain("\\u202egnp.exe");
  expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'`);
});

test.each([
  [["--item", "x", "--lineage", "y"], /give one of them/],
  [["--depth", "2"], /they need --lineage/],
  [["--item", "nobody-is-called-so"], /no item is called "nobody-is-called-so"/],
  [["--source", "nosuch.source"], /nosuch\.source/],
])("report %s is refused in one line", async (args, message) => {
  const { code, stderr } = await report(...args, "--to", fileOf("never"));
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/^stocktake: [^\n]+\n$/);
  expect(code).toBe(2);
});

/** What OpenLineage 2-0-2 and its facets require of the events that are made here, and that nothing else is in them. */
const uri = { type: "string", format: "uri" };
const text = { type: "string" };
const time = { type: "string", format: "date-time" };
const closed = (required: Readonly<Record<string, unknown>>, optional: Readonly<Record<string, unknown>> = {}) => ({
  ...{ type: "object", properties: { ...required, ...optional } },
  ...{ required: Object.keys(required), additionalProperties: false },
});
const facetOf = (name: string, members: Readonly<Record<string, unknown>>, optional = {}) => {
  const schema = name.replace(/^.*\//, "");
  const _schemaURL = { const: `https://openlineage.io/spec/facets/${name}.json#/$defs/${schema}` };
  return closed({ _producer: uri, _schemaURL, ...members }, optional);
};
const facets = (known: Readonly<Record<string, unknown>>) => ({ facets: closed({}, known) });
const identifier = closed({ namespace: text, name: text, type: text });
const dataset = closed(
  { namespace: text, name: text },
  facets({
    datasetType: facetOf("1-0-0/DatasetTypeDatasetFacet", { datasetType: text }),
    symlinks: facetOf("1-0-1/SymlinksDatasetFacet", { identifiers: { type: "array", items: identifier } }),
  }),
);
const job = closed(
  { namespace: text, name: text },
  facets({
    jobType: facetOf("2-0-3/JobTypeJobFacet", { processingType: text, integration: text }, { jobType: text }),
  }),
);
const datasets = { type: "array", items: dataset };
const eventOf = (kind: string, required: Readonly<Record<string, unknown>>) => {
  const schemaURL = { const: `https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/${kind}` };
  return closed(
    { eventTime: time, producer: uri, schemaURL, job, ...required },
    { inputs: datasets, outputs: datasets },
  );
};
const runEvent = eventOf("RunEvent", {
  eventType: { enum: ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"] },
  run: closed({ runId: { type: "string", format: "uuid" } }),
});
const ajv = new Ajv2020({ allErrors: true });
ajv.addFormat("uri", (value) => URL.canParse(value));
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
ajv.addFormat("uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
const isValid = ajv.compile({ oneOf: [runEvent, eventOf("JobEvent", {})] });
const errorsOf = (event: unknown) => (isValid(event) ? [] : [event, isValid.errors]);

test("a lineage as events of OpenLineage keeps to its schema, and is the same each time", async () => {
  const produced = [...world().account.associations].find(({ AssociationType }) => AssociationType === "Produced");
  const run = (format: string) => world().run("lineage", produced?.DestinationArn ?? "", "--format", format);
  const { code, stdout, stderr } = await run("openlineage");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.flatMap(errorsOf)).toEqual([]);
  const runs = events.filter(({ run }) => run);
  const made = runs.filter(({ outputs }) => outputs.length > 0);
  expect(made.length).toBeGreaterThan(0);
  expect(made.every(({ job }) => job.namespace === "arn:aws:sagemaker:eu-west-1:123456789012")).toBe(true);
  const starts = runs.filter(({ eventType }) => eventType === "START").map(({ run }) => run.runId);
  expect(new Set(starts).size).toBe(starts.length);
  expect(runs.length).toBe(2 * starts.length);
  expect((await run("openlineage")).stdout).toBe(stdout);
  expect(errorsOf({ ...events[0], job: { name: "x" } })).not.toEqual([]);
});

test("events of OpenLineage name data sets by its rules, and have one start and one end a run, whatever is known of it", async () => {
  const node = (name: string, more: Partial<GraphNode> = {}): GraphNode => ({
    ...{ node: name, names: [name], dangling: false, ...more },
  });
  const [train, other] = ["training-job/a b#ä", "action/other"].map((name) => `arn:aws:sagemaker:eu-west-1:1:${name}`);
  const runs = [
    node(train ?? "", { itemId: "train", state: "Completed", type: "TrainingJob" }),
    node(other ?? "", { state: "InProgress", dangling: true }),
  ];
  const named: Readonly<Record<string, readonly [string, string]>> = {
    "s3://bucket/a/key": ["s3://bucket", "a/key"],
    "s3://bucket": ["s3://bucket", "/"],
    "arn:aws:s3:::bucket/b:key": ["s3://bucket", "b:key"],
    "https://host/p?q=1": ["https://host", "p?q=1"],
    "arn:aws:glue:eu-west-1:1:table/db/t": ["arn:aws:glue:eu-west-1:1", "table/db/t"],
    "any\nthing": ["aws", "any\nthing"],
    "": ["aws", ""],
  };
  const edge = (from: string, to = "") => ({ from, to, relation: "Of", itemId: "e", source: "sagemaker.associations" });
  const edges = Object.keys(named).flatMap((name) => [edge(name, train), edge(name, "a model"), edge(name, "a model")]);
  const nodes = [...runs, node("a model"), ...Object.keys(named).map((name) => node(name))];
  const document = { EndTime: "Tue, 03 Mar 2026 10:00:00 GMT", StartTime: "soon", TrainingStartTime: "2026-03-02" };
  const get = async () => ({ document, firstSeenAt: "2026-03-01T00:00:00.000Z" });
  const graph = { nodes, edges } as unknown as ReportedGraph;
  const events = await openLineageEvents({ get } as unknown as Api, graph, "2026-04-01T00:00:00.000Z");
  expect(events.flatMap(errorsOf)).toEqual([]);
  expect(events.map(({ eventType = "JOB", eventTime }) => `${eventType} ${eventTime}`)).toEqual([
    "START 2026-03-02T00:00:00.000Z",
    "COMPLETE 2026-03-03T10:00:00.000Z",
    "START 2026-04-01T00:00:00.000Z",
    "RUNNING 2026-04-01T00:00:00.000Z",
    "JOB 2026-04-01T00:00:00.000Z",
  ]);
  const inputs = [events[0], events[4]].map((event) => event?.inputs as { namespace: string; name: string }[]);
  for (const each of inputs) expect(each.map(({ namespace, name }) => [namespace, name])).toEqual(Object.values(named));
});
