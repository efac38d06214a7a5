import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest. Started last, each would keep one worker busy while the others have nothing left to do. */
const SLOW = [
  "sync/protocol.property.test.ts",
  "store/protocol.property.test.ts",
  "cli/faults-of-all.test.ts",
  "store/dynamodb.test.ts",
  "cli/throttled-database.test.ts",
  "store/crash.test.ts",
  "sync/verify.test.ts",
  "cli/killed-randomly.test.ts",
  "package/package.test.ts",
  "lambda/pipeline.test.ts",
  "lambda/failures.test.ts",
  "lambda/smoke.test.ts",
  "cli/start-command.test.ts",
  "explorer/accessibility.test.ts",
  "cli/faults-together.test.ts",
  "cli/build.test.ts",
  "docs/adding-a-source.test.ts",
  "docs/running-commands.test.ts",
  "infra/synth.test.ts",
  "explorer/views.test.ts",
  "explorer/lineage.test.ts",
  "explorer/questions.test.ts",
  "cli/faults.test.ts",
  "cli/sync-command.test.ts",
  "cli/load.test.ts",
  "api/walk.test.ts",
  "store/throttled.test.ts",
  "sync/dispatch.property.test.ts",
];

/** Starts the slow files first, and the others as Vitest would. Vitest takes a sequencer only as a class. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification) => SLOW.some((file) => moduleId.endsWith(`/${file}`));
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
