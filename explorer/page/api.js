/** The public API, as a browser asks it. */

/** What the API, or the way to it, refused: one line in `message`, the problem document in `problem`. */
export class ApiError extends Error {
  constructor(message, status, problem) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** @param {string} path @param {Record<string, unknown>} [params] */
export function apiUrl(path, params = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== "" && one !== null) search.append(name, String(one));
    }
  }
  const query = search.toString();
  return `${path}${query ? `?${query}` : ""}`;
}

/** @param {string} path @param {Record<string, unknown>} [params] @param {AbortSignal} [signal] */
export async function get(path, params = {}, signal = undefined) {
  let response;
  try {
    response = await fetch(apiUrl(path, params), { signal, headers: { accept: "application/json" } });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The server does not respond. Check that it is running.", 0, {});
  }
  const body = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body;
  const said = body?.detail ?? body?.message ?? body?.title ?? "Unexpected response from server";
  throw new ApiError(`${response.status}: ${said}`, response.status, body ?? {});
}

/**
 * Every page of a list, one after another. All of them show the first one's instant.
 * @param {string} path @param {Record<string, unknown>} params @param {AbortSignal} [signal]
 */
export async function* pages(path, params, signal = undefined) {
  for (let cursor; ; ) {
    const page = await get(path, { ...params, cursor }, signal);
    yield page;
    if (!page.nextCursor) return;
    cursor = page.nextCursor;
  }
}

/**
 * Everything that a list holds, or its first `most` entries.
 * @returns {Promise<{ entries: any[], asOf: string, more: boolean }>}
 */
export async function collect(path, params, { most, signal, onProgress } = {}) {
  const entries = [];
  let asOf = "";
  for await (const page of pages(path, { limit: 1000, ...params }, signal)) {
    entries.push(...page.items);
    asOf = page.asOf;
    onProgress?.(entries.length);
    if (most !== undefined && entries.length >= most) return { entries, asOf, more: Boolean(page.nextCursor) };
  }
  return { entries, asOf, more: false };
}

/** Runs `task` for each of the entries, a few at a time. */
export async function each(entries, atOnce, task) {
  const queue = [...entries];
  await Promise.all(
    Array.from({ length: Math.min(atOnce, queue.length) }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await task(next);
    }),
  );
}
