import type { Violation } from "./errors.ts";
import { type Model, membersOf, shapeOf } from "./model.ts";

/** What the model demands of one member of a request. */
export interface Rule {
  readonly type: "string" | "integer" | "timestamp" | "list";
  readonly required?: boolean | undefined;
  /** The least number, length, or number of elements. */
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** The whole text must match. */
  readonly pattern?: string | undefined;
  readonly oneOf?: readonly string[] | undefined;
  /** Of a list: what each element must be. */
  readonly element?: Rule | undefined;
}

export type Rules = Readonly<Record<string, Rule>>;

/** The members of a request. Which of them have which type is what the rules say. */
export type Input = Readonly<Record<string, unknown>>;

/** What a model demands of an operation's request. */
export function rulesOf(model: Model, inputShape: string): Rules {
  const { required = [] } = shapeOf(model, inputShape);
  const rules = [...membersOf(model, inputShape)].map(([member, shape]) => {
    const rule = ruleOf(model, shape);
    if (!required.includes(member)) return [member, rule];
    // The models do not say so, but the services refuse a required list that is empty.
    return [member, { ...rule, required: true, ...(rule.type === "list" && { min: rule.min ?? 1 }) }];
  });
  return Object.fromEntries(rules);
}

function ruleOf(model: Model, shapeName: string): Rule {
  const { type, min, max, pattern, enum: oneOf, member } = shapeOf(model, shapeName);
  if (!isRuled(type)) throw new Error(`Requests have no members of the type ${type} so far (${shapeName})`);
  const element = member && ruleOf(model, member.shape);
  return { type, min, max, pattern, oneOf, element };
}

function isRuled(type: string): type is Rule["type"] {
  return ["string", "integer", "timestamp", "list"].includes(type);
}

/** The first member that has another type than its rule, described; undefined when there is none. */
export function mistyped(rules: Rules, input: Input): string | undefined {
  for (const [member, rule] of Object.entries(rules)) {
    const value = input[member] ?? undefined;
    if (value !== undefined && !hasType(rule, value)) return `${member} can not be converted to ${rule.type}`;
  }
  return undefined;
}

/** Every constraint that the input breaks, worded as AWS words it. Members without a rule are let through. */
export function violations(rules: Rules, input: Input): Violation[] {
  return Object.entries(rules).flatMap(([member, rule]) => {
    const path = member.charAt(0).toLowerCase() + member.slice(1);
    return broken(rule, input[member] ?? undefined).map((constraint) => {
      const value = input[member] == null ? "null" : `'${describe(input[member])}'`;
      return { member, message: `Value ${value} at '${path}' failed to satisfy constraint: ${constraint}` };
    });
  });
}

function hasType(rule: Rule, value: unknown): boolean {
  switch (rule.type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "timestamp":
      return Number.isFinite(value);
    case "list": {
      const { element } = rule;
      return Array.isArray(value) && (element === undefined || value.every((item) => hasType(element, item)));
    }
  }
}

function broken(rule: Rule, value: unknown): string[] {
  if (value === undefined) return rule.required ? ["Member must not be null"] : [];
  const problems = [...brokenRange(rule, value)];
  if (rule.oneOf !== undefined && !rule.oneOf.includes(String(value))) {
    problems.push(`Member must satisfy enum value set: [${rule.oneOf.join(", ")}]`);
  }
  if (rule.pattern !== undefined && !compile(rule.pattern).test(String(value))) {
    problems.push(`Member must satisfy regular expression pattern: ${rule.pattern}`);
  }
  const { element } = rule;
  if (element !== undefined && Array.isArray(value)) {
    const ofElements = value.flatMap((item) => broken(element, item));
    if (ofElements.length > 0) problems.push(`Member must satisfy constraint: [${ofElements.join(", ")}]`);
  }
  return problems;
}

/** The pattern, matching whole texts. Those with classes of Unicode need its mode, in which others are not valid. */
function compile(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, pattern.includes("\\p{") ? "u" : "");
}

function brokenRange(rule: Rule, value: unknown): string[] {
  const measured = typeof value === "string" || Array.isArray(value);
  const size = measured ? value.length : Number(value);
  const what = measured ? "length" : "value";
  if (rule.min !== undefined && size < rule.min) {
    return [`Member must have ${what} greater than or equal to ${rule.min}`];
  }
  if (rule.max !== undefined && size > rule.max) return [`Member must have ${what} less than or equal to ${rule.max}`];
  return [];
}

function describe(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}
