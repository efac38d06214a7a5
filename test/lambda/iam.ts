import { createServer, request as forward, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { StaticOperationSchema } from "@smithy/types";
import { iamPrefixOf } from "../../functions/model/source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Statement } from "./assembly.ts";
import { bodyOf, signerOf, type TestServer } from "./http.ts";

/** Who signs with an access key, and what that one may do. */
export interface Identity {
  readonly accessKeyId: string;
  readonly account: string;
  readonly statements: readonly Statement[];
}

interface Call {
  readonly action: string;
  readonly resources: readonly string[];
}

/** Stands between the functions and what they call, and allows only what their roles say. */
export interface Iam {
  /** The address of a service behind the gate. */
  guard(url: string): Promise<string>;
  know(identity: Identity): void;
  /** What was denied: who, what and on what. */
  readonly denied: readonly string[];
  /** Permissions of an identity that nothing has needed so far. */
  unused(accessKeyId: string): string[];
  close(): Promise<void>;
}

export function startIam(): Iam {
  const identities = new Map<string, Identity>();
  const used = new Map<string, Set<string>>();
  const denied: string[] = [];
  const gates: TestServer[] = [];

  const isAllowed = (accessKeyId: string, { action, resources }: Call): boolean => {
    const { statements = [] } = identities.get(accessKeyId) ?? {};
    return resources.every((resource) => {
      const allowing = statements.find(
        (each) => each.actions.includes(action) && each.resources.some((pattern) => matches(pattern, resource)),
      );
      if (allowing) used.set(accessKeyId, (used.get(accessKeyId) ?? new Set()).add(action));
      return allowing !== undefined;
    });
  };

  const open = async (url: string): Promise<TestServer> => {
    const server = createServer(async (request, response) => {
      const body = await bodyOf(request);
      const { accessKeyId = "", region = "" } = signerOf(request);
      const { account = "" } = identities.get(accessKeyId) ?? {};
      const call = callOf(request, body, { account, region });
      if (!isAllowed(accessKeyId, call)) {
        denied.push(`${accessKeyId} ${call.action} ${call.resources.join(" ")}`);
        response.writeHead(400, { "x-amzn-errortype": "AccessDeniedException" });
        response.end(`{"__type":"AccessDeniedException","message":"not authorized to perform ${call.action}"}`);
        return;
      }
      const { method, headers } = request;
      const passed = forward(new URL(request.url ?? "/", url), { method, headers }, (forwarded) => {
        response.writeHead(forwarded.statusCode ?? 500, forwarded.headers);
        forwarded.pipe(response);
      });
      passed.on("error", () => response.destroy());
      passed.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async close() {
        server.closeAllConnections();
        await new Promise<void>((resolve) => server.close(() => resolve()));
      },
    };
  };

  return {
    denied,
    know: (identity) => void identities.set(identity.accessKeyId, identity),
    async guard(url) {
      const gate = await open(url);
      gates.push(gate);
      return gate.url;
    },
    unused(accessKeyId) {
      const { statements = [] } = identities.get(accessKeyId) ?? {};
      const needed = used.get(accessKeyId) ?? new Set();
      // Lambda itself writes the log, in the name of the role.
      const called = statements.flatMap(({ actions }) => actions).filter((action) => !action.startsWith("logs:"));
      return called.filter((action) => !needed.has(action));
    },
    async close() {
      for (const gate of gates) await gate.close();
    },
  };
}

/** The action of a request, and what IAM checks it on. */
function callOf(request: IncomingMessage, body: string, home: { account: string; region: string }): Call {
  const { service = "" } = signerOf(request);
  const [path = ""] = (request.url ?? "").split("?");
  const target = String(request.headers["x-amz-target"] ?? "").split(".")[1] ?? "";
  const all = ["*"];
  if (service === "dynamodb") {
    const { TableName, RequestItems = {} } = JSON.parse(body);
    const tables: string[] = TableName ? [TableName] : Object.keys(RequestItems);
    const arns = tables.map((table) => `arn:aws:dynamodb:${home.region}:${home.account}:table/${table}`);
    return { action: `dynamodb:${target}`, resources: arns };
  }
  if (service === "events") {
    const { Entries }: { Entries: { EventBusName: string }[] } = JSON.parse(body);
    const arns = Entries.map(
      ({ EventBusName: bus }) => `arn:aws:events:${home.region}:${home.account}:event-bus/${bus}`,
    );
    return { action: `events:${target}`, resources: arns };
  }
  if (service === "lambda") {
    const [, name = ""] = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/.exec(path) ?? [];
    const arn = `arn:aws:lambda:${home.region}:${home.account}:function:${decodeURIComponent(name)}`;
    return { action: "lambda:InvokeFunction", resources: [arn] };
  }
  if (service === "sts") {
    const parameters = new URLSearchParams(body);
    return { action: `sts:${parameters.get("Action")}`, resources: [parameters.get("RoleArn") ?? ""] };
  }
  const name = target || LIST_CALLS.find((call) => call.service === service && call.path.test(path))?.name;
  const action = `${service}:${name}`;
  const grant = GRANTS.get(action);
  if (!grant) return { action, resources: all };
  const id = path === "/" ? Object.entries(JSON.parse(body)).find(([member]) => /Id$/.test(member))?.[1] : undefined;
  const resources = grant.resources({ ...home, partition: "aws" });
  return {
    action,
    resources: resources.map((resource) => (resource === "*" ? resource : resource.replace("*", String(id)))),
  };
}

/** What each list operation is checked on, by its action. */
const GRANTS = new Map(SOURCES.flatMap(({ grants }) => grants.slice(-1)).map((grant) => [grant.action, grant]));

/** The list operations that have a path of their own. */
const LIST_CALLS = SOURCES.flatMap((source) => {
  const { schema } = new source.command({}) as unknown as { readonly schema: StaticOperationSchema };
  const [, , name, traits] = schema;
  const [, path = ""] = typeof traits === "object" ? (traits.http ?? []) : [];
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
  return path === "" ? [] : [{ service: iamPrefixOf(source), path: pattern, name }];
});

function matches(pattern: string, resource: string): boolean {
  if (pattern === "*") return true;
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(resource);
}
