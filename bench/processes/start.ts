import { type ChildProcess, fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, type PluginBuild } from "esbuild";
import type { Calls, Reply } from "./serve.ts";

/** A process of the suite: what it serves (see serve.ts) is called as if it were here. */
export interface Started<C extends Calls> {
  readonly pid: number;
  readonly call: <Name extends keyof C & string>(
    name: Name,
    ...given: Parameters<C[Name]>
  ) => Promise<Awaited<ReturnType<C[Name]>>>;
  stop(): Promise<void>;
}

const BENCH = path.resolve(import.meta.dirname, "..");
/** Where the bundles find the packages. */
const BUNDLES = path.resolve(BENCH, "../node_modules/.cache/stocktake-bench");

const PROCESSES = ["runner", "server", "simulator"] as const;

/** Made up: nothing here looks at them, and the SDK does not sign without. */
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_REGION: "eu-west-1",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Bundles the processes, as what is released is bundled: a loader would give every function its name each time it is made. */
export async function bundleProcesses(): Promise<void> {
  await build({
    entryPoints: PROCESSES.map((name) => path.join(BENCH, `${name}.process.ts`)),
    outdir: BUNDLES,
    outExtension: { ".js": ".mjs" },
    ...({ bundle: true, platform: "node", format: "esm", packages: "external", logLevel: "warning" } as const),
    plugins: [{ name: "keep-locations", setup: keepLocations }],
  });
}

/** Files beside the sources are found from where the source is. */
function keepLocations({ onLoad }: PluginBuild): void {
  onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
    const source = await readFile(file, "utf8");
    return { contents: source.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(file))), loader: "ts" };
  });
}

/** Starts bench/<name>.process.ts, as it was bundled. */
export function start<C extends Calls>(name: (typeof PROCESSES)[number]): Started<C> {
  const child = fork(path.join(BUNDLES, `${name}.process.mjs`), {
    execArgv: ["--expose-gc"],
    serialization: "advanced",
    env: { ...process.env, ...ENVIRONMENT },
  });
  running.add(child);
  const open = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  child.on("message", ({ id, result, error }: Reply) => {
    const waiting = open.get(id);
    open.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`${name}: ${error}`));
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      for (const waiting of open.values()) waiting.reject(new Error(`${name} ended with ${code ?? signal}`));
      resolve();
    });
  });
  return {
    pid: child.pid ?? 0,
    call(called, ...given) {
      const id = ++calls;
      const reply = new Promise((resolve, reject) => open.set(id, { resolve, reject }));
      child.send({ id, name: called, given });
      return reply as never;
    },
    async stop() {
      if (child.connected) child.disconnect();
      const patience = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(patience);
    },
  };
}
