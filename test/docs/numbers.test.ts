import { expect, test } from "vitest";
import { SOURCES } from "../../functions/sources/registry.ts";
import { codeIn, textOf } from "./markdown.ts";

/** Numbers in the documents are those in the code. Costs, examples, API limits and figures have tests of their own. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A document, what it says with a number, and the constant that has it: in which folder, and in which unit. */
const NUMBERS: readonly (readonly [document: string, says: RegExp, folder: string, constant: RegExp, unit: number])[] =
  [
    ["README.md", /synced every (\d+) seconds/, "cli", /SYNC_EVERY_MS = ([\d_]+)/, SECOND],
    [
      "docs/configuration.md",
      /lease to\s+expire, at most (\d+) seconds/,
      "functions",
      /LOCAL_LEASE_MS = ([\d_]+)/,
      SECOND,
    ],
    ["docs/configuration.md", /of the API; (\d+),/, "cli", /DEFAULT_PORT = (\d+)/, 1],
    ["docs/configuration.md", /that are kept; (\d+) \|/, "functions/model", /RETENTION_DAYS = \{ default: (\d+)/, 1],
    [
      "docs/configuration.md",
      /lists new lineage every (\d+) minutes/,
      "functions/sources",
      /incrementalMinutes: (\d+)/,
      1,
    ],
    [
      "docs/troubleshooting.md",
      /at most (\d+) seconds on one machine/,
      "functions",
      /LOCAL_LEASE_MS = ([\d_]+)/,
      SECOND,
    ],
    [
      "docs/exports.md",
      /more than ([\d,]+) items has\s+several files/,
      "functions/export",
      /MAX_FILE_ITEMS = ([\d_]+)/,
      1,
    ],
    ["docs/exports.md", /Files above (\d+) MiB/, "functions/export", /PART_BYTES = (\d+) \* 1024 \* 1024/, 1],
    ["docs/comparison.md", /(\d+) days by default/, "functions/model", /RETENTION_DAYS = \{ default: (\d+)/, 1],
    ["docs/api.md", /history \| (\d+) days by default/, "functions/model", /RETENTION_DAYS = \{ default: (\d+)/, 1],
    ["docs/api.md", /\| (\d+) requests a second, bursts/, "infra", /rateLimit: (\d+)/, 1],
    ["docs/api.md", /requests a second, bursts of (\d+)/, "infra", /burstLimit: (\d+)/, 1],
    ["docs/api.md", /records read for a page \| ([\d,]+),/, "functions/api", /READ_BUDGET = ([\d_]+)/, 1],
    ["docs/api.md", /about ([\d,]+) items read/, "functions/inventory", /READ_BUDGET = ([\d_]+)/, 1],
    ["docs/api.md", /edges away, ([\d,]+) edges/, "cli", /MAX_EDGES = ([\d_]+)/, 1],
    ["docs/deploying.md", /when it has ([\d,]+) items/, "functions/sync", /scopeItems: ([\d_]+)/, 1],
    [
      "docs/runbook.md",
      /more than (\d+) items and more than half/,
      "functions/model",
      /DEFAULT_GUARD.+items: (\d+)/,
      1,
    ],
    ["docs/runbook.md", /more than (\d+) a second, or/, "infra", /rateLimit: (\d+)/, 1],
    ["docs/runbook.md", /took longer than (\d+) seconds/, "infra", /SLOW_MS = ([\d_]+)/, SECOND],
    [
      "docs/reliability.md",
      /failed after ([\d,]+) pages with nothing new/,
      "functions",
      /MAX_EMPTY_STREAK = ([\d_]+)/,
      1,
    ],
    ["docs/reliability.md", /a writer waits up to (\d+) s/, "functions/store", /LOCK_TIMEOUT_MS = ([\d_]+)/, SECOND],
    ["docs/reliability.md", /tried again, (six) times in all/, "functions/aws", /maxAttempts: (\d+)/, 1],
    [
      "docs/reliability.md",
      /no response \| given up after (\d+) s/,
      "functions/aws",
      /requestTimeout: ([\d_]+)/,
      SECOND,
    ],
    ["docs/runbook.md", /claim lapses after (\d+) minutes/, "functions/sync", /CLAIM_MS = (\d+) \*/, 1],
    ["docs/runbook.md", /ends up to (\d+) hours after the repair/, "infra", /VERIFY_HOURS = (\d+)/, 1],
    ["docs/runbook.md", /was ended after (\d+) seconds/, "infra", /timeout: Duration.seconds\((\d+)\)/, 1],
    ["docs/runbook.md", /failed (three) times in a row/, "functions/sync", /FAILING_SYNCS = (\d+)/, 1],
    ["docs/runbook.md", /must fit into (\d+) minutes/, "infra", /TIMEOUT = Duration.minutes\((\d+)\)/, 1],
    ["docs/runbook.md", /ended itself (\d+) seconds earlier/, "functions/lambda", /ABORT_BEFORE_MS = ([\d_]+)/, SECOND],
    ["docs/reliability.md", /or (\d+) s in all/, "functions/aws", /RESPONSE_TIMEOUT_MS = ([\d_]+)/, SECOND],
    ["docs/reliability.md", /more than (five) minutes off/, "functions/sync", /MAX_OFFSET_MS = ([\d_]+)/, MINUTE],
    ["docs/decisions/0003-rejected-items.md", /over ([\d,]+)\s+bytes/, "functions", /MAX_DOCUMENT_BYTES = ([\d_]+)/, 1],
    ["docs/decisions/0003-rejected-items.md", /identity over (\d+)\s+bytes/, "functions", /MAX_KEY_BYTES = (\d+)/, 1],
    [
      "docs/runbook.md",
      /verifies what was not verified for a (week)/,
      "functions/sync",
      /VERIFY_EVERY_MS = (\d+) \*/,
      1,
    ],
  ];

const WORDS: Readonly<Record<string, number>> = { three: 3, five: 5, six: 6, week: 7 };

test.each(NUMBERS)("%s says %s as %s has it", (document, says, folder, constant, unit) => {
  const [, said = ""] = says.exec(textOf(document)) ?? [];
  const [, set = ""] = constant.exec(codeIn(folder)) ?? [];
  expect(said).not.toBe("");
  expect(WORDS[said] ?? Number(said.replaceAll(",", ""))).toBe(Number(set.replaceAll("_", "")) / unit);
});

test("the comparison counts the sources, and states how often they are listed", () => {
  const page = textOf("docs/comparison.md");
  expect(page).toContain(`| resource types | **${SOURCES.length}** |`);
  expect(page).toContain(`| covers | ${SOURCES.length} AWS list operations |`);
  expect(textOf("README.md")).toContain(`Stocktake calls ${SOURCES.length} list operations.`);
  const hours = SOURCES.map(({ intervalMinutes }) => intervalMinutes / 60);
  const [incremental] = SOURCES.flatMap(({ listedByCreation }) => listedByCreation?.incrementalMinutes ?? []);
  const freshness = `${incremental} minutes for new lineage, ${Math.min(...hours)} to ${Math.max(...hours)} hours for the rest`;
  expect(page.split(freshness)).toHaveLength(3);
});
