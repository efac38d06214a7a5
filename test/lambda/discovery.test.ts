import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { discoverEnvironment } from "../../functions/lambda/discover-environment.ts";
import { createDiscovery } from "../../functions/lambda/discovery.ts";
import { targetName } from "../../functions/model/target-record.ts";
import type { Store } from "../../functions/store/port.ts";
import { createSqliteStore } from "../../functions/store/sqlite/store.ts";
import { addTarget, retireTarget } from "../../functions/sync/targets.ts";
import { ServiceError } from "../../simulator/errors.ts";
import {
  type MemberAccount,
  type OrganizationSimulator,
  ROOT,
  type SimulatedOrganization,
  startOrganization,
} from "../../simulator/organization.ts";

/*
 * The function that discovers targets, through the real clients, against a simulated organization.
 */

const OWN = "111122223333";
const DENIED = new ServiceError("AccessDeniedException", 400, "You don't have permissions to access this resource.");
const REGIONS = { "eu-west-1": "ENABLED_BY_DEFAULT", "eu-west-3": "ENABLED", "af-south-1": "DISABLED" } as const;
const SOURCES = [
  { id: "cleanrooms.memberships", regions: ["eu-west-1"] },
  { id: "workspaces.images", regions: ["eu-west-1", "eu-west-3", "af-south-1"] },
];

let service: OrganizationSimulator;
let store: Store;
beforeEach(async () => {
  store = createSqliteStore(":memory:", { retentionDays: 30 });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await store.close();
  await service.close();
});

function member(n: number, set: Partial<MemberAccount> = {}): MemberAccount {
  return { id: `${200_000_000_000 + n}`, regions: REGIONS, ...set };
}

async function serve(accounts: readonly MemberAccount[], rest: Partial<SimulatedOrganization> = {}): Promise<void> {
  service = await startOrganization({ managementAccount: OWN, accounts, ...rest });
  vi.stubEnv("AWS_ENDPOINT_URL", service.url);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAOWN");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_REGION", "eu-west-1");
  vi.stubEnv("POWERTOOLS_LOG_LEVEL", "SILENT");
}

/** Runs the function with these settings of the organization. */
async function run(organization: object = {}) {
  const environment = discoverEnvironment({
    ...Object.fromEntries(
      ["VERSIONS", "CHANGES", "EDGES", "SCOPES", "SYNCS"].map((table) => [`STOCKTAKE_TABLE_${table}`, table]),
    ),
    STOCKTAKE_RETENTION_DAYS: "30",
    STOCKTAKE_ORGANIZATION: JSON.stringify(organization),
    STOCKTAKE_ACCOUNT: OWN,
    STOCKTAKE_READER_ROLE: "arn:aws:iam::{account}:role/reader",
    STOCKTAKE_EXTERNAL_ID: "secret-word",
    STOCKTAKE_SOURCES: '[{"intervalMinutes":60,"sources":["workspaces.images"]}]',
  });
  const record = await createDiscovery(environment, { store, sources: SOURCES })();
  expect(await store.discovery()).toEqual(record);
  return record;
}

async function active(): Promise<string[]> {
  return (await store.targets()).filter(({ status }) => status === "active").map(targetName);
}

describe("discovering an organization", () => {
  test("enters each active account, in each region that it has enabled and an enabled source knows", async () => {
    const all = { ...REGIONS, "us-east-1": "ENABLED_BY_DEFAULT" } as const;
    await serve([member(0, { id: OWN, regions: all }), member(1), member(2, { state: "SUSPENDED" })]);
    expect(await run()).toMatchObject({ accounts: 2, targets: 4, added: 4, retired: 0, pending: 0, unanswered: 0 });
    expect(await active()).toEqual([
      ...[`${OWN}/eu-west-1`, `${OWN}/eu-west-3`],
      ...["200000000001/eu-west-1", "200000000001/eu-west-3"],
    ]);
    expect(service.requests).toContain("AssumeRole arn:aws:iam::200000000001:role/reader");
    expect(service.requests).not.toContain(`AssumeRole arn:aws:iam::${OWN}:role/reader`);
    expect(service.externalIds).toEqual(["secret-word"]);
    expect(await run()).toMatchObject({ added: 0, targets: 4 });
  });

  test("goes through every page, and takes only chosen units, tags and regions, without those left out", async () => {
    const mine = { tags: { inventory: "yes" } };
    const many = Array.from({ length: 23 }, (_, n) => member(n, { unit: "ou-below", ...mine }));
    await serve([...many, member(90, mine), member(91, { unit: "ou-top" }), member(92, { unit: "ou-top", ...mine })], {
      units: { "ou-top": ROOT, "ou-below": "ou-top", "ou-other": ROOT },
    });
    const exclude = [many[3]?.id ?? ""];
    const choice = { units: ["ou-top"], tags: { inventory: "yes" }, exclude, regions: ["eu-west-3"] };
    expect(await run(choice)).toMatchObject({ accounts: 23, added: 23 });
    const found = await active();
    expect(found).toHaveLength(23);
    expect(found).toContain("200000000092/eu-west-3");
    for (const without of ["200000000003/eu-west-3", "200000000090/eu-west-3", "200000000091/eu-west-3"]) {
      expect(found).not.toContain(without);
    }
  });

  test("retires what a whole listing lacks: an account that was closed, one that left, a region that was disabled", async () => {
    await serve([1, 2, 3, 4].map((n) => member(n)));
    await run();
    service.organization.accounts = [
      member(1, { state: "PENDING_CLOSURE" }),
      member(3, { regions: { ...REGIONS, "eu-west-3": "DISABLED" } }),
      member(4, { regions: { ...REGIONS, "eu-west-3": "DISABLING" } }),
    ];
    expect(await run()).toMatchObject({ accounts: 2, targets: 3, retired: 5, pending: 0 });
    expect(await active()).toEqual(["200000000003/eu-west-1", "200000000004/eu-west-1", "200000000004/eu-west-3"]);
    service.organization.accounts = [1, 2, 3, 4].map((n) => member(n));
    expect(await run()).toMatchObject({ targets: 8, added: 5 });
  });

  test("concludes nothing of an account that cannot be asked, and nothing at all without the list of accounts", async () => {
    await serve([member(1), member(2)]);
    await run();
    service.fail("ListRegions 200000000001", DENIED);
    expect(await run()).toMatchObject({ unanswered: 1, retired: 0, error: expect.stringContaining("200000000001") });
    service.fail("AssumeRole", new ServiceError("AccessDenied", 403, "not authorized to assume"));
    expect(await run()).toMatchObject({ unanswered: 2, retired: 0, error: expect.stringContaining("AccessDenied") });
    // Then the function fails, which raises its alarm.
    service.organization.accounts = [];
    await expect(run()).rejects.toThrow(/^Nothing was concluded: .+ without any active account/);
    service.fail("ListAccounts", DENIED);
    await expect(run()).rejects.toThrow(/^Nothing was concluded: .*ListAccounts.*AccessDenied/);
    expect(await store.discovery()).toMatchObject({ error: expect.stringContaining("AccessDenied"), targets: 4 });
    expect(await active()).toHaveLength(4);
  });

  test("leaves it to a person to retire many at once, and takes them back should the organization", async () => {
    await serve(Array.from({ length: 20 }, (_, n) => member(n)));
    await run();
    service.organization.accounts = Array.from({ length: 14 }, (_, n) => member(n));
    expect(await run()).toMatchObject({ retired: 0, pending: 12, targets: 40 });
    expect((await store.targets()).filter(({ goneSince }) => goneSince)).toHaveLength(12);
    service.organization.accounts = Array.from({ length: 20 }, (_, n) => member(n));
    expect(await run()).toMatchObject({ retired: 0, pending: 0, targets: 40 });
    expect((await store.targets()).filter(({ goneSince }) => goneSince)).toEqual([]);
  });

  test("does not overrule a person or the configuration", async () => {
    await serve([member(1), member(2)]);
    await run();
    const [account, other] = ["200000000001", "200000000002"];
    await retireTarget(store, { account, region: "eu-west-1" }, "person");
    await addTarget(store, { account: other, region: "eu-west-1", origin: "configuration" });
    service.organization.accounts = [member(1)];
    await run();
    expect(await active()).toEqual([`${account}/eu-west-3`, `${other}/eu-west-1`]);
  });
});

test("an invalid environment is refused in one line that names the variables", () => {
  const env = { STOCKTAKE_ORGANIZATION: '{"units":"ou-1"}', STOCKTAKE_READER_ROLE: "reader", STOCKTAKE_ACCOUNT: "1" };
  expect(() => discoverEnvironment(env)).toThrow(
    /STOCKTAKE_TABLE_VERSIONS is not set.*STOCKTAKE_ORGANIZATION={"units":"ou-1"} is not JSON such as.*STOCKTAKE_ACCOUNT=1 is not an account's id.*STOCKTAKE_READER_ROLE=reader is not a role's ARN/,
  );
});
