import { describe, expect, test } from "vitest";
import { apiEnvironment, syncEnvironment } from "../../functions/lambda/environment.ts";

const STORE = {
  STOCKTAKE_TABLE_INVENTORY: "I",
  STOCKTAKE_TABLE_CHANGES: "C",
  STOCKTAKE_TABLE_SCOPES: "P",
  STOCKTAKE_TABLE_SYNCS: "Y",
  STOCKTAKE_RETENTION_DAYS: "400",
};
const SYNC = {
  ...STORE,
  STOCKTAKE_SOURCE: "workspaces.images",
  STOCKTAKE_QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/111122223333/queue",
  STOCKTAKE_GUARD_ITEMS: "10",
  STOCKTAKE_GUARD_SHARE: "0.5000",
};
const API = { ...STORE, STOCKTAKE_SCHEDULES: '{"workspaces.images":60,"sagemaker.associations":0.5}' };
const TABLES = { Inventory: "I", Changes: "C", Scopes: "P", Syncs: "Y" };

describe("the environment", () => {
  test("of a sync function is read", () => {
    expect(syncEnvironment(SYNC)).toEqual({
      tables: TABLES,
      retentionDays: 400,
      source: "workspaces.images",
      queueUrl: SYNC.STOCKTAKE_QUEUE_URL,
      guard: { items: 10, share: 0.5 },
    });
  });

  test("of the API's function is read", () => {
    expect(apiEnvironment(API)).toEqual({
      tables: TABLES,
      retentionDays: 400,
      schedules: { "workspaces.images": 60, "sagemaker.associations": 0.5 },
    });
  });

  test.each(Object.keys(SYNC))("is refused without %s", (name) => {
    expect(() => syncEnvironment({ ...SYNC, [name]: undefined })).toThrow(`${name} is not set`);
  });

  test.each([
    ["STOCKTAKE_SOURCE", "", "is empty"],
    ["STOCKTAKE_RETENTION_DAYS", "0", "=0 is not a whole number from 1 to 36500"],
    ["STOCKTAKE_RETENTION_DAYS", "1.5", "=1.5 is not a whole number"],
    ["STOCKTAKE_GUARD_ITEMS", "-1", "=-1 is not a whole number"],
    ["STOCKTAKE_GUARD_SHARE", "1.01", "=1.01 is not a number from 0 to 1"],
    ["STOCKTAKE_QUEUE_URL", "arn:aws:sqs:eu-west-1:1:q", "is not the URL of a queue"],
  ])("is refused with %s=%s", (name, value, said) => {
    const reading = () => syncEnvironment({ ...SYNC, [name]: value });
    expect(reading).toThrow(new RegExp(`^the function's environment is not as deployed: ${name}.*`));
    expect(reading).toThrow(said);
  });

  test.each(["", "{", "[]", "60", '{"a":"60"}', '{"a":0}'])("is refused with STOCKTAKE_SCHEDULES=%s", (value) => {
    expect(() => apiEnvironment({ ...API, STOCKTAKE_SCHEDULES: value })).toThrow("STOCKTAKE_SCHEDULES");
  });
});
