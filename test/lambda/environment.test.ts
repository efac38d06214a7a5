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
  STOCKTAKE_SOURCE: "workspaces.images",
  STOCKTAKE_INTERVAL_MINUTES: "60",
  STOCKTAKE_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/111122223333/queue",
  STOCKTAKE_GUARD_ITEMS: "10",
  STOCKTAKE_GUARD_SHARE: "0.5000",
};
const API = { ...STORE, STOCKTAKE_SCHEDULES: '{"workspaces.images":60,"sagemaker.associations":0.5}' };
const TABLES = { Versions: "V", Changes: "C", Edges: "E", Scopes: "P", Syncs: "Y" };

describe("the environment", () => {
  test("of a sync function is read", () => {
    expect(syncEnvironment(SYNC)).toEqual({
      tables: TABLES,
      retentionDays: 400,
      source: "workspaces.images",
      intervals: { fullMs: 3_600_000 },
      queueUrl: SYNC.STOCKTAKE_QUEUE_URL,
      guard: { items: 10, share: 0.5 },
    });
  });

  test("of a sync function may name an incremental interval", () => {
    const { intervals } = syncEnvironment({ ...SYNC, STOCKTAKE_INCREMENTAL_MINUTES: "5" });
    expect(intervals).toEqual({ fullMs: 3_600_000, incrementalMs: 300_000 });
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
    ["STOCKTAKE_SOURCE", "", "is empty"],
    ["STOCKTAKE_RETENTION_DAYS", "0", "=0 is not a whole number from 1 to 36500"],
    ["STOCKTAKE_RETENTION_DAYS", "1.5", "=1.5 is not a whole number"],
    ["STOCKTAKE_INTERVAL_MINUTES", "0", "=0 is not a whole number from 1 to 10080"],
    ["STOCKTAKE_INCREMENTAL_MINUTES", "soon", "=soon is not a whole number"],
    ["STOCKTAKE_GUARD_ITEMS", "-1", "=-1 is not a whole number"],
    ["STOCKTAKE_GUARD_SHARE", "1.01", "=1.01 is not a number from 0 to 1"],
    ["STOCKTAKE_QUEUE_URL", "arn:aws:sqs:eu-west-1:1:q", "is not the URL of a queue"],
  ])("is invalid with %s=%s", (name, value, problem) => {
    const read = () => syncEnvironment({ ...SYNC, [name]: value });
    expect(read).toThrow(new RegExp(`^Invalid environment: ${name}.*`));
    expect(read).toThrow(problem);
  });

  test("that is invalid in several variables is one line that names them all", () => {
    const invalid = { ...SYNC, STOCKTAKE_SOURCE: "", STOCKTAKE_GUARD_ITEMS: "x", STOCKTAKE_TABLE_EDGES: undefined };
    expect(() => syncEnvironment(invalid)).toThrow(
      "Invalid environment: STOCKTAKE_TABLE_EDGES is not set; STOCKTAKE_SOURCE is empty; " +
        "STOCKTAKE_GUARD_ITEMS=x is not a whole number from 0 to 999999999",
    );
  });

  test.each(["", "{", "[]", "60", '{"a":"60"}', '{"a":0}'])("is invalid with STOCKTAKE_SCHEDULES=%s", (value) => {
    expect(() => apiEnvironment({ ...API, STOCKTAKE_SCHEDULES: value })).toThrow("STOCKTAKE_SCHEDULES");
  });
});
