import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { App, type Stack, Token } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { defineSource, type ListedByCreation, type Source } from "../../functions/model/source.ts";
import type { InventoryProps } from "../../infra/inventory.ts";
import { InventoryStack } from "../../infra/inventory-stack.ts";
import { createReaderStack, type ReaderStack } from "../../infra/reader-stack.ts";

export const HOME = { account: "111111111111", region: "eu-west-1" };
export const OTHER = "222222222222";

const { context } = JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8"));

/** A resource of a template, as far as these tests look into it. */
export interface Resource {
  readonly id: string;
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates have no type
  readonly Properties: any;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Deployment {
  readonly app: App;
  readonly stack: InventoryStack;
  /** Unless account and region are known only when it is deployed. */
  readonly reader: ReaderStack | undefined;
  readonly template: Template;
  /** The inventory's template and the reader's. */
  // biome-ignore lint/suspicious/noExplicitAny: templates have no type
  readonly templates: readonly any[];
  /** The resources of a type, of the inventory or of another stack. */
  resources(type: string, stack?: Stack): Resource[];
  resource(id: string): Resource;
}

/** Synthesizes the app without its bundles. With an environment of `{}`, account and region are known only when it is deployed. */
export function deployment(
  inventory: InventoryProps = {},
  env: { account?: string; region?: string } = HOME,
): Deployment {
  const outdir = mkdtempSync(path.join(tmpdir(), "stocktake-synth-"));
  try {
    const app = new App({
      outdir,
      // It takes longer than the rest: rules.test.ts does it.
      builtinCloudFormationValidation: false,
      context: { ...context, "aws:cdk:bundling-stacks": [] },
    });
    const stack = new InventoryStack(app, "Stocktake", { env, inventory });
    const isKnown = !Token.isUnresolved(stack.account);
    const reader = isKnown ? createReaderStack(app, stack.inventory) : undefined;
    const template = Template.fromStack(stack);
    const templates = new Map<Stack, Template>([
      [stack, template],
      ...(reader ? [[reader, Template.fromStack(reader)] as const] : []),
    ]);
    const resources = (type: string, of: Stack = stack): Resource[] =>
      Object.entries(templates.get(of)?.findResources(type) ?? {}).map(([id, resource]) => ({
        id,
        ...(resource as Omit<Resource, "id">),
      }));
    return {
      app,
      stack,
      reader,
      template,
      templates: [...templates.values()].map((each) => each.toJSON()),
      resources,
      resource(id) {
        const found = template.toJSON().Resources[id];
        if (!found) throw new Error(`the template has no resource ${id}`);
        return { id, ...found };
      },
    };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The logical id that a value of a template refers to, by Ref or Fn::GetAtt. */
export function referred(value: unknown): string {
  const { Ref, "Fn::GetAtt": attribute } = value as { Ref?: string; "Fn::GetAtt"?: [string, string] };
  const id = Ref ?? attribute?.[0];
  if (id === undefined) throw new Error(`${JSON.stringify(value)} refers to nothing`);
  return id;
}

/** A source that is not in the registry. */
export function sixthSource(
  overrides: Partial<Pick<Source, "id" | "intervalMinutes">> & { readonly listedByCreation?: ListedByCreation } = {},
): Source {
  return defineSource<unknown, unknown>({
    id: "example.things",
    operation: "Example ListThings",
    grants: [
      { action: "example:ListThings", resources: () => ["*"] },
      {
        action: "example:DescribeThing",
        resources: ({ partition, region, account }) => [`arn:${partition}:example:${region}:${account}:thing/*`],
      },
    ],
    regions: ["eu-west-1", "us-east-1"],
    intervalMinutes: 7,
    events: ["CreateThing", "DeleteThing"],
    ...overrides,
    identity: () => [],
    connect: () => undefined,
    disconnect: () => undefined,
    async *list() {
      yield { documents: [], retries: 0 };
    },
  });
}
