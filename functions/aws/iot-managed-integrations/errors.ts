import { ServiceException, type ServiceExceptionOptions } from "@smithy/core/client";

/** The namespace of the service's shapes in the API model. */
export const namespace = "com.amazonaws.iotmanagedintegrations";

/** The namespace in which the SDK runtime looks for a service's base exception; generated clients use the same. */
export const syntheticNamespace = `smithy.ts.sdk.synthetic.${namespace}`;

type ModeledErrorOptions = Pick<ServiceExceptionOptions, "message" | "$metadata">;

/**
 * Any error response of the service. One that the API model does not declare for the operation is an instance of this
 * class only, with the `name` that the service gave it.
 *
 * `instanceof` on errors of the SDK runtime compares shape ids, and only falls back on names. So the `shapeId` of this
 * class and of those below keeps them apart from the errors of the same name that other services' clients raise, if
 * those declare theirs.
 */
export class IoTManagedIntegrationsServiceException extends ServiceException {
  static override readonly shapeId: string = `${syntheticNamespace}#IoTManagedIntegrationsServiceException`;
}

/** HTTP 400: the request is not valid. */
export class ValidationException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId = `${namespace}#ValidationException`;
  override readonly name = "ValidationException";
  override readonly $fault = "client";

  constructor(options: ModeledErrorOptions) {
    super({ name: "ValidationException", $fault: "client", ...options });
  }
}

/** HTTP 403: the caller may not do this. */
export class AccessDeniedException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId = `${namespace}#AccessDeniedException`;
  override readonly name = "AccessDeniedException";
  override readonly $fault = "client";

  constructor(options: ModeledErrorOptions) {
    super({ name: "AccessDeniedException", $fault: "client", ...options });
  }
}

/** HTTP 429: too many requests. The retry strategy has given up by the time this is thrown. */
export class ThrottlingException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId = `${namespace}#ThrottlingException`;
  override readonly name = "ThrottlingException";
  override readonly $fault = "client";

  constructor(options: ModeledErrorOptions) {
    super({ name: "ThrottlingException", $fault: "client", ...options });
  }
}

/** HTTP 500: the service failed. The retry strategy has given up by the time this is thrown. */
export class InternalServerException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId = `${namespace}#InternalServerException`;
  override readonly name = "InternalServerException";
  override readonly $fault = "server";

  constructor(options: ModeledErrorOptions) {
    super({ name: "InternalServerException", $fault: "server", ...options });
  }
}

/** HTTP 503: the service is not available. The retry strategy has given up by the time this is thrown. */
export class ServiceUnavailableException extends IoTManagedIntegrationsServiceException {
  static override readonly shapeId = `${namespace}#ServiceUnavailableException`;
  override readonly name = "ServiceUnavailableException";
  override readonly $fault = "server";

  constructor(options: ModeledErrorOptions) {
    super({ name: "ServiceUnavailableException", $fault: "server", ...options });
  }
}
