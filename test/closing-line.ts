import type { Reporter, TestModule } from "vitest/node";

/** Ends the run with one plain line that programs can read. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.state() === "failed" && module.errors().length > 0).length;
    const failed = count("failed") + broken + errors.length;
    setImmediate(() => console.log(`${count("passed")} passed, ${failed} failed, ${count("skipped")} skipped`));
  }
}
