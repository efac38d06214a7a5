import { createServer, request as forward, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { StaticOperationSchema } from "@smithy/types";
import { iamPrefixOf } from "../../functions/model/source.ts";
import { SOURCES } from "../../functions/sources/registry.ts";
import type { Statement } from "./assembly.ts";
import { signerOf, type TestServer } from "./http.ts";

/** Who signs with an access key, and what that one may do. */
export interface Identity {
  readonly accessKeyId: string;
  readonly account: string;
  readonly statements: readonly Statement[];
}

export interface Call {
  readonly action: string;
  readonly resources: readonly string[];
}

/** Stands between the functions and what they call, and allows only what their roles say. */
export interface Iam {
  /** The address of a service behind the gate; of what is another's in some accounts, by the account of who asks. */
  guard(url: string, elsewhere?: Readonly<Record<string, string>>): Promise<string>;
  /** What AWS itself asks in the name of a role. */
  ask(accessKeyId: string, call: Call): void;
  know(identity: Identity): void;
  /** What was denied: who, what and on what. */
  readonly denied: readonly string[];
  /** Permissions of an identity that nothing has needed so far, each an action on a resource. */
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
      const allowing = statements
        .filter(({ actions }) => actions.includes(action))
        .flatMap(({ resources }) => resources)
        .filter((pattern) => matches(pattern, resource));
      const needed = used.get(accessKeyId) ?? new Set();
      used.set(accessKeyId, needed);
      for (const pattern of allowing) needed.add(`${action} on ${pattern}`);
      return allowing.length > 0;
    });
  };

  const note = (accessKeyId: string, { action, resources }: Call) =>
    denied.push(`${accessKeyId} ${action} ${resources.join(" ")}`);

  const open = async (url: string, elsewhere: Readonly<Record<string, string>>): Promise<TestServer> => {
    const server = createServer(async (request, response) => {
      // What is uploaded to a bucket is not text.
      const body = Buffer.concat(await request.toArray()).toString("latin1");
      const { accessKeyId = "", region = "" } = signerOf(request);
      const { account = "" } = identities.get(accessKeyId) ?? {};
      const call = callOf(request, body, { account, region });
      const deny = (call: Call) => {
        const { action } = call;
        note(accessKeyId, call);
        response.writeHead(403, { "x-amzn-errortype": "AccessDeniedException" });
        response.end(`{"__type":"AccessDeniedException","message":"not authorized to perform ${action}"}`);
      };
      if (!isAllowed(accessKeyId, call)) return deny(call);
      const { method, headers } = request;
      const passed = forward(
        new URL(request.url ?? "/", elsewhere[account] ?? url),
        { method, headers },
        (forwarded) => {
          // S3 says that an object is not there only to who may list the bucket.
          const listing = { action: "s3:ListBucket", resources: call.resources.map((arn) => arn.split("/")[0] ?? arn) };
          if (call.action === "s3:GetObject" && forwarded.statusCode === 404 && !isAllowed(accessKeyId, listing)) {
            forwarded.resume();
            return deny(listing);
          }
          response.writeHead(forwarded.statusCode ?? 500, forwarded.headers);
          forwarded.pipe(response);
        },
      );
      passed.on("error", () => response.destroy());
      passed.end(body, "latin1");
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
    ask(accessKeyId, call) {
      if (!isAllowed(accessKeyId, call)) note(accessKeyId, call);
    },
    async guard(url, elsewhere = {}) {
      const gate = await open(url, elsewhere);
      gates.push(gate);
      return gate.url;
    },
    unused(accessKeyId) {
      const { statements = [] } = identities.get(accessKeyId) ?? {};
      const needed = used.get(accessKeyId) ?? new Set();
      const allowed = statements.flatMap(({ actions, resources }) =>
        actions.flatMap((action) => resources.map((pattern) => `${action} on ${pattern}`)),
      );
      return allowed.filter((each) => !needed.has(each));
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
  if (service === "s3") return bucketCall(request);
  if (service === "execute-api") {
    const arn = `arn:aws:execute-api:${home.region}:${home.account}:api/$default/${request.method}${path}`;
    return { action: "execute-api:Invoke", resources: [arn] };
  }
  if (service === "account") {
    return { action: "account:ListRegions", resources: [`arn:aws:account::${home.account}:account`] };
  }
  if (service === "organizations") {
    const { ParentId, ResourceId = ParentId } = JSON.parse(body);
    return { action: `organizations:${target}`, resources: [organizationArn(ResourceId)] };
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

/** A request to a bucket. What uploads in parts needs is what an upload needs. */
function bucketCall({ method = "", url = "" }: IncomingMessage): Call {
  const { pathname, searchParams } = new URL(url, "http://bucket");
  const [, bucket = "", ...key] = decodeURIComponent(pathname).split("/");
  const actions: Readonly<Record<string, string>> = {
    GET: "s3:GetObject",
    PUT: "s3:PutObject",
    POST: "s3:PutObject",
    DELETE: searchParams.has("uploadId") ? "s3:AbortMultipartUpload" : "s3:DeleteObject",
  };
  return { action: actions[method] ?? method, resources: [`arn:aws:s3:::${bucket}/${key.join("/")}`] };
}

/** The ARN of an account, a unit or a root; `*` for the organization as a whole. */
function organizationArn(id: string | undefined): string {
  if (id === undefined) return "*";
  const kind = /^\d/.test(id) ? "account" : id.startsWith("ou-") ? "ou" : "root";
  return `arn:aws:organizations::111122223333:${kind}/o-a1b2c3d4e5/${id}`;
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
