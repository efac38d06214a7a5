import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** What it was measured on, in one line. */
export function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const date = new Date().toISOString().slice(0, 10);
  return `${cpu?.model.trim() ?? "unknown CPU"}, ${availableParallelism()} cores, ${memory} GB, ${process.platform}, Node.js ${process.versions.node}, ${date}`;
}

/** How busy the machine is, in processes that want to run. */
export function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}
