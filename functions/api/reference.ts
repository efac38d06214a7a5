import type { OpenAPIHono } from "@hono/zod-openapi";
import { PROBLEMS } from "./problems.ts";

/*
 * The reference page, made from the OpenAPI document alone: plain HTML that loads nothing.
 */

type OpenApiDocument = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** What the page shows of a schema. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
}

interface Content {
  readonly schema?: Schema;
  readonly examples?: Readonly<Record<string, { readonly summary?: string; readonly value?: unknown }>>;
}

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Content>> }>
  >;
}

/** The API's reference as one HTML page, self-contained. */
export function referencePage(document: OpenApiDocument): string {
  const { info, tags = [], paths = {}, components } = document;
  const operations = Object.entries(paths).map(([path, item]) => ({
    path,
    operation: (item as { get: Operation }).get,
  }));
  const schemas = Object.entries((components?.schemas ?? {}) as Record<string, Schema>);
  const groups = tags.map((tag) => ({
    ...tag,
    own: operations.filter(({ operation }) => operation.tags?.includes(tag.name)),
  }));
  const contents = groups.map(({ name, own }) => {
    const links = own.map(
      ({ path, operation }) => `<li><a href="#${escaped(operation.operationId)}">${escaped(path)}</a>`,
    );
    return `<li>${escaped(name)}<ul>${links.join("")}</ul>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(info.title)}: HTTP API ${escaped(info.version)}</title><style>${STYLE}</style></head><body>
<nav><ul>${contents.join("")}<li><a href="#problems">Problems</a><li><a href="#schemas">Schemas</a></ul></nav><main>
<h1>${escaped(info.title)}: HTTP API ${escaped(info.version)}</h1>
${prose(info.description)}
<p>As OpenAPI: <a href="/v1/openapi.json">/v1/openapi.json</a></p>
${groups.map(({ name, description, own }) => `<h2>${escaped(name)}</h2>${prose(description)}${own.map(operationSection).join("")}`).join("\n")}
<h2 id="problems">Problems</h2>
${Object.entries(PROBLEMS).map(problemSection).join("\n")}
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => schemaSection(name, schema)).join("\n")}
</main></body></html>
`;
}

function operationSection({ path, operation }: { path: string; operation: Operation }): string {
  const parameters = operation.parameters ?? [];
  const rows = parameters.map(
    ({ name, required, description, schema }) =>
      `<tr><td><code>${escaped(name === "filter" ? "filter[path]" : name)}</code>${required ? " (required)" : ""}<td>${typeOf(schema)}<td>${inline(description)}`,
  );
  const responses = Object.entries(operation.responses ?? {}).map(([status, { description, content }]) => {
    const [[type, body] = []] = Object.entries(content ?? {});
    return `<tr><td>${escaped(status)}<td>${body?.schema ? `${typeOf(body.schema)}<br><small>${escaped(type)}</small>` : ""}<td>${inline(description)}`;
  });
  const example = operation.responses?.["200"]?.content?.["application/json"]?.examples?.real;
  return `<section id="${escaped(operation.operationId)}"><h3><code>GET ${escaped(path)}</code></h3>
<p><b>${inline(operation.summary)}.</b> ${inline(operation.description)}</p>
${rows.length > 0 ? `<table><tr><th>Parameter<th>Value<th>${rows.join("")}</table>` : ""}
<table><tr><th>Status<th>Body<th>${responses.join("")}</table>
${example === undefined ? "" : `<details><summary>The response to <code>${escaped(example.summary)}</code></summary><pre>${escaped(JSON.stringify(example.value, null, 2))}</pre></details>`}
</section>`;
}

function problemSection([name, { status, title, remedy }]: [
  string,
  { status: number; title: string; remedy: string },
]): string {
  return `<section id="problem-${escaped(name)}"><h3>${status} ${escaped(title)}</h3><p>${inline(remedy)}</p></section>`;
}

function schemaSection(name: string, schema: Schema): string {
  const members = Object.entries(schema.properties ?? {}).map(([member, value]) => {
    const optional = schema.required?.includes(member) ? "" : " (optional)";
    return `<tr><td><code>${escaped(member)}</code>${optional}<td>${typeOf(value)}<td>${inline(descriptionOf(value))}`;
  });
  const body =
    members.length > 0 ? `<table><tr><th>Member<th>Value<th>${members.join("")}</table>` : `<p>${typeOf(schema)}</p>`;
  return `<section id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${prose(schema.description)}${body}</section>`;
}

function descriptionOf(schema: Schema): string | undefined {
  return schema.description ?? schema.allOf?.find(({ description }) => description)?.description;
}

function typeOf(schema: Schema | undefined): string {
  if (!schema) return "";
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
  }
  if (schema.allOf) return schema.allOf.map(typeOf).filter(Boolean).join(" ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (schema.enum) return schema.enum.map((value) => `<code>${escaped(String(value))}</code>`).join(", ");
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  const range = schema.maximum === undefined ? "" : ` ${schema.minimum} to ${schema.maximum}`;
  const byDefault = schema.default === undefined ? "" : `, default ${escaped(String(schema.default))}`;
  return `${escaped(schema.type === undefined ? "" : String(schema.type))}${range}${byDefault}`;
}

function prose(text: string | undefined): string {
  if (!text) return "";
  const paragraphs = text.split("\n\n").map((paragraph) => `<p>${inline(paragraph)}</p>`);
  return paragraphs.join("");
}

/** Text with `code` in it. */
function inline(text: string | undefined): string {
  return escaped(text).replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}

function escaped(text: string | undefined): string {
  return (text ?? "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
body{font:16px/1.5 system-ui,sans-serif;margin:0;display:flex;color:#1b1f24;background:#fff}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;min-width:15rem;background:#f5f6f8;font-size:.9rem;box-sizing:border-box}
nav ul{list-style:none;padding-left:.75rem;margin:.25rem 0}main{padding:1rem 2rem;max-width:60rem;min-width:0}
h2{border-top:1px solid #d5d9de;padding-top:1.5rem;margin-top:2.5rem}h3{margin:1.75rem 0 .25rem}
table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.92rem}th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #e3e6ea}
code,pre{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}pre{background:#f5f6f8;padding:1rem;overflow:auto}a{color:#0b5cad}
@media(max-width:50rem){body{display:block}nav{position:static;height:auto}main{padding:1rem}}
@media(prefers-color-scheme:dark){body{background:#14171a;color:#e3e6ea}nav,pre{background:#1d2125}a{color:#79b8ff}th,td,h2{border-color:#333a41}}
`;
