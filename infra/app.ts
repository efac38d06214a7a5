import { App, DefaultStackSynthesizer, Tags, Token } from "aws-cdk-lib";
import { readConfiguration } from "./configuration.ts";
import { InventoryStack } from "./inventory-stack.ts";
import { limitProblems } from "./limits.ts";
import { createReaderStack } from "./reader-stack.ts";
import { ConfigurationError } from "./settings.ts";

// The SDK's warning that it will one day want a newer Node is not for the people who deploy this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

const app = new App();

try {
  const configuration = readConfiguration(app.node.tryGetContext("config"));
  const { stackName = "Stocktake", account, region, qualifier, tags = {}, ...inventory } = configuration;
  // Without credentials, the CDK's command line still sets a region, us-east-1, that nobody chose.
  const { CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION } = process.env;
  const env = {
    account: account ?? CDK_DEFAULT_ACCOUNT,
    region: region ?? (CDK_DEFAULT_ACCOUNT && CDK_DEFAULT_REGION),
  };
  const stack = new InventoryStack(app, stackName, {
    env,
    inventory,
    ...(qualifier !== undefined && { synthesizer: new DefaultStackSynthesizer({ qualifier }) }),
  });
  // Readers trust roles of the inventory's account, by its number.
  if (!Token.isUnresolved(stack.account) && !Token.isUnresolved(stack.region)) createReaderStack(app, stack.inventory);
  for (const [key, value] of Object.entries(tags)) Tags.of(app).add(key, value);

  const [problem] = app.synth().stacks.flatMap(({ stackName, template }) => limitProblems(stackName, template));
  if (problem !== undefined) throw new ConfigurationError(problem);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  console.error(`configuration: ${error.message}`);
  process.exitCode = 1;
}
