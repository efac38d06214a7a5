import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LambdaFunction } from "./function.ts";
import { serve, type TestServer } from "./http.ts";
import { get } from "./world.ts";

/** A stack, as CloudFormation describes it. */
interface TestStack {
  readonly name: string;
  readonly account: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Default: CREATE_COMPLETE. */
  readonly status?: string;
}

/** The stack's functions. */
interface TestFunctions {
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
  /** Each function's environment, by its name. */
  readonly environments: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Plays CloudFormation with one stack, and Lambda with its functions, on one address. */
export async function startAws(stack: TestStack, { invoke, environments }: TestFunctions): Promise<TestServer> {
  return serve(async (request, body, response) => {
    const [, name, what] = /^\/2015-03-31\/functions\/([^/]+)\/(\w+)$/.exec(request.url ?? "") ?? [];
    if (name === undefined) return describeStack(stack, new URLSearchParams(body), response);
    const functionName = decodeURIComponent(name);
    if (what === "configuration") {
      const Variables = environments.get(functionName);
      response.writeHead(Variables ? 200 : 404).end(JSON.stringify({ Environment: { Variables } }));
      return;
    }
    try {
      const result = await invoke(functionName, JSON.parse(body));
      response.writeHead(200).end(JSON.stringify(result ?? null));
    } catch (error) {
      response.writeHead(200, { "x-amz-function-error": "Unhandled" });
      response.end(JSON.stringify({ errorType: "Error", errorMessage: String(error) }));
    }
  });
}

function describeStack(
  { name, account, outputs, status = "CREATE_COMPLETE" }: TestStack,
  parameters: URLSearchParams,
  response: ServerResponse,
): void {
  const asked = parameters.get("StackName");
  if (parameters.get("Action") !== "DescribeStacks") throw new Error("not DescribeStacks");
  response.setHeader("content-type", "text/xml");
  if (asked !== name) {
    const message = `Stack with id ${asked} does not exist`;
    response
      .writeHead(400)
      .end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
    return;
  }
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value.replaceAll('"', "&quot;")}</OutputValue></member>`,
  );
  response
    .writeHead(200)
    .end(
      `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${name}</StackName><StackStatus>${status}</StackStatus>` +
        `<StackId>arn:aws:cloudformation:eu-west-1:${account}:stack/${name}/1</StackId><Outputs>${members.join("")}` +
        "</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
    );
}

/** Plays API Gateway in front of the API's function: it rejects requests with a wrong signature. */
export async function startGateway(api: LambdaFunction, secret: string): Promise<TestServer> {
  return serve(async (request, _body, response) => {
    if (!isSigned(request, secret)) {
      response.writeHead(403, { "content-type": "application/json" }).end('{"message":"Forbidden"}');
      return;
    }
    const { statusCode, headers, body } = await get(api, request.url ?? "/");
    response.writeHead(statusCode ?? 200, headers as Record<string, string>).end(body);
  });
}

/** Checks Signature Version 4 of a request without a body, as AWS documents it. */
function isSigned({ method, url, headers }: IncomingMessage, secret: string): boolean {
  const [, scope = "", names = "", signature] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)/.exec(headers.authorization ?? "") ?? [];
  const [path, query = ""] = (url ?? "/").split("?");
  const signed = names.split(";").map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, query.split("&").sort().join("&"), signed.join(""), names, sha256("")].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>((each, part) => hmac(each, part), `AWS4${secret}`);
  return scope.endsWith("/eu-west-1/execute-api/aws4_request") && hmac(key, toSign).toString("hex") === signature;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
