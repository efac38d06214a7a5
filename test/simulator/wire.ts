import * as cleanrooms from "@aws-sdk/client-cleanrooms";
import * as sagemaker from "@aws-sdk/client-sagemaker";
import * as workspaces from "@aws-sdk/client-workspaces";
import type { HttpRequest, HttpResponse } from "@smithy/core/protocols";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { HttpHandlerOptions } from "@smithy/types";
import * as iotManagedIntegrations from "../../functions/aws/iot-managed-integrations/index.ts";
import { OPERATIONS, type OperationName } from "../../simulator/operations/registry.ts";
import type { Simulator } from "../../simulator/server.ts";
import { loadModel, type Model, type ModelName, operationOf, problemsOf, shapeOf } from "./model.ts";

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "not-a-secret" };
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/eu-west-1/iotmanagedintegrations/aws4_request, SignedHeaders=host, Signature=00";

const MODELS: Record<ModelName, Model> = {
  sagemaker: loadModel("sagemaker"),
  cleanrooms: loadModel("cleanrooms"),
  "iot-managed-integrations": loadModel("iot-managed-integrations"),
  workspaces: loadModel("workspaces"),
};

/** A response of the IoT service, whose client these tests do without. */
export interface Reply {
  status: number;
  headers: Headers;
  body: { Items?: { AccountAssociationId?: string }[]; NextToken?: string; Message?: string };
}

/**
 * Real clients of a simulator. What they send and what it answers is checked against the models;
 * `problems` collects what does not agree.
 */
export class Wire {
  readonly problems: string[] = [];
  readonly sagemaker: sagemaker.SageMakerClient;
  readonly cleanrooms: cleanrooms.CleanRoomsClient;
  readonly workspaces: workspaces.WorkSpacesClient;
  readonly #iotManagedIntegrations: iotManagedIntegrations.IoTManagedIntegrationsClient;
  readonly #simulator: Simulator;

  constructor(simulator: Simulator, maxAttempts = 1) {
    const { url: endpoint, account } = simulator;
    const common = { endpoint, region: account.region, credentials: CREDENTIALS, maxAttempts };
    this.#simulator = simulator;
    const recorder = (model: ModelName) => ({ requestHandler: new Recorder(this.problems, model) });
    this.sagemaker = new sagemaker.SageMakerClient({ ...common, ...recorder("sagemaker") });
    this.cleanrooms = new cleanrooms.CleanRoomsClient({ ...common, ...recorder("cleanrooms") });
    this.workspaces = new workspaces.WorkSpacesClient({ ...common, ...recorder("workspaces") });
    this.#iotManagedIntegrations = new iotManagedIntegrations.IoTManagedIntegrationsClient({
      ...common,
      ...recorder("iot-managed-integrations"),
    });
  }

  /** Sends any operation's request with its service's client. */
  send(name: OperationName, input: object = {}): Promise<Record<string, unknown>> {
    const [client, commands] = {
      sagemaker: [this.sagemaker, sagemaker],
      cleanrooms: [this.cleanrooms, cleanrooms],
      workspaces: [this.workspaces, workspaces],
      iotmanagedintegrations: [this.#iotManagedIntegrations, iotManagedIntegrations],
    }[OPERATIONS[name].service.signingName] as unknown as [AnyClient, Record<string, new (input: object) => object>];
    const Command = commands[`${name}Command`];
    if (Command === undefined) throw new Error(`The client has no ${name}Command`);
    return client.send(new Command(input));
  }

  /** ListAccountAssociations. */
  async iot(query: Record<string, string> = {}, options: RequestInit = {}): Promise<Reply> {
    const url = `${this.#simulator.url}/account-associations?${new URLSearchParams(query)}`;
    const response = await fetch(url, { headers: { authorization: AUTHORIZATION }, ...options });
    const body = (await response.json()) as Reply["body"];
    const code = response.headers.get("x-amzn-errortype") ?? undefined;
    const input = typed("iot-managed-integrations", "ListAccountAssociations", query);
    const exchange = { operation: "ListAccountAssociations", input, status: response.status, code, body };
    this.problems.push(...check("iot-managed-integrations", exchange));
    return { status: response.status, headers: response.headers, body };
  }

  /** Frees the clients' connections. */
  close(): void {
    for (const client of [this.sagemaker, this.cleanrooms, this.workspaces, this.#iotManagedIntegrations])
      client.destroy();
  }
}

interface AnyClient {
  send(command: object): Promise<Record<string, unknown>>;
}

interface Exchange {
  operation: string;
  input: unknown;
  status: number;
  code: string | undefined;
  body: unknown;
}

/** The SDK's own HTTP handler, whose every exchange is checked. */
class Recorder extends NodeHttpHandler {
  readonly #problems: string[];
  readonly #model: ModelName;

  constructor(problems: string[], model: ModelName) {
    super();
    this.#problems = problems;
    this.#model = model;
  }

  override async handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }> {
    const { response } = await super.handle(request, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    response.body = Buffer.concat(chunks);
    const body = JSON.parse(response.body.toString());
    const { status, code } = { status: response.statusCode, code: response.headers["x-amzn-errortype"] };
    const [operation, labels] = addressed(this.#model, request);
    const input =
      request.method === "POST"
        ? JSON.parse(new TextDecoder().decode(request.body))
        : { ...typed(this.#model, operation, request.query), ...labels };
    this.#problems.push(...check(this.#model, { operation, input, status, code, body }));
    return { response };
  }
}

/** The operation that a request is for, and the members that are in its path. */
function addressed(
  modelName: ModelName,
  { headers, path }: HttpRequest,
): [name: string, labels: Record<string, string>] {
  const target = headers["x-amz-target"]?.split(".")[1];
  if (target !== undefined) return [target, {}];
  for (const [name, { http }] of Object.entries(MODELS[modelName].operations)) {
    const match = new RegExp(`^${http.requestUri.replace(/\{(\w+)\}/g, "(?<$1>[^/]+)")}$`).exec(path);
    if (match) return [name, { ...match.groups }];
  }
  throw new Error(`The model has no operation at ${path}`);
}

/** A request that was answered must be valid, as must every response: the output, or the error's own shape. */
function check(modelName: ModelName, { operation, input, status, code, body }: Exchange): string[] {
  const model = MODELS[modelName];
  const { input: inputShape, output, errors = [] } = operationOf(model, operation);
  if (status === 200) {
    return [...problemsOf(model, inputShape.shape, input), ...problemsOf(model, output.shape, body)];
  }
  const modelled = errors.find(({ shape }) => shape === code);
  if (modelled === undefined) return [];
  const { __type: _, ...members } = Object(body);
  const expected = shapeOf(model, modelled.shape).error?.httpStatusCode ?? 400;
  const statusProblems = status === expected ? [] : [`${code} has the status ${status}, not ${expected}`];
  return [...statusProblems, ...problemsOf(model, modelled.shape, members)];
}

/** The members of a query with the types that the model gives them. */
function typed(modelName: ModelName, operation: string, query: Record<string, unknown>): Record<string, unknown> {
  const model = MODELS[modelName];
  const { members = {} } = shapeOf(model, operationOf(model, operation).input.shape);
  const parse = (name: string, value: unknown) =>
    shapeOf(model, members[name]?.shape ?? "").type === "integer" ? Number(value) : value;
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, parse(name, value)]));
}
