import { describe, expect, test } from "vitest";
import { apiEnvironment, syncEnvironment } from "../../functions/lambda/environment.ts";

const STORE = {
  STOCKTAKE_TABLE_VERSIONS: "V",
  STOCKTAKE_TABLE_CHANGES: "C",
  STOCKTAKE_TABLE_EDGES: "E",
  STOCKTAKE_TABLE_SCOPES: "P",
  STOCKTAKE_TABLE_SYNCS: "Y",
  STOCKTAKE_RETENTION_DAYS: "400",
};
const SYNC = {
  ...STORE,
  STOCKTAKE_SERVICE: "workspaces",
  STOCKTAKE_SOURCES:
    '[{"intervalMinutes":60,"extraRegions":["eu-north-1"],"sources":["workspaces.images"]},{"intervalMinutes":360,"incrementalMinutes":5,"sources":["sagemaker.associations"]}]',
  STOCKTAKE_WORKERS: "2",
  STOCKTAKE_ACCOUNT: "111122223333",
  STOCKTAKE_METRICS_NAMESPACE: "Stocktake/Stocktake",
  STOCKTAKE_GUARD_ITEMS: "10",
  STOCKTAKE_GUARD_SHARE: "0.5000",
  STOCKTAKE_EVENT_BUS: "Stocktake-events",
};
const OPTIONAL = {
  STOCKTAKE_READER_ROLE: "arn:aws:iam::{account}:role/Stocktake-eu-west-1-reader",
  STOCKTAKE_EXTERNAL_ID: "stocktake-x",
  STOCKTAKE_EXPLORER_URL: "https://explorer.example.com",
};
const API = { ...STORE, STOCKTAKE_SCHEDULES: '{"workspaces.images":60,"sagemaker.associations":0.5}' };
const TABLES = { Versions: "V", Changes: "C", Edges: "E", Scopes: "P", Syncs: "Y" };

describe("the environment", () => {
  test("of a sync function is read", () => {
    expect(syncEnvironment(SYNC)).toEqual({
      ...{ tables: TABLES, retentionDays: 400, service: "workspaces", workers: 2, account: "111122223333" },
      sources: {
        "workspaces.images": { intervalMinutes: 60, extraRegions: ["eu-north-1"] },
        "sagemaker.associations": { intervalMinutes: 360, incrementalMinutes: 5 },
      },
      metricsNamespace: "Stocktake/Stocktake",
      guard: { items: 10, share: 0.5 },
      eventBus: "Stocktake-events",
    });
  });

  test("of a sync function may name how other accounts are read", () => {
    const { readerRole, externalId, explorerUrl } = syncEnvironment({ ...SYNC, ...OPTIONAL });
    expect([readerRole, externalId, explorerUrl]).toEqual(Object.values(OPTIONAL));
  });

  test("of the API's function is read", () => {
    expect(apiEnvironment(API)).toEqual({
      tables: TABLES,
      retentionDays: 400,
      schedules: { "workspaces.images": 60, "sagemaker.associations": 0.5 },
    });
  });

  test.each(Object.keys(SYNC))("is invalid without %s", (name) => {
    expect(() => syncEnvironment({ ...SYNC, [name]: undefined })).toThrow(`${name} is not set`);
  });

  test.each([
    ["STOCKTAKE_SERVICE", "", "is empty"],
    ["STOCKTAKE_RETENTION_DAYS", "0", "=0 is not a whole number from 1 to 36500"],
    ["STOCKTAKE_RETENTION_DAYS", "1.5", "=1.5 is not a whole number"],
    ["STOCKTAKE_WORKERS", "0", "=0 is not a whole number from 1 to 1000"],
    ["STOCKTAKE_ACCOUNT", "mine", "=mine is not an account's id"],
    ["STOCKTAKE_READER_ROLE", "arn:aws:iam::111122223333:role/x", "is not a role's ARN with {account}"],
    ["STOCKTAKE_GUARD_ITEMS", "-1", "=-1 is not a whole number"],
    ["STOCKTAKE_GUARD_SHARE", "1.01", "=1.01 is not a number from 0 to 1"],
    ["STOCKTAKE_SOURCES", "{}", "is not JSON such as"],
    ["STOCKTAKE_SOURCES", "[60]", "is not JSON such as"],
    ["STOCKTAKE_SOURCES", '[{"intervalMinutes":0,"sources":["a.b"]}]', "is not JSON such as"],
    ["STOCKTAKE_SOURCES", '[{"intervalMinutes":10081,"sources":["a.b"]}]', "is not JSON such as"],
    ["STOCKTAKE_SOURCES", '[{"intervalMinutes":60,"incrementalMinutes":"5","sources":["a.b"]}]', "is not JSON such as"],
    [
      "STOCKTAKE_SOURCES",
      '[{"intervalMinutes":60,"extraRegions":["Ireland"],"sources":["a.b"]}]',
      "is not JSON such as",
    ],
  ])("is invalid with %s=%s", (name, value, problem) => {
    const read = () => syncEnvironment({ ...SYNC, [name]: value });
    expect(read).toThrow(new RegExp(`^Invalid environment: ${name}.*`));
    expect(read).toThrow(problem);
  });

  test("that is invalid in several variables is one line that names them all", () => {
    const invalid = { ...SYNC, STOCKTAKE_SERVICE: "", STOCKTAKE_GUARD_ITEMS: "x", STOCKTAKE_TABLE_EDGES: undefined };
    expect(() => syncEnvironment(invalid)).toThrow(
      "Invalid environment: STOCKTAKE_TABLE_EDGES is not set; STOCKTAKE_SERVICE is empty; " +
        "STOCKTAKE_GUARD_ITEMS=x is not a whole number from 0 to 999999999",
    );
  });

  test.each(["", "{", "[]", "60", '{"a":"60"}', '{"a":0}'])("is invalid with STOCKTAKE_SCHEDULES=%s", (value) => {
    expect(() => apiEnvironment({ ...API, STOCKTAKE_SCHEDULES: value })).toThrow("STOCKTAKE_SCHEDULES");
  });
});
