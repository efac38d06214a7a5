/** AWS's limits that a template can exceed: what does is refused before anything is deployed. */

const MAX_TEMPLATE_BYTES = 1_000_000;
const MAX_RESOURCES = 500;
/** Characters of a managed policy. */
const MAX_MANAGED_POLICY = 6_144;
/** Characters of all inline policies of a role. */
const MAX_INLINE_POLICIES = 10_240;
/** Characters of a role's trust policy, unless the account has a higher quota. */
const MAX_TRUST_POLICY = 2_048;
/** Bytes of a function's environment. */
const MAX_ENVIRONMENT = 4_096;
const MAX_EVENT_PATTERN = 2_048;

/** A template, as far as limits go. */
interface Template {
  readonly Resources?: Readonly<Record<string, Resource>>;
}

interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: templates have no type
  readonly Properties?: any;
}

/** Says what of a template AWS would refuse for its size, each in one line with the remedy. */
export function limitProblems(stack: string, template: Template): string[] {
  const resources = Object.entries(template.Resources ?? {});
  const found = [
    ...exceeded(`the template of ${stack}`, "bytes", JSON.stringify(template).length, {
      ...{ max: MAX_TEMPLATE_BYTES, remedy: FEWER_RULES },
    }),
    ...exceeded(`the template of ${stack}`, "resources", resources.length, {
      ...{ max: MAX_RESOURCES, remedy: FEWER_RULES },
    }),
    ...[...inlinePolicies(resources)].flatMap(([role, size]) =>
      exceeded(`the inline policies of ${role} in ${stack}`, "characters", size, {
        ...{ max: MAX_INLINE_POLICIES, remedy: FEWER_SOURCES },
      }),
    ),
  ];
  for (const [id, { Type, Properties }] of resources) {
    const check = (what: string, value: unknown, limit: Limit) =>
      found.push(...exceeded(`the ${what} of ${id} in ${stack}`, "characters", sizeOf(value), limit));
    if (Type === "AWS::IAM::ManagedPolicy")
      check("policy", Properties.PolicyDocument, { max: MAX_MANAGED_POLICY, remedy: FEWER_SOURCES });
    if (Type === "AWS::IAM::Role")
      check("trust policy", Properties.AssumeRolePolicyDocument, { max: MAX_TRUST_POLICY, remedy: SHORTER_TRUST });
    if (Type === "AWS::Lambda::Function") {
      const { Variables = {} } = Properties.Environment ?? {};
      check("environment", Variables, { max: MAX_ENVIRONMENT, remedy: shorterEnvironment(Variables) });
    }
    if (Type === "AWS::Events::Rule")
      check("event pattern", Properties.EventPattern, { max: MAX_EVENT_PATTERN, remedy: SHORTER_MATCH });
  }
  return found;
}

interface Limit {
  readonly max: number;
  /** What makes it smaller. */
  readonly remedy: string;
}

const FEWER_SOURCES = "disable sources that you do not need";
const FEWER_RULES = "give fewer rules in notify: let several targets read one SNS topic or queue";
const SHORTER_TRUST = "name fewer accounts in apiReaders, and shorten name and externalId";
const SHORTER_MATCH =
  "name fewer sources, accounts, regions or values in that rule's match, or divide it into two rules of notify";

/** By the largest variable of an environment. */
const SHORTER_VARIABLES: Readonly<Record<string, string>> = {
  STOCKTAKE_SOURCES:
    "give intervals and extraRegions to whole services in place of single sources, or disable sources that you do not need",
  STOCKTAKE_SCHEDULES: FEWER_SOURCES,
  STOCKTAKE_ORGANIZATION:
    "name fewer units, tags, exclude and regions in organization: a unit stands for all that is below it, and one tag can choose accounts",
  STOCKTAKE_EXTERNAL_ID: "shorten externalId",
  STOCKTAKE_EXPLORER_URL: "shorten explorerUrl",
};

function shorterEnvironment(variables: Readonly<Record<string, unknown>>): string {
  const [[largest = "", value] = []] = Object.entries(variables).sort(([, a], [, b]) => sizeOf(b) - sizeOf(a));
  return `${largest} has ${sizeOf(value)} of them: ${SHORTER_VARIABLES[largest] ?? FEWER_SOURCES}`;
}

function exceeded(what: string, unit: string, size: number, { max, remedy }: Limit): string[] {
  return size <= max ? [] : [`${what} has ${size} ${unit}, and AWS takes ${max}: ${remedy}`];
}

/** How many characters the inline policies of each role have together. */
function inlinePolicies(resources: readonly (readonly [string, Resource])[]): Map<string, number> {
  const sizes = new Map<string, number>();
  const add = (role: string, document: unknown) => sizes.set(role, (sizes.get(role) ?? 0) + sizeOf(document));
  for (const [id, { Type, Properties }] of resources) {
    if (Type === "AWS::IAM::Role") for (const { PolicyDocument } of Properties.Policies ?? []) add(id, PolicyDocument);
    if (Type === "AWS::IAM::Policy")
      for (const role of Properties.Roles ?? []) add(role.Ref, Properties.PolicyDocument);
  }
  return sizes;
}

/** The pseudo parameters' values at their longest. Anything else that is known only when it is deployed is a name or an ARN. */
const LENGTHS: Readonly<Record<string, number>> = {
  "AWS::AccountId": 12,
  "AWS::Partition": 10,
  "AWS::Region": 16,
  "AWS::URLSuffix": 16,
};
const ARN_LENGTH = 130;

/** How many characters a value has as JSON without spaces, once it is deployed. */
function sizeOf(value: unknown): number {
  return JSON.stringify(deployed(value))?.length ?? 0;
}

function deployed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deployed);
  if (typeof value !== "object" || value === null) return value;
  const { Ref: name, "Fn::GetAtt": attribute, "Fn::Join": join } = value as Record<string, unknown>;
  if (typeof name === "string") return "x".repeat(LENGTHS[name] ?? ARN_LENGTH);
  if (attribute !== undefined) return "x".repeat(ARN_LENGTH);
  if (Array.isArray(join)) return (deployed(join[1]) as unknown[]).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, deployed(member)]));
}
