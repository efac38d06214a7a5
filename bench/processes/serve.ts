/** What one process of the suite can be asked to do by the one that started it. */
export type Calls = Record<string, (...given: never[]) => unknown>;

/** Sent to a process: do this. */
export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

/** What comes back: the result, or the error as text. */
export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** Answers, one after another or at once as they come, what the starting process asks for. */
export function serve(calls: Calls): void {
  process.on("message", (ask: Ask) => {
    void answer(calls, ask).then((reply) => process.send?.(reply));
  });
  process.on("disconnect", () => process.exit());
}

async function answer(calls: Calls, { id, name, given }: Ask): Promise<Reply> {
  try {
    const call = calls[name];
    if (!call) throw new Error(`there is no ${name} here`);
    return { id, result: await call(...(given as never[])) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
