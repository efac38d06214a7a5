import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Ajv } from "ajv";
import { App, NestedStack, Stack } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_GUARD } from "../../functions/model/guard.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import { configurationSchema, readConfiguration } from "../../infra/configuration.ts";
import { Inventory } from "../../infra/inventory.ts";
import { InventoryStack } from "../../infra/inventory-stack.ts";
import { ConfigurationError } from "../../infra/settings.ts";
import { DEFAULT_SETTINGS } from "../../infra/settings-schema.ts";
import { HOME, OTHER } from "./deployment.ts";

const THEIRS = { account: OTHER, regions: ["eu-west-1"] };

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "stocktake-configuration-"));
  file = path.join(folder, "stocktake.config.json");
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The inventory that the app makes of a configuration file. */
function inventoryOf(configuration: unknown, env: { account?: string; region?: string } = HOME) {
  writeFileSync(file, typeof configuration === "string" ? configuration : JSON.stringify(configuration));
  const { stackName = "Stocktake", account, region, ...inventory } = readConfiguration(file);
  const app = new App({ outdir: path.join(folder, "out"), context: { "aws:cdk:bundling-stacks": [] } });
  return new InventoryStack(app, stackName, {
    env: { ...env, ...(account && { account }), ...(region && { region }) },
    inventory,
  }).inventory;
}

function problemOf(configuration: unknown, env?: { account?: string; region?: string }): string {
  try {
    inventoryOf(configuration, env);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error("the configuration is valid");
}

const EVERY = "give whole minutes from 1 to 10080";

describe("an invalid configuration is rejected, in one line with the value and the remedy", () => {
  test.each<[name: string, configuration: unknown, value: string, remedy: string]>([
    ["no JSON", '{ "targets": [ }', "is not JSON", "correct it"],
    ["no object", "[]", "not an object", "give an object"],
    ["an unknown key", { retention: 9 }, '"retention"', "choose from targets, tier, sources"],
    [
      "an unknown key of a target",
      { targets: [{ region: "eu-west-1" }] },
      'targets[0] has an unknown key "region"',
      "choose from account, regions",
    ],
    [
      "an unknown key of a source",
      { sources: { "workspaces.images": { minutes: 5 } } },
      'sources["workspaces.images"] has an unknown key "minutes"',
      "choose from enabled, intervalMinutes",
    ],
    ["no target", { targets: [] }, "targets is []", "name at least one target"],
    ["an invalid account", { targets: [{ account: "12345" }] }, 'targets[0].account is "12345"', "twelve digits"],
    [
      "an account that is a number",
      { targets: [{ account: 123456789012 }] },
      "targets[0].account is 123456789012",
      "in quotes",
    ],
    ["an invalid region", { targets: [{ regions: ["Ireland"] }] }, 'targets[0].regions[0] is "Ireland"', "eu-west-1"],
    [
      "a region that no source knows",
      { targets: [{ regions: ["eu-west-9"] }] },
      'region "eu-west-9"',
      "choose from af-south-1",
    ],
    [
      "a region without the service",
      { targets: [{ regions: ["eu-west-3"], sources: ["cleanrooms.memberships"] }] },
      'cleanrooms.memberships does not exist in "eu-west-3"',
      'add "eu-west-3" to its extraRegions',
    ],
    [
      "an unknown source",
      { sources: { "s3.buckets": {} } },
      '"s3.buckets" in sources',
      `choose from ${SOURCES[0]?.id}`,
    ],
    [
      "an unknown source of a target",
      { targets: [{ sources: ["s3.buckets"] }] },
      '"s3.buckets" in targets[0].sources',
      "choose from",
    ],
    [
      "a disabled source",
      { targets: [{ sources: ["workspaces.images"] }], sources: { "workspaces.images": { enabled: false } } },
      '"workspaces.images" in targets[0].sources',
      "choose from",
    ],
    [
      "no enabled source",
      { sources: Object.fromEntries(SOURCES.map(({ id }) => [id, { enabled: false }])) },
      "no source is enabled",
      "enable at least one",
    ],
    ["an unknown tier", { tier: "most" }, 'tier is "most"', '"core", "lineage", "all"'],
    [
      "an incremental schedule of a service that is no more frequent than a source's full one",
      { sources: { sagemaker: { incrementalMinutes: 60 }, "sagemaker.actions": { intervalMinutes: 30 } } },
      'sources["sagemaker"].incrementalMinutes is 60',
      "choose a smaller number",
    ],
    ["an interval of 0 minutes", { sources: { "workspaces.images": { intervalMinutes: 0 } } }, "is 0", EVERY],
    ["an interval of 1.5 minutes", { sources: { "workspaces.images": { intervalMinutes: 1.5 } } }, "is 1.5", EVERY],
    ["an interval in words", { sources: { "workspaces.images": { intervalMinutes: "1 hour" } } }, 'is "1 hour"', EVERY],
    [
      "an interval of more than a week",
      { sources: { "workspaces.images": { intervalMinutes: 10_081 } } },
      "is 10081",
      EVERY,
    ],
    [
      "an incremental schedule that is no more frequent than the full one",
      { sources: { "sagemaker.associations": { intervalMinutes: 30, incrementalMinutes: 30 } } },
      'sources["sagemaker.associations"].incrementalMinutes is 30',
      "choose a smaller number",
    ],
    [
      "an incremental schedule of a source that has no incremental sync",
      { sources: { "workspaces.images": { incrementalMinutes: 5 } } },
      'sources["workspaces.images"].incrementalMinutes is 5',
      "remove it",
    ],
    [
      "an old name beside its new one",
      { sources: { "workspaces.images": { everyMinutes: 5, intervalMinutes: 5 } } },
      'sources["workspaces.images"] has an unknown key "everyMinutes"',
      "choose from enabled, intervalMinutes",
    ],
    [
      "an invalid value under an old name",
      { sources: { "workspaces.images": { tailEveryMinutes: 5 } } },
      'sources["workspaces.images"].incrementalMinutes is 5',
      "remove it",
    ],
    [
      "a target that is named twice",
      { targets: [{ regions: ["eu-west-1"] }, { regions: ["us-east-1", "eu-west-1"] }] },
      "the inventory's account/eu-west-1",
      "targets[0] and in targets[1]: remove one",
    ],
    [
      "a region that is named twice",
      { targets: [{ regions: ["eu-west-1", "eu-west-1"] }] },
      "twice in targets[0]",
      "remove one",
    ],
    [
      "a role of one target, an old setting",
      { targets: [{ ...THEIRS, roleArn: `arn:aws:iam::${OTHER}:role/Reader` }] },
      'targets[0] has an old key "roleArn"',
      'set "readerRole" beside "targets"',
    ],
    [
      "an external id of one target, an old setting",
      { targets: [{ ...THEIRS, externalId: "agreed" }] },
      'targets[0] has an old key "externalId"',
      'set "externalId" beside "targets"',
    ],
    [
      "a concurrency of one source, an old setting",
      { sources: { "workspaces.images": { concurrency: 2 } } },
      'sources["workspaces.images"] has an old key "concurrency"',
      'set "workers" beside "sources"',
    ],
    ["an invalid role", { readerRole: "a/Reader" }, 'readerRole is "a/Reader"', "without its path"],
    ["an invalid external id", { externalId: "a b" }, '"a b"', "letters, digits"],
    ["no worker", { workers: 0 }, "workers is 0", "from 1 to 100"],
    [
      "no concurrency for the dispatcher",
      { workers: 4, reservedConcurrency: 4 },
      "reservedConcurrency is 4",
      "at least 5",
    ],
    ["an organization without its id", { organization: {} }, "organization.id is missing", "o-a1b2c3d4e5"],
    [
      "an invalid organizational unit",
      { organization: { id: "o-a1b2c3d4e5", units: ["Workloads"] } },
      'organization.units[0] is "Workloads"',
      "ids of organizational units",
    ],
    ["an alias of a key", { encryptionKey: "alias/mine" }, 'encryptionKey is "alias/mine"', "KMS key's ARN"],
    ["the ARN of a boundary", { permissionsBoundary: "arn:aws:iam::1:policy/P" }, "permissionsBoundary", "not its ARN"],
    ["an invalid qualifier", { qualifier: "My-CDK" }, 'qualifier is "My-CDK"', "lower-case letters and digits"],
    ["a tag that is a number", { tags: { team: 7 } }, "tags.team is 7", "object of texts"],
    [
      "readers of an API that takes tokens",
      { apiReaders: [OTHER], api: { jwt: { issuer: "https://login.example.com", audience: ["x"] } } },
      `apiReaders is ["${OTHER}"]`,
      "remove one of them",
    ],
    ["a retention of no days", { retentionDays: 0 }, "retentionDays is 0", "from 1"],
    ["a guard without a share", { guard: { items: 5 } }, "guard.share is missing", "from 0 to 1"],
    ["a guard with a share above one", { guard: { items: 5, share: 50 } }, "guard.share is 50", "from 0 to 1"],
    [
      "a JWT without an audience",
      { api: { jwt: { issuer: "https://login.example.com" } } },
      "api.jwt.audience is missing",
      "at least one audience",
    ],
    [
      "a JWT with no audience",
      { api: { jwt: { issuer: "https://login.example.com", audience: [] } } },
      "api.jwt.audience is []",
      "at least one audience",
    ],
    [
      "an issuer without TLS",
      { api: { jwt: { issuer: "http://login.example.com", audience: ["x"] } } },
      '"http://login.example.com"',
      "https",
    ],
    ["an invalid e-mail address", { alarmEmail: "people@" }, 'alarmEmail is "people@"', "one e-mail address"],
    [
      "a bucket's ARN",
      { dailyExport: { bucket: "arn:aws:s3:::x" } },
      'dailyExport.bucket is "arn:aws:s3:::x"',
      "name, not its ARN",
    ],
    [
      "a prefix that ends in /",
      { dailyExport: { prefix: "a/" } },
      'dailyExport.prefix is "a/"',
      "without / at its ends",
    ],
    [
      "a bucket without a prefix",
      { dailyExport: { bucket: "mine" } },
      'dailyExport.bucket is "mine"',
      "set dailyExport.prefix as well",
    ],
    ["an unknown removal policy", { removalPolicy: "keep" }, 'removalPolicy is "keep"', '"retain" or "destroy"'],
    ["an invalid stack name", { stackName: "Stock take" }, 'stackName is "Stock take"', "hyphens"],
    ["a long stack name", { stackName: "S".repeat(33) }, "stackName is", "up to 32 letters"],
  ])("%s", (_name, configuration, value, remedy) => {
    const problem = problemOf(configuration);
    expect(problem).toContain(value);
    expect(problem).toContain(remedy);
    expect(problem.split("\n")).toHaveLength(1);
  });

  test("a file that does not exist", () => {
    expect(() => readConfiguration(path.join(folder, "none.json"))).toThrow(
      /none\.json cannot be read: name an existing file/,
    );
  });

  test("readers of an inventory whose account is known only when it is deployed", () => {
    const organization = { id: "o-a1b2c3d4e5", units: ["ou-ab12-12345678"] };
    expect(problemOf({ organization }, {})).toMatch(/inventory's account, which is not known yet: set "account"/);
    expect(inventoryOf({ ...HOME, organization }, {}).sources).toHaveLength(SOURCES.length);
  });

  test("an inventory whose stack has a long name, or none yet", () => {
    const app = new App({ outdir: path.join(folder, "named"), context: { "aws:cdk:bundling-stacks": [] } });
    const long = new Stack(app, "P".repeat(33));
    expect(() => new Inventory(long, "Inventory")).toThrow(/has 33 characters, .* set "name" to at most 32/);
    const nested = new NestedStack(new Stack(app, "Platform"), "Nested");
    expect(() => new Inventory(nested, "Inventory")).toThrow(/no fixed name, as nested stacks: set "name"/);
    expect(new Inventory(new Stack(app, "Q".repeat(33)), "Inventory", { name: "Audit" }).name).toBe("Audit");
  });
});

describe("by default an inventory has", () => {
  const idsOf = (configuration: unknown, env?: { account?: string; region?: string }) =>
    inventoryOf(configuration, env).sources.map(({ source }) => source.id);
  const byService = (ids: readonly string[]) => [...ids].sort();

  test("every source, wherever it is", () => {
    const all = byService(SOURCES.map(({ id }) => id));
    expect(byService(idsOf({}))).toEqual(all);
    expect(byService(idsOf({}, { ...HOME, region: "eu-west-3" }))).toEqual(all);
    expect(byService(idsOf({}, {}))).toEqual(all);
  });

  test("every source but those that are disabled", () => {
    expect(idsOf({ sources: { "sagemaker.associations": { enabled: false } } })).not.toContain(
      "sagemaker.associations",
    );
  });

  test("the sources of the tier that is named, and of those before it; more or fewer by name, or by service", () => {
    const ofTiers = (...tiers: string[]) =>
      byService(SOURCES.filter(({ tier }) => tiers.includes(tier)).map(({ id }) => id));
    expect(byService(idsOf({ tier: "core" }))).toEqual(ofTiers("core"));
    expect(byService(idsOf({ tier: "lineage" }))).toEqual(ofTiers("core", "lineage"));
    const sources = { iot: { enabled: false }, "iot.managed-things": { enabled: true }, cleanrooms: { enabled: true } };
    const chosen = idsOf({ tier: "core", sources });
    expect(chosen.filter((id) => id.startsWith("iot."))).toEqual(["iot.managed-things"]);
    expect(chosen.filter((id) => id.startsWith("cleanrooms."))).toHaveLength(5);
    expect(chosen.filter((id) => id.startsWith("workspaces."))).toHaveLength(2);
  });

  test("the engine's guard", () => {
    expect(DEFAULT_SETTINGS.guard).toEqual(DEFAULT_GUARD);
  });

  test("no need of a file", () => {
    expect(readConfiguration(undefined)).toEqual({});
  });
});

test("settings of a service hold for its sources, unless one has its own", () => {
  const { sources } = inventoryOf({
    sources: {
      sagemaker: { intervalMinutes: 720, incrementalMinutes: 15 },
      "sagemaker.actions": { incrementalMinutes: 30 },
      iot: { extraRegions: ["us-east-1"] },
    },
  });
  const found = (id: string) => sources.find(({ source }) => source.id === id);
  expect(found("sagemaker.associations")).toMatchObject({ intervalMinutes: 720, incrementalMinutes: 15 });
  expect(found("sagemaker.actions")).toMatchObject({ intervalMinutes: 720, incrementalMinutes: 30 });
  expect(found("sagemaker.models")).toEqual({ ...found("sagemaker.models"), intervalMinutes: 720, extraRegions: [] });
  expect(found("sagemaker.models")?.incrementalMinutes).toBeUndefined();
  expect(found("iot.managed-things")?.extraRegions).toEqual(["us-east-1"]);
});

test("old names of settings are still read", () => {
  const { sources } = inventoryOf({
    sources: { "sagemaker.associations": { everyMinutes: 120, tailEveryMinutes: 15 } },
  });
  const [associations] = sources.filter(({ source }) => source.id === "sagemaker.associations");
  expect(associations).toMatchObject({ intervalMinutes: 120, incrementalMinutes: 15 });
});

/** docs/configuration.md, and the example in it. */
function documented() {
  const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const [, example = ""] = page.match(/```json\n(\{\n {2}"\$schema".+?)```/s) ?? [];
  return { page, example };
}

test("the documented example is valid, and the documented table names every setting", () => {
  const { page, example } = documented();
  const { sources } = inventoryOf(example, {});
  expect(sources.map(({ source }) => source.id)).not.toContain("workspaces.images");
  const rows = [...page.matchAll(/^\| (`.+?`) +\|/gm)].join(" ");
  const known = problemOf({ x: 1 })
    .replace(/.*choose from /, "")
    .split(", ");
  for (const key of known) expect(rows).toMatch(new RegExp(`\`${key.replace("$", "[$]")}\\b`));
});

describe("stocktake.config.schema.json", () => {
  const schema = JSON.parse(readFileSync(new URL("../../stocktake.config.schema.json", import.meta.url), "utf8"));

  test("is what validates the configuration: if not, run `npm run schema`", () => {
    expect(schema).toEqual(configurationSchema());
  });

  test("accepts what is valid, names what is not, and describes every setting", () => {
    const validate = new Ajv({ formats: { email: true } }).compile(schema);
    const { example } = documented();
    expect(JSON.parse(example).$schema).toBe("./stocktake.config.schema.json");
    expect(validate(JSON.parse(example)), JSON.stringify(validate.errors)).toBe(true);
    for (const [member, invalid] of Object.entries({
      "/targets/0/account": { targets: [{ account: "12345" }] },
      "/sources/workspaces.images/intervalMinutes": { sources: { "workspaces.images": { intervalMinutes: 0 } } },
      "/guard": { guard: { items: 5 } },
      "": { retention: 9 },
    })) {
      expect(validate(invalid), member).toBe(false);
      expect(validate.errors).toMatchObject([{ instancePath: member }]);
    }
    for (const [name, { description }] of Object.entries<{ description?: string }>(schema.properties)) {
      expect(description, name).toMatch(/\.$/);
    }
  });
});
