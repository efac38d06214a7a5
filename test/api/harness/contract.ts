import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { World } from "./world.ts";

/** Tells what is wrong with a response by the API's own description; undefined when nothing is. */
export type Contract = (path: string, response: Response, body: string) => string | undefined;

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly get: {
          readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
        };
      }
    >
  >;
}

/** Reads the description that the API serves. */
export async function contractOf(world: World): Promise<Contract> {
  const document = await world.read<OpenApi>("/v1/openapi.json");
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  ajv.addSchema({ ...document, $id: "api" });
  const compiled = new Map<string, ValidateFunction>();
  const validatorOf = (pointer: string) => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  const templates = Object.keys(document.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replaceAll(".", "\\.").replace("{id}", "[^/]+")}$`),
  }));

  return (path, response, body) => {
    const [pathname = ""] = path.split("?");
    const template = templates.find(({ pattern }) => pattern.test(pathname))?.template;
    const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    if (template === undefined) {
      return response.status === 404 && type === "application/problem+json" ? undefined : `${path} is not described`;
    }
    const answer = document.paths[template]?.get.responses[String(response.status)];
    if (!answer) return `${path}: status ${response.status} is not described`;
    if (!answer.content) return body === "" ? undefined : `${path}: status ${response.status} has a body`;
    if (!answer.content[type]) return `${path}: status ${response.status} as ${type} is not described`;
    const steps = ["paths", template, "get", "responses", String(response.status), "content", type, "schema"];
    const pointer = steps.map(
      (step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D")}`,
    );
    const validate = validatorOf(pointer.join(""));
    if (validate(type.endsWith("json") ? JSON.parse(body) : body)) return undefined;
    return `${path}: ${ajv.errorsText(validate.errors)} in ${body.slice(0, 300)}`;
  };
}
