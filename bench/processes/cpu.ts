/** Milliseconds of processor time that this process has taken so far, on all its threads. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
