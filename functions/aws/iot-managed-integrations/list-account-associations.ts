import { createPaginator } from "@smithy/core";
import { makeBuilder } from "@smithy/core/client";
import { getEndpointPlugin } from "@smithy/core/endpoints";
import type { HttpHandlerOptions, PaginationConfiguration, Paginator } from "@smithy/types";
import { IoTManagedIntegrationsClient } from "./client.ts";
import type { IoTManagedIntegrationsClientResolvedConfig } from "./config.ts";
import { endpointParameters } from "./endpoint.ts";
import type { ListAccountAssociationsCommandInput, ListAccountAssociationsCommandOutput } from "./models.ts";
import { listAccountAssociations } from "./schemas.ts";

const command = makeBuilder<
  IoTManagedIntegrationsClientResolvedConfig,
  ListAccountAssociationsCommandInput,
  ListAccountAssociationsCommandOutput
>(endpointParameters, "IotManagedIntegrations", "IoTManagedIntegrationsClient", getEndpointPlugin);

/**
 * Lists one page of the account associations of the caller's account and region, optionally only those of one connector
 * destination.
 *
 * @throws ValidationException, AccessDeniedException, ThrottlingException, InternalServerException or
 *   ServiceUnavailableException, which the API model declares for the operation
 */
export class ListAccountAssociationsCommand extends command<
  ListAccountAssociationsCommandInput,
  ListAccountAssociationsCommandOutput
>({}, () => [], "ListAccountAssociations", listAccountAssociations) {}

/**
 * Lists page after page until one has no `NextToken`. `pageSize` is the `MaxResults` of each request. As in generated
 * clients, the input object is written to: give each paginator its own. `options` go with every request.
 */
export const paginateListAccountAssociations: (
  config: PaginationConfiguration & { client: IoTManagedIntegrationsClient },
  input: ListAccountAssociationsCommandInput,
  options?: HttpHandlerOptions,
) => Paginator<ListAccountAssociationsCommandOutput> = createPaginator(
  IoTManagedIntegrationsClient,
  ListAccountAssociationsCommand,
  "NextToken",
  "NextToken",
  "MaxResults",
);
