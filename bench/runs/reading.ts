import autocannon from "autocannon";
import { type Measured, measured } from "./measured.ts";

/** Milliseconds that each GET of a path took, one after another. */
export async function getEach(url: string, paths: readonly string[]): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const times: number[] = [];
    const load = autocannon(
      { url, connections: 1, amount: paths.length, requests: paths.map((path) => ({ path })) },
      (error, result) => {
        if (error) reject(error);
        else if (result.non2xx > 0 || result.errors > 0) reject(new Error(`${result.non2xx} answers were not 200`));
        else resolve(times);
      },
    );
    load.on("response", (_client, _status, _bytes, ms) => times.push(ms));
  });
}

/** Walks a list over HTTP, page after page; the result is how many items and bytes there were. */
export async function walk(list: string): Promise<Measured<{ readonly items: number; readonly bytes: number }>> {
  return measured(async () => {
    let items = 0;
    let bytes = 0;
    let cursor: string | undefined;
    do {
      const next = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await fetch(`${list}${next}`, { headers: { "accept-encoding": "identity" } });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${answer.status}: ${text}`);
      const page = JSON.parse(text) as { items: unknown[]; nextCursor?: string };
      items += page.items.length;
      bytes += text.length;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return { items, bytes };
  });
}
