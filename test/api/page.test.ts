import { describe, expect, test } from "vitest";
import { type Batch, type BatchRequest, countRows, walk } from "../../functions/api/walk.ts";

/** A list of so many records, read at most 200 at a time, of which those with these numbers are rows. */
function recordsOf(length: number, rows: readonly number[]): (request: BatchRequest) => Promise<Batch> {
  return async ({ after, remaining }) => {
    const from = Number(after?.[0] ?? -1) + 1;
    const end = Math.min(from + Math.min(Math.max(remaining, 100), 200), length);
    const found = rows.filter((row) => row >= from && row < end);
    return {
      rows: found.map((row) => ({ text: () => `${row}`, after: [`${row}`] })),
      read: end - from,
      ...(end < length && { next: [`${end - 1}`] }),
    };
  };
}

const page = (read: (request: BatchRequest) => Promise<Batch>, after?: readonly string[], elapsed = () => 0) =>
  walk({ collections: ["a"], from: after && { collection: "a", after }, limit: 3, read, elapsed });

describe("a page", () => {
  test("is full where that costs 10,000 records at most, and otherwise goes on after what it read", async () => {
    const read = recordsOf(40_000, [5, 9_900, 12_000, 39_000]);
    const first = await page(read);
    expect(first.texts).toEqual(["5", "9900"]);
    expect(first.read).toBeLessThan(10_500);
    // None is empty while there is more, however much must be read for its first row.
    const second = await page(read, first.next?.after);
    expect(second.texts).toEqual(["12000"]);
    const third = await page(read, second.next?.after);
    expect(third.texts).toEqual(["39000"]);
    const rest = third.next ? await page(read, third.next.after) : third;
    expect(rest.next).toBeUndefined();
    expect((await page(recordsOf(40_000, [4, 5, 6, 7]))).texts).toEqual(["4", "5", "6"]);
  });

  test("that found nothing within the time of a request ends all the same", async () => {
    let reads = 0;
    const read = recordsOf(1_000_000, [999_999]);
    const { texts, next } = await page(
      async (request) => {
        reads += 1;
        return read(request);
      },
      undefined,
      () => reads * 100,
    );
    expect(texts).toEqual([]);
    expect(next?.after).toBeDefined();
    expect(reads).toBeLessThan(200);
  });

  test("has its rows by rank, whatever their positions", async () => {
    const rank = [2, 0, 1];
    const rows = rank.map((each, n) => ({ text: () => `${n}`, after: [`${n}`], rank: each }));
    const { texts } = await walk({
      collections: ["a"],
      from: undefined,
      limit: 3,
      read: async () => ({ rows, read: 3 }),
    });
    expect(texts).toEqual(["1", "2", "0"]);
  });

  test("counts what is on all pages, up to 100,000 records", async () => {
    expect(await countRows(["a", "b"], recordsOf(3_000, [1, 2, 2_999]))).toEqual({ count: 6 });
    expect(await countRows(["a"], recordsOf(200_000, [1, 199_999]))).toEqual({ count: 1, countTruncated: true });
  });
});
