import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment, newFolder } from "./cli.ts";
import { runInProcess } from "./in-process.ts";

let folder: Awaited<ReturnType<typeof newFolder>>;

beforeAll(async () => {
  folder = await newFolder();
});
afterAll(() => folder.remove());

const ACCOUNT = ["--account", "123456789012"];
const REGION = ["--region", "eu-west-1"];

describe("invalid arguments are one line and exit code 2", () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      "an unknown source",
      ["sync", "--source", "foo"],
      {},
      /unknown source "foo": choose from sagemaker\.associations, /,
    ],
    ["an unknown option", ["sync", "--sorce", "x"], {}, /unknown option '--sorce' \(Did you mean --source\?\)/],
    ["an unknown command", ["snyc"], {}, /unknown command 'snyc' \(Did you mean sync\?\)/],
    ["help for an unknown command", ["snyc", "--help"], {}, /unknown command 'snyc' \(Did you mean sync\?\)/],
    ["help about an unknown command", ["help", "snyc"], {}, /unknown command 'snyc' \(Did you mean sync\?\)/],
    ["a surplus argument", ["sync", "everything"], {}, /too many arguments/],
    ["an option without its value", ["sync", "--region"], {}, /argument missing/],
    [
      "a region there is not",
      ["sync", "--region", "mars-1"],
      {},
      /"mars-1" is not a region that any source knows: choose from /,
    ],
    [
      "a region that is no name",
      ["sync", "--region", "x", "--allow-unknown-region"],
      {},
      /--region x is not a region's name/,
    ],
    [
      "a profile there is not",
      ["sync", ...REGION],
      { AWS_PROFILE: "nope" },
      /AWS_PROFILE=nope: your AWS configuration has no such profile/,
    ],
    [
      "an endpoint that is no URL",
      ["items"],
      { AWS_ENDPOINT_URL_DYNAMODB: "foo" },
      /AWS_ENDPOINT_URL_DYNAMODB=foo is not the URL of an endpoint/,
    ],
    ["no region", ["sync", ...ACCOUNT], {}, /no region is configured: pass --region, or set AWS_REGION/],
    [
      "an account that is none",
      ["sync", ...REGION, "--account", "12"],
      {},
      /--account 12 is not an account: give its twelve digits/,
    ],
    [
      "a source where its service is not",
      ["sync", "--source", "iot.account-associations", "--region", "us-east-1", ...ACCOUNT],
      {},
      /iot\.account-associations does not exist in us-east-1: choose from ca-central-1, eu-west-1/,
    ],
    ["an unknown source to approve removals of", ["sync", "--approve-removals", "x"], {}, /unknown source "x"/],
    [
      "an option of an earlier version",
      ["sync", "--cut-after", "300", ...ACCOUNT, ...REGION],
      {},
      /--cut-after is not needed any more: leave it out/,
    ],
    [
      "a rate that is none",
      ["sync", "--calls-per-second", "0", ...ACCOUNT, ...REGION],
      {},
      /--calls-per-second 0 is not a whole/,
    ],
    [
      "an incremental sync of what has none",
      ["sync", "--incremental", "--source", "workspaces.images"],
      {},
      /--incremental: none of these sources is listed in order of creation/,
    ],
    ["a port that is none", ["serve"], { PORT: "80x" }, /PORT=80x is not a whole number from 0 to 65535/],
    ["a port out of range", ["serve"], { PORT: "70000" }, /PORT=70000 is not a whole number/],
    [
      "a retention that is none",
      ["sync", ...ACCOUNT, ...REGION],
      { STOCKTAKE_RETENTION_DAYS: "0" },
      /STOCKTAKE_RETENTION_DAYS=0/,
    ],
    [
      "a table prefix that is none",
      ["serve"],
      { STOCKTAKE_TABLE_PREFIX: "a b" },
      /STOCKTAKE_TABLE_PREFIX=a b is not 3 to 200 letters/,
    ],
  ])("%s", async (_name, args, extra, message) => {
    const { code, stdout, stderr } = await runInProcess(args, environment(folder.folder, extra));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^stocktake: [^\n]+\n$/);
  });
});

describe("a local obstacle is one line and exit code 1", () => {
  test.each<[string, string[], Record<string, string>, RegExp]>([
    [
      "a data folder that cannot be made",
      ["sync", ...ACCOUNT, ...REGION],
      { STOCKTAKE_DATA: "/dev/null/data" },
      /database \/dev\/null\/data\/inventory\.db cannot be created .+ set STOCKTAKE_DATA to another folder/,
    ],
    [
      "a database that is not there",
      ["sync", ...ACCOUNT, ...REGION],
      { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
      /cannot create the tables in http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
    ],
    [
      "an STS that is not there",
      ["sync", ...REGION],
      { AWS_ENDPOINT_URL_STS: "http://127.0.0.1:1" },
      /STS GetCallerIdentity failed: .*ECONNREFUSED.*pass --account to go on without it/,
    ],
  ])("%s", async (_name, args, extra, message) => {
    const { code, stdout, stderr } = await runInProcess(args, environment(folder.folder, extra));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^stocktake: [^\n]+\n$/);
  });
});

test("--help lists the commands", async () => {
  const { code, stdout } = await runInProcess(["--help"], environment(folder.folder));
  expect(code).toBe(0);
  for (const command of ["start", "sync", "run", "serve"]) expect(stdout).toContain(command);
});
