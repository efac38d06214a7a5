import { type Model, membersOf, shapeOf } from "./model.ts";

/** How one service speaks: its wire protocol, its names and the style of its errors. */
export interface Service {
  /** What requests are signed for, and the prefix of IAM actions. */
  readonly signingName: string;
  readonly protocol: "json" | "rest";
  /** The member that carries an error's text. */
  readonly messageMember: "message" | "Message";
  /** The error that answers an unacceptable request. */
  readonly invalid: string;
}

export const SAGEMAKER: Service = {
  signingName: "sagemaker",
  protocol: "json",
  messageMember: "message",
  invalid: "ValidationException",
};
export const CLEAN_ROOMS: Service = {
  signingName: "cleanrooms",
  protocol: "rest",
  messageMember: "message",
  invalid: "ValidationException",
};
export const IOT_MANAGED_INTEGRATIONS: Service = {
  signingName: "iotmanagedintegrations",
  protocol: "rest",
  messageMember: "Message",
  invalid: "ValidationException",
};
export const WORKSPACES: Service = {
  signingName: "workspaces",
  protocol: "json",
  messageMember: "message",
  invalid: "InvalidParameterValuesException",
};

/** An error that a service answers with: its code, HTTP status, text and further members. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, status: number, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** One member of a request that breaks a constraint, in words. */
export interface Violation {
  member: string;
  message: string;
}

/** The request breaks these constraints. */
export function invalidRequest(service: Service, violations: readonly Violation[]): ServiceError {
  const count = `${violations.length} validation error${violations.length === 1 ? "" : "s"} detected`;
  const message = `${count}: ${violations.map((violation) => violation.message).join("; ")}`;
  return new ServiceError(service.invalid, 400, message, fieldList(service, violations));
}

/** The pagination token is malformed, has expired, or belongs to another request. */
export function invalidToken(service: Service, member: string, problem: string): ServiceError {
  const message = `The pagination token ${problem}.`;
  return new ServiceError(service.invalid, 400, message, fieldList(service, [{ member, message }]));
}

/** The body is not JSON, or a member has another type than the model says. */
export function unserialisable(message: string): ServiceError {
  return new ServiceError("SerializationException", 400, message);
}

/** The parent that the operation was asked about does not exist: the error that the operation's model has for it. */
export function notFound(model: Model, operation: string, table: string, id: string): ServiceError {
  const code = model.operations[operation]?.errors?.find(({ shape }) => shape.startsWith("ResourceNotFound"))?.shape;
  if (code === undefined) throw new Error(`The model of ${operation} has no error for what does not exist`);
  const kind = table
    .replace(/s$/, "")
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase();
  const message = `The specified ${kind.toLowerCase().replace("_", " ")} ${id} could not be found.`;
  const known: Record<string, string> = { ResourceId: id, resourceId: id, resourceType: kind, Message: message };
  const members = [...membersOf(model, code).keys()].filter((member) => member in known);
  const details = Object.fromEntries(members.map((member) => [member, known[member]]));
  return new ServiceError(code, shapeOf(model, code).error?.httpStatusCode ?? 400, message, details);
}

export function throttled(service: Service): ServiceError {
  return new ServiceError("ThrottlingException", service.protocol === "rest" ? 429 : 400, "Rate exceeded");
}

export function internalFailure(service: Service): ServiceError {
  const code = service.protocol === "rest" ? "InternalServerException" : "InternalFailure";
  return new ServiceError(code, 500, "The request processing has failed because of an unknown error.");
}

export function unavailable(service: Service): ServiceError {
  const code = service.protocol === "rest" ? "ServiceUnavailableException" : "ServiceUnavailable";
  return new ServiceError(code, 503, "The request has failed due to a temporary failure of the server.");
}

/** The caller's policies do not allow `action`. */
export function denied(service: Service, action: string, accountId: string): ServiceError {
  const caller = `arn:aws:sts::${accountId}:assumed-role/StocktakeReader/simulated`;
  const reason = `because no identity-based policy allows the ${action} action`;
  const message = `User: ${caller} is not authorized to perform: ${action} ${reason}`;
  return new ServiceError("AccessDeniedException", service.protocol === "rest" ? 403 : 400, message);
}

/** The request is not signed. */
export function unsigned(service: Service): ServiceError {
  const status = service.protocol === "rest" ? 403 : 400;
  return new ServiceError("MissingAuthenticationTokenException", status, "Missing Authentication Token");
}

/** The request is signed for another service. */
export function signedForAnother(service: Service): ServiceError {
  const message = `Credential should be scoped to correct service: '${service.signingName}'.`;
  return new ServiceError("InvalidSignatureException", service.protocol === "rest" ? 403 : 400, message);
}

export function unknownOperation(): ServiceError {
  return new ServiceError("UnknownOperationException", 404, "The requested operation is not recognized.");
}

function fieldList(service: Service, violations: readonly Violation[]): Record<string, unknown> {
  if (service !== CLEAN_ROOMS) return {};
  const fields = violations.map(({ member, message }) => ({ name: member, message }));
  return { reason: "FIELD_VALIDATION_FAILED", fieldList: fields };
}
