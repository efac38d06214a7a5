import { describe, expect, test } from "vitest";
import { ENTIRE_COLLECTION } from "../../functions/model/collection.ts";
import { pageOf, pagesOf } from "../../functions/model/source.ts";
import { SOURCE } from "../sync/engine.ts";

interface Answer {
  readonly $metadata: { readonly attempts?: number };
  readonly Things?: readonly string[];
  readonly NextToken?: string;
}

/** A paginator whose answers carry these tokens; "" stands for none. */
async function* answers(tokens: readonly string[]): AsyncGenerator<Answer> {
  for (const [n, NextToken] of tokens.entries()) yield { $metadata: { attempts: 1 }, Things: [`${n}`], NextToken };
}

async function list(tokens: readonly string[], failure?: Error): Promise<readonly string[]> {
  const listed: string[] = [];
  async function* failing() {
    yield* answers(tokens);
    if (failure) throw failure;
  }
  const pages = pagesOf(
    failing(),
    ({ Things }) => Things,
    ({ NextToken }) => NextToken,
  );
  for await (const { documents } of pages) listed.push(...documents);
  return listed;
}

describe("the pages of a paginator", () => {
  test.each([
    [[""], ["0"]],
    [
      ["a", "b", ""],
      ["0", "1", "2"],
    ],
    [[], []],
  ])("with tokens %j", async (tokens, listed) => expect(await list(tokens)).toEqual(listed));

  test.each([
    ["at once", ["a", "a"]],
    ["later", ["a", "b", "b"]],
    ["in a circle of two", ["a", "b", "a"]],
    ["in a wider circle", ["a", "b", "c", "d", "b"]],
  ])("fail when a token comes again %s", async (_, tokens) => {
    await expect(list([...tokens, "z", ""])).rejects.toMatchObject({
      name: "SyncError",
      code: "malformed",
      message: expect.stringContaining("repeated a page token"),
    });
  });
  test.each([
    ["empty", () => []],
    ["all the same", () => [{ Id: "a", Deep: { at: 1 } }]],
    ["the same few over and over", (n: number) => [{ Id: `${n % 3}` }, { Id: "z" }]],
  ])("fail when they go on for ever, each with a token of its own: %s", async (_, documentsOf) => {
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked += 1;
        yield { $metadata: {}, Things: documentsOf(asked), NextToken: `${asked}` };
      }
    }
    const listing = async () => {
      for await (const page of pagesOf(
        endless(),
        ({ Things }) => Things,
        ({ NextToken }) => NextToken,
      ))
        expect(page.retries).toBe(0);
    };
    await expect(listing()).rejects.toMatchObject({ code: "malformed", message: expect.stringContaining("no end") });
    expect(asked).toBeLessThan(1_010);
  });
  test("may be empty many times on the way to the next item", async () => {
    const tokens = Array.from({ length: 900 }, (_, n) => `${n}`);
    async function* sparse() {
      for (const NextToken of tokens) yield { $metadata: {}, Things: [] as string[], NextToken };
      yield { $metadata: {}, Things: ["found"], NextToken: "last" };
      for (const NextToken of tokens) yield { $metadata: {}, Things: [] as string[], NextToken: `again ${NextToken}` };
    }
    const listed: string[] = [];
    for await (const { documents } of pagesOf(
      sparse(),
      ({ Things }) => Things,
      ({ NextToken }) => NextToken,
    ))
      listed.push(...documents);
    expect(listed).toEqual(["found"]);
  });
  test("fail with the paginator's own error", async () => {
    const failure = new Error("no");
    await expect(list(["a"], failure)).rejects.toBe(failure);
  });
  test.each<[Answer, readonly unknown[] | undefined, unknown]>([
    [{ $metadata: { attempts: 3 } }, ["a"], { documents: ["a"], retries: 2 }],
    [{ $metadata: {} }, undefined, { documents: [], retries: 0, listMissing: true }],
    [{ $metadata: { attempts: 0 } }, [], { documents: [], retries: 0 }],
  ])("%j with %j", (answer, documents, page) => expect(pageOf(answer, documents)).toEqual(page));

  test.each([[{}], ["text"], [5], [false]])("fail when %j is where the list belongs", (documents) => {
    expect(() => pageOf({ $metadata: {} }, documents as unknown as [])).toThrow(
      expect.objectContaining({ name: "SyncError", code: "malformed" }),
    );
  });
  test.each([[5], [0], [false], [{}]])("fail when %j is the token", async (token) => {
    await expect(list([token as unknown as string])).rejects.toMatchObject({ name: "SyncError", code: "malformed" });
  });
});

describe("a source without a plan", () => {
  test("has one scope, everything", async () => {
    const scopes = [];
    for await (const scope of SOURCE.connect({ region: "eu-west-1" }).plan(new AbortController().signal, {
      account: "111122223333",
      region: "eu-west-1",
    }))
      scopes.push(scope);
    expect(scopes).toEqual([ENTIRE_COLLECTION]);
    expect(SOURCE.planned).toBe(false);
  });
});
