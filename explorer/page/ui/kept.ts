/* What this browser keeps for the page. A browser may refuse to: then it is known until the page is left. */

const unkept = new Map<string, string>();

/** What is kept under a name. */
export function readKept(name: string): string | null {
  const own = unkept.get(name);
  if (own !== undefined) return own;
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text under a name, or with "" forgets it. Answers whether the browser keeps it after the page is left. */
export function keep(name: string, text: string): boolean {
  try {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
    unkept.delete(name);
    return true;
  } catch {
    unkept.set(name, text);
    return false;
  }
}
