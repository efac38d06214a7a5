import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";

/**
 * Makes what takes long once in a run of the tests, in a folder of its own, by whichever process comes first. The others wait for it. What
 * it answers is passed on as JSON.
 */
export async function onceInARun<T extends object>(name: string, make: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = path.join(inject("sharedFolder"), name);
  const done = `${folder}.json`;
  try {
    mkdirSync(folder);
  } catch {
    while (!existsSync(done)) await sleep(100);
    const { error, made } = JSON.parse(readFileSync(done, "utf8"));
    if (error) throw new Error(error);
    return made;
  }
  const outcome = await Promise.resolve(folder)
    .then(make)
    .then(
      (made) => ({ made, error: undefined }),
      (error: unknown) => ({ made: undefined, error: `${name} cannot be made: ${error}` }),
    );
  writeFileSync(`${done}.part`, JSON.stringify(outcome));
  // The others read it once it is whole.
  renameSync(`${done}.part`, done);
  if (outcome.made === undefined) throw new Error(outcome.error);
  return outcome.made;
}
