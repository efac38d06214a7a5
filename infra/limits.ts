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
    ...exceeded(`the template of ${stack}`, "bytes", JSON.stringify(template).length, MAX_TEMPLATE_BYTES),
    ...exceeded(`the template of ${stack}`, "resources", resources.length, MAX_RESOURCES),
    ...[...inlinePolicies(resources)].flatMap(([role, size]) =>
      exceeded(`the inline policies of ${role} in ${stack}`, "characters", size, MAX_INLINE_POLICIES),
    ),
  ];
  for (const [id, { Type, Properties }] of resources) {
    const check = (what: string, value: unknown, max: number) =>
      found.push(...exceeded(`the ${what} of ${id} in ${stack}`, "characters", sizeOf(value), max));
    if (Type === "AWS::IAM::ManagedPolicy") check("policy", Properties.PolicyDocument, MAX_MANAGED_POLICY);
    if (Type === "AWS::IAM::Role") check("trust policy", Properties.AssumeRolePolicyDocument, MAX_TRUST_POLICY);
    if (Type === "AWS::Lambda::Function") check("environment", Properties.Environment?.Variables, MAX_ENVIRONMENT);
    if (Type === "AWS::Events::Rule") check("event pattern", Properties.EventPattern, MAX_EVENT_PATTERN);
  }
  return found;
}

function exceeded(what: string, unit: string, size: number, max: number): string[] {
  if (size <= max) return [];
  return [`${what} has ${size} ${unit}, and AWS takes ${max}: disable sources that you do not need`];
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
